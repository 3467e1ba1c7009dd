"""Documents: the agreement (overeenkomst) that the relation signs, made when a chain authorization is asked for."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.blobs import BlobStore
from chassis.ids import derived
from chassis.mongo import until_done
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.chain import ChainAuthorizationRequested, ChainAuthorizationState
from contracts.message import BlobReference, Done
from contracts.notifications import MakeDocument, Purpose
from contracts.values import Localized, local_date
from profiles.model import Profile
from services.notifications.clients.pdf import PdfMaker
from services.notifications.clients.templates import Templates
from services.notifications.store import Copies, Document, Store, Vault

log = logging.getLogger(__name__)
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(hours=1)
_DOUBLINGS = 12


@dataclass(frozen=True, slots=True)
class DocumentHandlers:
    """Makes the agreements of requests."""

    profile: Profile
    copies: Copies
    templates: Templates
    pdfs: PdfMaker
    blobs: BlobStore
    vault: Vault

    async def on_requested(self, event: ChainAuthorizationRequested, work: Work) -> None:
        """Order the agreement of a request; rendering stands apart from this transaction (ST-46)."""
        id_ = derived(event.state.id, Purpose.AGREEMENT.value)
        order = MakeDocument(actor=SYSTEM, notification_id=id_, request=event.state, requested_on=local_date(work.now))
        work.send(order)

    async def make(self, command: MakeDocument, message_id: UUID) -> BlobReference | None:
        """Render the agreement and put it into the blob store; None while a name is not known here yet."""
        del message_id  # the document's own id makes a repetition harmless
        data = await until_done(lambda: self._data(command), _outage)
        if data is None:
            return None
        page = self.templates.page("agreement", command.request.language, data)
        pdf = await self.pdfs.make(page, command.notification_id)
        return await until_done(lambda: self._keep(command.notification_id, pdf), _outage)

    async def made(self, command: MakeDocument, work: Work, blob: BlobReference | None) -> Done:
        """Announce the agreement, or try again a little later."""
        store = Store(work, self.vault)
        if blob is None:
            again = command.model_copy(update={"tries": command.tries + 1})
            work.schedule("make", work.now + _pause(command.tries), again)
        elif await store.document(command.notification_id) is None:
            subject = command.request.id
            await store.save_document(Document(command.notification_id, subject, Purpose.AGREEMENT, blob, work.now))
        return Done()

    async def _data(self, command: MakeDocument) -> dict[str, Any] | None:
        """Return what the agreement says; None while a name is not known here yet."""
        request = command.request
        intermediary = await self.copies.organisation(request.intermediary_id)
        providers = await self.copies.provider_names(request.scope.provider_oins)
        services = await self.copies.service_names(request.scope.service_uuids)
        unknown = {*request.scope.provider_oins} - {*providers} or {*request.scope.service_uuids} - {*services}
        if intermediary is None or unknown:
            return None
        return {
            **_parties(request),
            "number": str(request.id),
            "requested_on": command.requested_on.isoformat(),
            "intermediary": intermediary.name,
            "intermediary_kvk_number": intermediary.kvk_number,
            "general": request.scope.general,
            "provider_names": self._names(request, providers),
            "service_names": self._names(request, services),
            "max_years": self.profile.chain.max_years,
        }

    def _names(self, request: ChainAuthorizationState, names: dict[Any, Localized]) -> list[str]:
        return sorted(name.in_(request.language) for name in names.values())

    async def _keep(self, id_: UUID, pdf: bytes) -> BlobReference:
        blob = await self.blobs.put(pdf, "application/pdf", f"agreement-{id_}.pdf", id_=id_)
        await self.blobs.claim(blob)
        return blob


def _parties(request: ChainAuthorizationState) -> dict[str, Any]:
    return {
        "relation": request.relation.name,
        "kvk_number": request.relation.kvk_number,
        "fiscal_number": request.relation.fiscal_number,
        "contact": request.contact.name.full,
        "sender": request.sender.name,
        "sender_email": request.sender.email,
    }


def _pause(tries: int) -> timedelta:
    """Return how long to wait for a name, twice as long each time."""
    return min(_FIRST_PAUSE * (1 << min(tries, _DOUBLINGS)), _LONGEST_PAUSE)


def _outage(error: BaseException) -> None:
    log.warning("outage, trying again", extra={"why": repr(error)})
