"""Rendering planned documents, apart from the loop of commands: no mail waits for a PDF (ST-46, R22)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from pymongo.errors import PyMongoError

from chassis.blobs import BlobStore
from chassis.ids import derived
from chassis.mongo import Document, full_jitter, until_done
from contracts.actor import SYSTEM
from contracts.chain import ChainAuthorizationState
from contracts.identity import AdditionState
from contracts.message import BlobReference, Command, Model, Refusal
from contracts.notifications import RecordDocument
from contracts.values import Localized
from profiles.model import Profile
from services.notifications.clients.pdf import PdfMaker
from services.notifications.clients.templates import Templates
from services.notifications.domain.documents import (
    DocumentStatus,
    PlannedDocument,
    pause_after,
    purpose_of,
    status_after,
)
from services.notifications.store import PLANNED_DOCUMENTS, Copies, DocumentQueue, Vault

log = logging.getLogger(__name__)
_EVERY_S = 0.5


class NotRecordedError(Exception):
    """A document that is made was not recorded."""


@dataclass(frozen=True, slots=True)
class Agreements:
    """Renders agreements and contracts, and puts them into the blob store."""

    profile: Profile
    copies: Copies
    templates: Templates
    pdfs: PdfMaker
    blobs: BlobStore
    vault: Vault

    async def render(self, planned: PlannedDocument) -> bytes | None:
        """Return the PDF of a document; None while a name is not known here yet."""
        data = await until_done(lambda: self._data(planned))
        if data is None:
            return None
        page = self.templates.page(purpose_of(planned).value, planned.request.language, data)
        return await self.pdfs.make(page, planned.id)

    async def keep(self, planned: PlannedDocument, pdf: bytes) -> BlobReference:
        """Put a PDF into the blob store for good; its own id makes a repetition harmless."""
        name = f"{purpose_of(planned).value}-{planned.id}.pdf"
        blob = await self.blobs.put(pdf, "application/pdf", name, id_=planned.id)
        await self.blobs.claim(blob)
        return blob

    async def _data(self, planned: PlannedDocument) -> dict[str, Any] | None:
        """Return what the document says; None while a name is not known here yet."""
        request = planned.request
        if isinstance(request, AdditionState):
            return _contract(request, planned)
        intermediary = await self.copies.organisation(request.intermediary_id)
        providers = await self.copies.provider_names(request.scope.provider_oins)
        services = await self.copies.service_names(request.scope.service_uuids)
        unknown = {*request.scope.provider_oins} - {*providers} or {*request.scope.service_uuids} - {*services}
        if intermediary is None or unknown:
            return None
        return {
            **_parties(request),
            "fiscal_number": self.vault.opened_number(planned),
            "number": str(request.id),
            "requested_on": planned.requested_on.isoformat(),
            "intermediary": intermediary.name,
            "intermediary_kvk_number": intermediary.kvk_number,
            "general": request.scope.general,
            "provider_names": _names(request, providers),
            "service_names": _names(request, services),
            "years": request.years or self.profile.chain.max_years,
            "end": request.end.isoformat() if request.end else None,
            "max_years": self.profile.chain.max_years,
        }


@dataclass(frozen=True, slots=True)
class DocumentWorker:
    """Makes planned documents one after another; `run` is a routine for `process.background`."""

    queue: DocumentQueue
    agreements: Agreements
    record: Callable[[Command[Any], UUID], Awaitable[Model | Refusal]]
    """Handles a command of one's own under an id; the same id again has no second effect."""

    async def run(self) -> None:
        """Work until cancelled. A fault is logged and tried again: it must not take the service down."""
        faults = 0
        while True:
            try:
                busy = await self.work()
                faults = 0
            except PyMongoError:
                log.exception("documents wait")
                busy, faults = False, faults + 1
            if not busy:
                await asyncio.sleep(_EVERY_S + full_jitter(faults))

    async def work(self) -> bool:
        """Make the next document; False when none is free."""
        taken = await until_done(self.queue.take)
        if taken is None:
            return False
        (fault,) = await asyncio.gather(self._make(taken), return_exceptions=True)
        if isinstance(fault, Exception):
            await until_done(partial(self._fault, taken, fault))
        return True

    async def _make(self, taken: Document) -> None:
        planned = PLANNED_DOCUMENTS.value(taken)
        pdf = await self.agreements.render(planned)
        if pdf is None:
            waits = planned.waits + 1
            await until_done(lambda: self.queue.put_back(taken, pause_after(waits), waits=waits))
        elif await until_done(lambda: self.queue.renew(taken)):
            blob = await until_done(lambda: self.agreements.keep(planned, pdf))
            await self._record(planned.id, blob)

    async def _record(self, id_: UUID, blob: BlobReference) -> None:
        command = RecordDocument(actor=SYSTEM, document_id=id_, blob=blob)
        outcome = await until_done(lambda: self.record(command, derived(id_, "record")))
        if isinstance(outcome, Refusal):
            raise NotRecordedError(outcome.code)

    async def _fault(self, taken: Document, error: Exception) -> None:
        """Try a document again a little later; after three tries it has failed, which somebody must look at."""
        tries = taken.get("tries", 0) + 1
        status, reason = status_after(tries), type(error).__name__
        level = logging.ERROR if status is DocumentStatus.FAILED else logging.WARNING
        more = {"document": str(taken["_id"]), "tries": tries, "status": status.value}
        log.log(level, "a document could not be made", exc_info=error, extra=more)
        await self.queue.put_back(taken, pause_after(tries), tries=tries, status=status.value, reason=reason)


def _contract(request: AdditionState, planned: PlannedDocument) -> dict[str, Any]:
    """Return what the contract of an added organisation says (ID-118 to ID-122)."""
    return {
        "number": str(request.id),
        "requested_on": planned.requested_on.isoformat(),
        "organisation": request.name,
        "kvk_number": request.kvk_number,
        "branch_number": request.branch_number,
        "address": request.address,
        "administrator": request.administrator.full,
        "representatives": [name.full for name in (request.representative, *request.co_representatives)],
        "level": request.level.value,
        "years": request.years,
    }


def _names(request: ChainAuthorizationState, names: dict[Any, Localized]) -> list[str]:
    return sorted(name.in_(request.language) for name in names.values())


def _parties(request: ChainAuthorizationState) -> dict[str, Any]:
    return {
        "relation": request.relation.name,
        "kvk_number": request.relation.kvk_number,
        "contact": request.contact.name.full,
        "sender": request.sender.name,
        "sender_email": request.sender.email,
    }
