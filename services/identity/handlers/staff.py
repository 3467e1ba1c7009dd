"""Accounts of the back office (SP-128)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.work import Work
from contracts.identity import AddStaff, IdentityRefusal, SecondFactor, StaffAdded
from contracts.message import Refusal
from contracts.values import Language
from services.identity.crypto import codes
from services.identity.crypto.totp import new_seed, provisioning_uri
from services.identity.domain.authority import NOT_ALLOWED, may_add_staff
from services.identity.domain.people import Account, Authenticator, Person
from services.identity.store import ACCOUNTS, AUTHENTICATORS, PERSONS
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that was made, with its hash."""

    text: str
    hashed: str


class StaffHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def make_password(self, command: AddStaff, message_id: UUID) -> NewPassword:
        """Make a password and hash it beside the event loop."""
        del command, message_id
        text = codes.password()
        return NewPassword(text, await self._tools.passwords.hash(text))

    async def add(self, command: AddStaff, work: Work, password: NewPassword) -> StaffAdded | Refusal:
        """Add an employee with a password and an OTP device, both told once."""
        if not may_add_staff(command.actor):
            return NOT_ALLOWED
        if await work.get(ACCOUNTS, command.key) is not None:
            return Refusal(code=IdentityRefusal.USER_NAME_TAKEN)
        seed, person_id = new_seed(), work.new_id()
        await self._save(command, work, person_id, seed, password.hashed)
        issuer = self._tools.profile.display_name.model_dump()[Language.NL]
        return StaffAdded(
            person_id=person_id,
            password=self._tools.answer(password.text, work, "password"),
            otp_uri=self._tools.answer(provisioning_uri(seed, command.user_name, issuer), work, "otp_uri"),
        )

    async def _save(self, command: AddStaff, work: Work, person_id: UUID, seed: str, hashed: str) -> None:
        person = Person(
            id=person_id,
            name=command.name,
            birth_date=None,
            email=command.email,
            language=Language.NL,
            mobile=None,
            account_id=command.key,
        )
        account = Account(command.key, person_id, command.user_name, SecondFactor.OTP, command.staff_roles)
        encrypted = self._tools.fields.encrypt(seed, f"authenticators:{command.key}:otp_seed")
        await work.put(PERSONS, person)
        await work.put(ACCOUNTS, account)
        await work.put(AUTHENTICATORS, Authenticator(command.key, hashed, encrypted))
