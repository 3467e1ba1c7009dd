"""Documents to sign: agreements of chain authorizations, contracts of added organisations."""

from dataclasses import dataclass
from uuid import UUID

from chassis.ids import derived
from chassis.sealed import Sealer
from chassis.time import real_now
from chassis.work import Work
from contracts.chain import ChainAuthorizationRequested
from contracts.identity import AdditionSubmitted
from contracts.message import Done, Refusal
from contracts.notifications import NotificationsRefusal, Purpose, RecordDocument
from contracts.values import local_date
from services.notifications.domain.documents import PlannedDocument, purpose_of
from services.notifications.store import Document, Store, Vault


@dataclass(frozen=True, slots=True)
class DocumentHandlers:
    """Plans documents, and records those that a worker has made."""

    vault: Vault
    sealer: Sealer

    async def on_requested(self, event: ChainAuthorizationRequested, work: Work) -> None:
        """Plan the agreement of a request; a worker renders it, so that no message waits for it (ST-46)."""
        id_ = derived(event.state.id, Purpose.AGREEMENT.value)
        planned = PlannedDocument(
            id_, event.state, local_date(work.now), work.now, taken_until=real_now(),
            fiscal_number=self._number(event, id_),
        )  # fmt: skip
        await Store(work, self.vault).plan_document(planned)

    def _number(self, event: ChainAuthorizationRequested, document_id: UUID) -> str | None:
        """Return the relation's fiscal number as the plan keeps it."""
        if event.fiscal_number is None:
            return None
        number = self.sealer.open(event.fiscal_number, message_id=event.state.id, field="fiscal_number")
        return self.vault.locked_number(number, document_id)

    async def on_added(self, event: AdditionSubmitted, work: Work) -> None:
        """Plan the contract of an organisation that was added (ID-122, ST-25)."""
        id_ = derived(event.state.id, Purpose.CONTRACT.value)
        planned = PlannedDocument(id_, event.state, local_date(work.now), work.now, taken_until=real_now())
        await Store(work, self.vault).plan_document(planned)

    async def record(self, command: RecordDocument, work: Work) -> Done | Refusal:
        """Announce a document that is made; once, however often it is told."""
        store = Store(work, self.vault)
        if await store.document(command.document_id) is not None:
            return Done()
        planned = await store.planned_document(command.document_id)
        if planned is None:
            return Refusal(code=NotificationsRefusal.UNKNOWN)
        subject = planned.request.id
        await store.save_document(Document(planned.id, subject, purpose_of(planned), command.blob, work.now))
        return Done()
