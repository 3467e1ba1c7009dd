"""What people change of their own account: language, address and password (ID-102, ID-194, S10, S18)."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import Actor
from contracts.identity import ChangeLanguage, ChangeOwnEmail, ChangePassword, IdentityRefusal, LanguageChanged
from contracts.message import Done, Refusal
from contracts.notifications import AccountNotice
from services.identity.crypto.passwords import Checked
from services.identity.domain.authority import NOT_ALLOWED
from services.identity.domain.changes import decide_own_email
from services.identity.domain.credentials import is_open
from services.identity.domain.logins import failed, pause_refusal
from services.identity.domain.sessions import Holder, Session, fresh_refusal, recently_authenticated
from services.identity.handlers.addresses import change_address
from services.identity.handlers.recovery import chosen_fault
from services.identity.store import ATTEMPTS, AUTHENTICATORS, CREDENTIALS, PERSONS, SESSIONS, Store
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class NewPassword:
    """The present password, compared, and the hash of the new one."""

    present: Checked
    hash: str


class OwnHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def change_language(self, command: ChangeLanguage, work: Work) -> Done | Refusal:
        """Remember the language for this person, everywhere (ID-194, GW-17)."""
        store = self._tools.store(work)
        holder = await _holder(store, command.actor)
        if holder is None:
            return NOT_ALLOWED
        if command.language not in self._tools.profile.ui.languages:
            return Refusal(code=IdentityRefusal.LANGUAGE_NOT_OFFERED)
        await work.put(PERSONS, replace(holder.person, language=command.language))
        for id_ in holder.person.credential_ids:
            if (credential := await work.get(CREDENTIALS, id_)) is not None:
                await store.save(replace(credential, language=command.language), LanguageChanged)
        return Done()

    async def change_email(self, command: ChangeOwnEmail, work: Work) -> Done | Refusal:
        """Change the own address at every organisation, and tell the old one (ID-102, SP-38, S7, S18)."""
        store = self._tools.store(work)
        person = await store.find(PERSONS, command.actor.person_id)
        session = await store.find(SESSIONS, command.actor.session_id)
        held = await store.held_by(person)
        if refusal := decide_own_email(command.actor, person, held) or fresh_refusal(session, command.actor, work.now):
            return refusal
        assert person is not None, "refused otherwise"
        if person.email != command.email:
            await change_address(self._tools, store, person, filter(is_open, held), command.email)
            self._tools.notify(work, person, AccountNotice.EMAIL_CHANGED)
        return Done()

    async def check(self, command: ChangePassword, message_id: UUID) -> NewPassword:
        """Compare the present password and hash the new one, beside the event loop."""
        tools = self._tools
        stored = await tools.reads.password_hash_of(command.actor.person_id)
        present = await tools.passwords.check(stored, tools.open(command.present, message_id, "present"))
        return NewPassword(present, await tools.passwords.hash(tools.open(command.password, message_id, "password")))

    async def change_password(self, command: ChangePassword, work: Work, given: NewPassword) -> Done | Refusal:
        """Take another password over; a session of long ago must log in first (S18)."""
        store = self._tools.store(work)
        holder, session = await _holder(store, command.actor), await store.find(SESSIONS, command.actor.session_id)
        if holder is None or session is None or session.person_id != holder.person.id:
            return NOT_ALLOWED
        refusal = await self._refusal(command, store, holder, session, given)
        if refusal is not None:
            return refusal
        authenticator = await work.get(AUTHENTICATORS, holder.account.id)
        assert authenticator is not None, "refused otherwise"
        await work.put(AUTHENTICATORS, replace(authenticator, password_hash=given.hash))
        if command.end_sessions:
            await store.end_sessions_of(holder.person.id, besides=session.id)
        self._tools.notify(work, holder.person, AccountNotice.PASSWORD_CHANGED)
        return Done()

    async def _refusal(
        self, command: ChangePassword, store: Store, holder: Holder, session: Session, given: NewPassword
    ) -> Refusal | None:
        work = store.work
        attempts = await store.attempts(f"{holder.account.id}:session")
        if refusal := recently_authenticated(session, work.now) or pause_refusal(attempts, work.now):
            return refusal
        authenticator = await work.get(AUTHENTICATORS, holder.account.id)
        if authenticator is None or not given.present.holds_for(authenticator.password_hash):
            await work.put(ATTEMPTS, failed(attempts, work.now))
            return Refusal(code=IdentityRefusal.WRONG_CREDENTIALS)
        if fault := chosen_fault(self._tools, holder, self._tools.open(command.password, work.id, "password")):
            return Refusal(code=IdentityRefusal.WEAK_PASSWORD, details={"fault": fault})
        return None


async def _holder(store: Store, actor: Actor) -> Holder | None:
    person = await store.find(PERSONS, actor.person_id)
    return await store.holder(person.account_id) if person else None
