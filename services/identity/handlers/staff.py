"""Accounts of the back office (SP-128)."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import Actor
from contracts.identity import (
    AddStaff,
    ConfirmStaff,
    IdentityRefusal,
    RemoveStaff,
    StaffAdded,
    StaffConfirmed,
    StaffRemoved,
)
from contracts.message import Refusal
from contracts.values import Language
from services.identity.crypto import codes
from services.identity.crypto.totp import new_seed, provisioning_uri
from services.identity.domain.people import Account, Authenticator, Person
from services.identity.domain.staff import decide_confirmation, decide_leaving, engaged, staffing_refusal
from services.identity.store import ACCOUNTS, AUTHENTICATORS, PERSONS, Store
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

    async def make_password(self, command: AddStaff | ConfirmStaff, message_id: UUID) -> NewPassword:
        """Make a password and hash it beside the event loop."""
        del command, message_id
        text = codes.password()
        return NewPassword(text, await self._tools.passwords.hash(text))

    async def add(self, command: AddStaff, work: Work, password: NewPassword) -> StaffAdded | Refusal:
        """Add an employee with a password and an OTP device, told once; the password by who confirms, if somebody must.

        Until then nobody is told the password that the account has.
        """
        if refusal := staffing_refusal(command.actor, await self._own(command.actor, work)):
            return refusal
        if await work.get(ACCOUNTS, command.key) is not None:
            return Refusal(code=IdentityRefusal.USER_NAME_TAKEN)
        seed, account = new_seed(), engaged(command, work.new_id())
        await self._save(command, work, account, seed, password.hashed)
        issuer = self._tools.profile.display_name.model_dump()[Language.NL]
        return StaffAdded(
            person_id=account.person_id,
            password=self._tools.answer(password.text, work, "password") if account.staff_roles else None,
            otp_uri=self._tools.answer(provisioning_uri(seed, command.user_name, issuer), work, "otp_uri"),
        )

    async def _save(self, command: AddStaff, work: Work, account: Account, seed: str, hashed: str) -> None:
        person = Person(
            id=account.person_id,
            name=command.name,
            birth_date=None,
            email=command.email,
            language=Language.NL,
            mobile=None,
            account_id=account.id,
        )
        encrypted = self._tools.fields.encrypt(seed, f"authenticators:{account.id}:otp_seed")
        await work.put(PERSONS, person)
        await work.put(ACCOUNTS, account)
        await work.put(AUTHENTICATORS, Authenticator(account.id, hashed, encrypted))

    async def confirm(self, command: ConfirmStaff, work: Work, password: NewPassword) -> StaffConfirmed | Refusal:
        """Give a new employee the roles that another reviewer has asked, and the password (S25)."""
        own, account = await self._own(command.actor, work), await self._account(command.person_id, work)
        after = decide_confirmation(command.actor, own, account)
        if isinstance(after, Refusal):
            return after
        authenticator = await work.get(AUTHENTICATORS, after.id)
        assert authenticator is not None, "an account has an authenticator"
        await work.put(ACCOUNTS, after)
        await work.put(AUTHENTICATORS, replace(authenticator, password_hash=password.hashed))
        return StaffConfirmed(password=self._tools.answer(password.text, work, "password"))

    async def remove(self, command: RemoveStaff, work: Work) -> StaffRemoved | Refusal:
        """Take an employee's roles away, with sessions and open logins (S16).

        Two reviewers who let each other go at once write each other's account: one of them is judged again.
        """
        own, account = await self._own(command.actor, work), await self._account(command.person_id, work)
        after = decide_leaving(command.actor, own, account)
        if isinstance(after, Refusal):
            return after
        if own is not None:
            await work.put(ACCOUNTS, own)
        await work.put(ACCOUNTS, after)
        store = self._tools.store(work)
        await store.end_logins_of(after.id)
        return StaffRemoved(session_ids=await store.end_sessions_of(after.person_id))

    async def _own(self, actor: Actor, work: Work) -> Account | None:
        return await self._account(actor.person_id, work)

    async def _account(self, person_id: UUID | None, work: Work) -> Account | None:
        store: Store = self._tools.store(work)
        person = await store.find(PERSONS, person_id)
        return await store.find(ACCOUNTS, person.account_id if person else None)
