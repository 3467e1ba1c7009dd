"""What a request leads to until its credentials are in use: who else is meant, what is withdrawn with them."""

from collections.abc import Iterable
from uuid import UUID

from contracts.actor import SYSTEM
from contracts.identity import (
    CredentialStatus,
    IdentificationStatus,
    OrderIdentification,
    RemoveCopies,
)
from services.identity.domain.applications import Application, closed
from services.identity.domain.credentials import BEFORE_USE, CLOSED, Credential
from services.identity.domain.identification import Identification, cancelled, done, wish
from services.identity.store.belastingdienst import BelastingdienstPlace
from services.identity.store.collections import APPLICATIONS, CREDENTIALS, IDENTIFICATIONS, PERSONS
from services.identity.store.store import Store


class Issuing:
    """The documents of one message, seen from a request."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.work = store.work

    async def siblings(self, credential: Credential) -> list[Credential]:
        """Return the credentials of the same person in the same application, the given one included (ID-64)."""
        application = await self.work.get(APPLICATIONS, credential.application_id)
        held = await self.store.credentials_of(application)
        return [other for other in held if other.person_id == credential.person_id]

    async def identification(self, credential: Credential) -> Identification | None:
        """Return the identification of a person: it stands under the first of the person's credentials."""
        for held in await self.siblings(credential):
            if (found := await self.work.get(IDENTIFICATIONS, held.id)) is not None:
                return found
        return None

    async def save_identification(self, identification: Identification) -> None:
        """Save an identification; the partner is told what it does not know."""
        await self.work.put(IDENTIFICATIONS, identification)
        if wish(identification) != identification.told:
            self.work.send(OrderIdentification(actor=SYSTEM, identification_id=identification.id))

    async def failing(self, credential: Credential) -> Identification | None:
        """Return the identification that may turn out to fail: for the first use, or for the upgrade in treatment."""
        person = await self.store.find(PERSONS, credential.person_id)
        ordered = await self.store.find(IDENTIFICATIONS, person.mutation_id if person else None)
        if ordered is not None and ordered.credential_id == credential.id:
            return ordered
        return await self.identification(credential)

    async def finish_identification(self, ordered: Identification | None) -> None:
        """Close what was ordered: the result was entered by hand."""
        if ordered is not None and ordered.status is not IdentificationStatus.DONE:
            await self.work.put(IDENTIFICATIONS, done(ordered))

    async def known_already(self, marked: Iterable[tuple[UUID, tuple[str, ...]]]) -> bool:
        """Say whether an organisation has an open credential with one of these marks (SP-19)."""
        for organisation_id, marks in marked:
            filters = {
                "organisation_id": organisation_id, "marks": {"$in": list(marks)}, "status": {"$nin": sorted(CLOSED)},
            }  # fmt: skip
            if await self.work.find(CREDENTIALS, filters, limit=1):
                return True
        return False

    async def withdraw(self, ended: Credential, *, was: CredentialStatus) -> None:
        """Take back what was under way for a credential that is ended now (ST-12)."""
        await BelastingdienstPlace(self.store).free(ended)
        if was not in BEFORE_USE:
            return
        application = await self.work.get(APPLICATIONS, ended.application_id)
        held = [other for other in await self.store.credentials_of(application) if other.id != ended.id]
        if not any(other.person_id == ended.person_id and other.status in BEFORE_USE for other in held):
            ordered = await self.identification(ended)
            if ordered is not None:
                await self.save_identification(cancelled(ordered))
        if application is not None and application.status == "waiting" and all(one.status in CLOSED for one in held):
            await self.work.put(APPLICATIONS, closed(application, "cancelled", None, self.work.now))
            self.remove_copies(application)

    def remove_copies(self, application: Application) -> None:
        """Let the copies of its documents go at once: it was not granted (SP-24)."""
        for id_ in application.documents:
            self.work.send(RemoveCopies(actor=SYSTEM, document_id=id_))
