"""What organisations, forms and additions load and save, over the work of one message."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from contracts.identity import (
    AdditionEvent,
    OrganisationChanged,
    OrganisationEnded,
    OrganisationResumed,
    OrganisationSuspended,
)
from contracts.values import Level
from services.identity.domain.additions import Addition, addition_state
from services.identity.domain.applications import Organisation, organisation_state
from services.identity.domain.credentials import Credential
from services.identity.domain.ending import ended
from services.identity.register.port import Company
from services.identity.store.belastingdienst import BelastingdienstPlace
from services.identity.store.claims import CUSTOMER
from services.identity.store.closing import close_credential
from services.identity.store.collections import ADDITIONS, ORGANISATIONS, PERSONS
from services.identity.store.store import Store

ADDITION = "addition"
"""The reservation of the one pending addition of a KvK number (SP-31)."""

_Changed = type[OrganisationChanged | OrganisationSuspended | OrganisationResumed]


class OrganisationStore:
    """The organisations of one message."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._work = store.work

    async def get(self, organisation_id: UUID | None) -> Organisation | None:
        """Return an organisation."""
        return await self._store.find(ORGANISATIONS, organisation_id)

    async def by_number(self, kvk_number: str) -> Organisation | None:
        """Return the customer of a KvK number; the reservation of the number knows it."""
        found = await self._work.find(ORGANISATIONS, {"kvk_number": kvk_number}, limit=10)
        open_ones = (organisation for organisation in found if organisation.active or organisation.suspended)
        return next(open_ones, None)

    async def stopped(self, organisation_ids: Iterable[UUID]) -> bool:
        """Say whether one of these is no customer any more or is suspended; a prospect is neither (ST-28)."""
        found = [await self.get(id_) for id_ in organisation_ids]
        return any(organisation is not None and not organisation.active for organisation in found)

    async def save(self, organisation: Organisation, event: _Changed) -> None:
        """Save an organisation with what happened to it."""
        await self._work.put(ORGANISATIONS, organisation, event(state=organisation_state(organisation)))

    async def renumber(self, organisation: Organisation, company: Company) -> bool:
        """Give an organisation the numbers of another company; False when that one is a customer already (ID-170).

        So is the organisation itself: its own number would be free for somebody else.
        """
        kvk_number = company.kvk_number
        own = kvk_number == organisation.kvk_number
        if own or not await self._work.reserve(CUSTOMER, kvk_number, organisation.id):
            return False
        await self._work.release(CUSTOMER, organisation.kvk_number, organisation.id)
        await BelastingdienstPlace(self._store).move(organisation.kvk_number, kvk_number)
        after = replace(
            organisation, kvk_number=kvk_number, branch_number=None, name=company.name, rsin=company.rsin,
            address=company.address_lines,
        )  # fmt: skip
        await self.save(after, OrganisationChanged)
        return True

    async def suspend(self, organisation: Organisation) -> None:
        """Save an organisation that is suspended, and end the sessions that act for it."""
        await self.save(organisation, OrganisationSuspended)
        for credential in await self._store.open_at(organisation.id):
            await self._store.end_sessions(credential.id)

    async def end(self, organisation: Organisation) -> None:
        """End an organisation with everything that belongs to it (ST-29, SP-27)."""
        for credential in await self._store.open_at(organisation.id):
            await self._end(credential)
        after = replace(organisation, active=False, suspended=False, revision=organisation.revision + 1)
        await self._work.put(ORGANISATIONS, after, OrganisationEnded(state=organisation_state(after)))
        await self._work.release(CUSTOMER, organisation.kvk_number, organisation.id)

    async def _end(self, credential: Credential) -> None:
        await close_credential(self._store, credential, ended(credential))

    async def usable(self, person_id: UUID, level: Level) -> Credential | None:
        """Return a credential in use of a person, of at least a level."""
        person = await self._store.find(PERSONS, person_id)
        holder = await self._store.holder(person.account_id if person else None)
        fitting = (reach.credential for reach in holder.reach if reach.credential.level >= level) if holder else ()
        return next(iter(fitting), None)

    async def save_addition(self, addition: Addition, event: type[AdditionEvent] | None, **more: str) -> None:
        """Save an addition with what happened to it; one that is decided frees the number (SP-31)."""
        events = [event(state=addition_state(addition), **more)] if event else []
        await self._work.put(ADDITIONS, addition, *events)
        if addition.decided_at is not None:
            await self._work.release(ADDITION, addition.kvk_number, addition.id)
            self._work.unschedule(addition.id, "reminder")
            self._work.unschedule(addition.id, "removal")
