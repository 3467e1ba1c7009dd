"""What the handlers load and save, over the work of one message."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from chassis.mongo import Collection
from chassis.work import Work
from contracts.actor import Actor
from contracts.identity import (
    ActivationExpired,
    CredentialEvent,
    CredentialRejected,
    CredentialStatus,
    DeviceOrderStatus,
    OrganisationEnded,
    SessionEnded,
)
from contracts.values import Level
from services.identity.domain.activation import Letter
from services.identity.domain.applications import Application, Organisation, organisation_state
from services.identity.domain.credentials import (
    CLOSED,
    Credential,
    credential_state,
    opens_session,
)
from services.identity.domain.logins import Attempts, LoginRecord, Outcome
from services.identity.domain.orders import DeviceOrder
from services.identity.domain.people import Account, Person
from services.identity.domain.sessions import Holder, Reach, Session, ended, session_state
from services.identity.store.claims import CUSTOMER
from services.identity.store.collections import (
    ACCOUNTS,
    APPLICATIONS,
    ATTEMPTS,
    CREDENTIALS,
    DEVICE_ORDERS,
    HISTORY,
    LETTERS,
    LOGINS,
    ORGANISATIONS,
    PERSONS,
    SESSIONS,
)

T = TypeVar("T")


class Store:
    """The documents of one message; `factor_from` is the profile's lowest level with a second factor (CF-02)."""

    def __init__(self, work: Work, factor_from: Level) -> None:
        self.work = work
        self._factor_from = factor_from

    async def find(self, collection: Collection[T], id_: UUID | str | None) -> T | None:
        """Return the value with this id; None where there is none, or no id."""
        if id_ is None:
            return None
        return await self.work.get(collection, id_)

    async def credentials_of(self, application: Application | None) -> list[Credential]:
        """Return the credentials of an application."""
        ids = application.credential_ids if application else ()
        return [held for id_ in ids if (held := await self.work.get(CREDENTIALS, id_)) is not None]

    async def by_letter(self, letter: str) -> Credential | None:
        """Return the credential that a letter was sent for."""
        found = await self.work.get(LETTERS, letter)
        return await self.find(CREDENTIALS, found.credential_id if found else None)

    async def save(self, credential: Credential, event: type[CredentialEvent] | None, **more: Any) -> None:
        """Save a credential, with the event that tells what happened to it."""
        events = [event(state=credential_state(credential), **more)] if event else []
        await self.work.put(CREDENTIALS, credential, *events)

    async def forget_letter(self, credential: Credential) -> None:
        """Make the letter of a credential void, and take its timer back (ST-06, ST-12).

        A letter for several organisations stays good for the others.
        """
        if credential.letter is not None:
            heir = await self._sharing(credential)
            await self.work.remove(LETTERS, credential.letter)
            if heir is not None:
                await self.work.put(LETTERS, Letter(credential.letter, heir.id))
        self.work.unschedule(credential.id, "activation")

    async def _sharing(self, credential: Credential) -> Credential | None:
        """Return another credential that the same letter is for."""
        application = await self.work.get(APPLICATIONS, credential.application_id)
        others = (held for held in await self.credentials_of(application) if held.id != credential.id)
        return next((held for held in others if held.letter == credential.letter), None)

    async def reject(self, credential: Credential, reason: str, requested_by: UUID | None) -> None:
        """Save a credential whose application was turned down, and forget its holder (ID-72)."""
        rejected = replace(credential, status=CredentialStatus.REJECTED)
        event = CredentialRejected(
            state=credential_state(rejected), reason=reason, application_id=credential.application_id,
            requested_by=requested_by,
        )  # fmt: skip
        await self.work.put(CREDENTIALS, rejected, event)
        await self.work.remove(PERSONS, credential.person_id)

    async def expire(self, credential: Credential) -> None:
        """Save a credential whose activation is over; its letter is kept, so that its use can be explained (ID-84)."""
        await self.save(credential, ActivationExpired)

    async def open_at(self, organisation_id: UUID) -> list[Credential]:
        """Return the open credentials of an organisation."""
        open_ones = {"organisation_id": organisation_id, "status": {"$nin": sorted(CLOSED)}}
        return await self.work.find(CREDENTIALS, open_ones)

    async def waiting_orders(self, credential: Credential | None) -> list[DeviceOrder]:
        """Return the devices that were ordered for a credential and have not gone out."""
        if credential is None:
            return []
        here = {"organisation_id": credential.organisation_id, "credential_id": credential.id}
        return await self.work.find(DEVICE_ORDERS, here | {"status": DeviceOrderStatus.WAITING})

    async def holder(self, account_id: str | None) -> Holder | None:
        """Return the person of an account, with everything the account reaches now."""
        account = await self.find(ACCOUNTS, account_id)
        person = await self.find(PERSONS, account.person_id if account else None)
        if account is None or person is None:
            return None
        found = [await self._reach(account, id_) for id_ in person.credential_ids]
        return Holder(person, account, tuple(reach for reach in found if reach is not None))

    async def _reach(self, account: Account, credential_id: UUID) -> Reach | None:
        credential = await self.work.get(CREDENTIALS, credential_id)
        factor = account.second_factor is not None
        if credential is None or not opens_session(credential, second_factor=factor, factor_from=self._factor_from):
            return None
        organisation = await self.work.get(ORGANISATIONS, credential.organisation_id)
        return Reach(credential, organisation) if organisation is not None and organisation.active else None

    async def acting(self, actor: Actor) -> Credential | None:
        """Return the credential with which the actor acts at the organisation of the session, as it is now (S22)."""
        return (await self.reach(actor)).get(actor.organisation_id) if actor.organisation_id else None

    async def reach(self, actor: Actor) -> dict[UUID, Credential]:
        """Return the usable credentials of a person, by organisation."""
        person = await self.find(PERSONS, actor.person_id)
        holder = await self.holder(person.account_id) if person else None
        return {reach.organisation.id: reach.credential for reach in holder.reach} if holder else {}

    async def held_by(self, person: Person | None) -> list[Credential]:
        """Return all credentials of a person, ended ones too."""
        ids = person.credential_ids if person else ()
        return [held for id_ in ids if (held := await self.work.get(CREDENTIALS, id_)) is not None]

    async def attempts(self, bucket: str) -> Attempts:
        """Return the failures that count for a device."""
        return await self.work.get(ATTEMPTS, bucket) or Attempts(bucket)

    async def record(
        self, person_id: UUID | None, outcome: Outcome, network: str | None, organisation_id: UUID | None = None
    ) -> None:
        """Write an entry of the login history (ID-190, SP-44)."""
        entry = LoginRecord(self.work.new_id(), person_id, organisation_id, self.work.now, outcome, network)
        await self.work.put(HISTORY, entry)

    async def end_sessions(self, credential_id: UUID) -> None:
        """End the sessions that act by a credential (S16, SP-41)."""
        found = await self.work.find(SESSIONS, {"credential_id": credential_id, "ended": False})
        await self.end(found)

    async def end_sessions_of(self, person_id: UUID, besides: UUID | None = None) -> tuple[UUID, ...]:
        """End all open sessions of a person, but for one; return which ended."""
        found = await self.work.find(SESSIONS, {"person_id": person_id, "ended": False})
        ending = [session for session in found if session.id != besides]
        await self.end(ending)
        return tuple(session.id for session in ending)

    async def end_logins_of(self, account_id: str) -> None:
        """Forget the logins of an account that are open: no code completes them any more (S16)."""
        for login in await self.work.find(LOGINS, {"account_id": account_id}):
            await self.work.remove(LOGINS, login.id)

    async def end(self, sessions: Iterable[Session]) -> None:
        """End sessions, and tell it."""
        for session in sessions:
            over = ended(session)
            await self.work.put(SESSIONS, over, SessionEnded(state=session_state(over)))

    async def save_organisation(self, organisation: Organisation, *, ends: bool) -> None:
        """Save an organisation; when it ends, its number is free for a new application (ST-28)."""
        events = [OrganisationEnded(state=organisation_state(organisation))] if ends else []
        await self.work.put(ORGANISATIONS, organisation, *events)
        if ends:
            await self.work.release(CUSTOMER, organisation.kvk_number, organisation.id)

    async def touch(self, organisation_id: UUID, *, ends: bool = False) -> None:
        """Save the organisation that a change counts the administrators of.

        Two that are judged at the same moment both write it: one of them conflicts and is judged again (SP-25). One
        that is suspended stays so, until it ends (ST-28).
        """
        before = await self.work.get(ORGANISATIONS, organisation_id)
        assert before is not None, "who acts has an organisation"
        after = replace(
            before,
            active=before.active and not ends,
            suspended=before.suspended and not ends,
            revision=before.revision + 1,
        )
        await self.save_organisation(after, ends=ends)
