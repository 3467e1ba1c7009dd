"""Changes of a person's role, mobile number and e-mail address (ID.2, ID.7, SM 3); the own ones are in own.py."""

from dataclasses import replace

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    ChangeEmail,
    ChangeMobile,
    ChangeRole,
    MobileChanged,
    RoleChanged,
    SecondFactor,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendNumberNotice
from services.identity.domain.changes import (
    decide_email,
    decide_mobile,
    decide_role,
    number_refusal,
)
from services.identity.domain.credentials import Credential, is_open
from services.identity.domain.people import Person
from services.identity.domain.sessions import fresh_refusal
from services.identity.handlers.addresses import change_address
from services.identity.store import ACCOUNTS, ACTIVATIONS, CREDENTIALS, PERSONS, SESSIONS, FactorStore, Store
from services.identity.tools import Tools


class ChangeHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def role(self, command: ChangeRole, work: Work) -> Done | Refusal:
        """Promote or demote, at once; sessions in the former role end (ID-29, SP-41)."""
        store = self._tools.store(work)
        acting, credential, person = await self._facts(command, store)
        all_open = await store.open_at(acting.organisation_id) if acting else []
        after = decide_role(acting, credential, person, command.role, all_open, self._tools.profile)
        if isinstance(after, Refusal):
            return after
        if after != credential:
            await self.give_role(after, store)
        return Done()

    async def give_role(self, after: Credential, store: Store) -> None:
        """Save a credential in its new role; sessions in the former one end (SP-41)."""
        await store.save(after, RoleChanged)
        await store.end_sessions(after.id)
        await store.touch(after.organisation_id)

    async def mobile(self, command: ChangeMobile, work: Work) -> Done | Refusal:
        """Change the number that login codes go to from now on, after a fresh login (ID-95, S7).

        All sessions end with the old factor (S16).
        """
        tools, store = self._tools, self._tools.store(work)
        acting, credential, person = await self._facts(command, store)
        held = await store.held_by(person)
        account = await store.find(ACCOUNTS, person.account_id if person else None)
        mobile = tools.open(command.mobile, work.id, "mobile").strip()
        session = await store.find(SESSIONS, command.actor.session_id)
        refusal = (
            decide_mobile(acting, credential, person, held, account, tools.profile)
            or fresh_refusal(session, command.actor, work.now)
            or number_refusal(mobile, tools.settings.sms_prefixes)
        )
        if refusal is not None:
            return refusal
        assert person is not None, "refused otherwise"
        assert credential is not None, "refused otherwise"
        await self.give_mobile(person, credential, mobile, store)
        return Done()

    async def give_mobile(self, person: Person, credential: Credential, mobile: str, store: Store) -> None:
        """Save a person's new number and tell the old one; it is another factor: all sessions end (ID-95, S7, S16)."""
        encrypted = self._tools.fields.encrypt(mobile, f"persons:{person.id}:mobile")
        await store.work.put(PERSONS, replace(person, mobile=encrypted))
        account = await store.find(ACCOUNTS, person.account_id)
        if account is None:
            for one in await self._begun_anew(person, store):
                await store.save(one, MobileChanged if one.id == credential.id else None)
        else:
            await store.save(credential, MobileChanged)
            await FactorStore(store).change(account, SecondFactor.SMS)
            self._tell_old(person, store.work)

    def _tell_old(self, person: Person, work: Work) -> None:
        """Tell the number that got the codes until now: whoever has the telephone may know nothing of it (S7)."""
        if (former := self._tools.mobile(person)) is not None:
            id_ = work.new_id()
            notice = SendNumberNotice(
                actor=SYSTEM, notification_id=work.new_id(), person_id=person.id,
                mobile=self._tools.tell(former, id_, "mobile"), language=person.language,
            )  # fmt: skip
            work.send(notice, id_=id_)

    async def email(self, command: ChangeEmail, work: Work) -> Done | Refusal:
        """Change the address of who has not activated, everywhere; what has begun must begin anew (ID-101, ID-81)."""
        store = self._tools.store(work)
        acting, credential, person = await self._facts(command, store)
        if refusal := decide_email(acting, credential, person):
            return refusal
        assert person is not None, "refused otherwise"
        await self.give_email(person, command.email, store)
        return Done()

    async def give_email(self, person: Person, email: str, store: Store) -> None:
        """Save the address of who has not activated, everywhere; what has begun must begin anew (ID-101)."""
        await change_address(self._tools, store, person, await self._begun_anew(person, store), email)

    @staticmethod
    async def _begun_anew(person: Person, store: Store) -> list[Credential]:
        """Let an activation that has begun begin anew: its codes went elsewhere; return what the person holds."""
        held = [one for one in await store.held_by(person) if is_open(one)]
        for activation_id in {one.activation_id for one in held if one.activation_id}:
            await store.work.remove(ACTIVATIONS, activation_id)
        return [replace(one, activation_id=None) for one in held]

    async def _facts(
        self, command: ChangeRole | ChangeMobile | ChangeEmail, store: Store
    ) -> tuple[Credential | None, Credential | None, Person | None]:
        """Return the actor's credential, the one to change, and its holder."""
        credential = await store.work.get(CREDENTIALS, command.credential_id)
        person = await store.find(PERSONS, credential.person_id if credential else None)
        return await store.acting(command.actor), credential, person
