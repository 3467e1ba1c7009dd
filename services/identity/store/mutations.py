"""What changes in treatment load and save: the change, and the lock of the person."""

from dataclasses import replace
from typing import Any

from contracts.actor import SYSTEM
from contracts.identity import (
    MutationCancelled,
    MutationEvent,
    MutationStatus,
    MutationSubmitted,
    RemoveCopies,
)
from services.identity.domain.credentials import Credential
from services.identity.domain.documents import KEPT
from services.identity.domain.identification import cancelled as cancelled_order
from services.identity.domain.mutations import Mutation, cancelled, mutation_state
from services.identity.domain.people import Person
from services.identity.store.belastingdienst import BelastingdienstPlace
from services.identity.store.collections import IDENTIFICATIONS, IDENTITY_DOCUMENTS, MUTATIONS, PERSONS
from services.identity.store.issuing import Issuing
from services.identity.store.store import Store


class MutationStore:
    """The changes in treatment of one message."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._work = store.work

    async def submit(self, mutation: Mutation, person: Person) -> None:
        """Save a new change, and lock the person (ID-111)."""
        await self._work.put(MUTATIONS, mutation, MutationSubmitted(state=mutation_state(mutation)))
        await self._work.put(PERSONS, replace(person, mutation_id=mutation.id))

    async def save(self, mutation: Mutation, event: type[MutationEvent] | None = None, **more: Any) -> None:
        """Save a change; one that is closed locks the person no more (ID-112)."""
        events = [event(state=mutation_state(mutation), **more)] if event else []
        await self._work.put(MUTATIONS, mutation, *events)
        person = await self._work.get(PERSONS, mutation.person_id)
        if not mutation.open and person is not None and person.mutation_id == mutation.id:
            await self._work.put(PERSONS, replace(person, mutation_id=None))
            await self._remove_copies(mutation)
            await self._withdraw(mutation)

    async def _remove_copies(self, mutation: Mutation) -> None:
        """Let the copies go: 30 days after processing, else at once (SP-24)."""
        if await self._work.get(IDENTITY_DOCUMENTS, mutation.id) is None:
            return
        command = RemoveCopies(actor=SYSTEM, document_id=mutation.id)
        if mutation.status is MutationStatus.PROCESSED:
            self._work.schedule("copies", self._work.now + KEPT, command)
        else:
            self._work.send(command)

    async def _withdraw(self, mutation: Mutation) -> None:
        """Take the identification back that nobody waits for any more (ST-19, SP-16)."""
        ordered = await self._work.get(IDENTIFICATIONS, mutation.id)
        if ordered is not None:
            await Issuing(self._store).save_identification(cancelled_order(ordered))

    async def cancel(self, credential: Credential) -> None:
        """Cancel the change that is pending for a credential which is being ended (SP-16)."""
        person = await self._store.find(PERSONS, credential.person_id)
        mutation = await self._store.find(MUTATIONS, person.mutation_id if person else None)
        if mutation is None or mutation.credential_id != credential.id:
            return
        await self.save(cancelled(mutation), MutationCancelled)
        await BelastingdienstPlace(self._store).free_by(mutation, credential)
