"""The import's workbook: its template, a look inside before it is taken over, and how far an import got (CH.3)."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.blobs import BlobStore
from contracts.actor import Actor
from contracts.chain import (
    ChainRefusal,
    ExportReady,
    GetImport,
    GetImportTemplate,
    ImportFault,
    ImportPreview,
    ImportView,
    PreviewImport,
)
from contracts.message import Refusal
from services.chain.clients import WorkbookReader
from services.chain.domain.rows import with_names
from services.chain.domain.standing import refuse_manager, refused
from services.chain.store import AUTHORIZATIONS, IMPORTS, REFUSED_ROWS
from services.chain.views.reading import Reading
from services.chain.workbook import MEDIA_TYPE, template

_NAME = "ketenmachtigingen-sjabloon.xlsx"
_TEMPLATE: UUID = uuid5(NAMESPACE_URL, "urn:volmacht:chain:import-template:1")
_MOST_FAULTS = 5000


class ImportViews:
    """Questions about imports, for administrators."""

    def __init__(self, reading: Reading, reader: WorkbookReader, blobs: BlobStore) -> None:
        self._reading = reading
        self._reader = reader
        self._blobs = blobs

    async def template(self, query: GetImportTemplate, now: datetime) -> ExportReady | Refusal:
        """Return the empty workbook (CH-26)."""
        del now
        if (refusal := await self._refuse(query.actor)) is not None:
            return refusal
        return ExportReady(blob=await self._blobs.put(template(), MEDIA_TYPE, _NAME, id_=_TEMPLATE))

    async def preview(self, query: PreviewImport, now: datetime) -> ImportPreview | Refusal:
        """Return what a workbook holds and every fault, taking nothing over (CH-35, SP-72)."""
        del now
        if (refusal := await self._refuse(query.actor)) is not None:
            return refusal
        parsed = await self._reader.read(query.blob)
        parsed = with_names(parsed, await self._reading.facts.copies.names_by_kvk(parsed.kvk_numbers))
        return ImportPreview(rows=parsed.rows, faults=parsed.faults)

    async def get(self, query: GetImport, now: datetime) -> ImportView | Refusal:
        """Return how far an import of the actor's organisation got."""
        del now
        if (refusal := await self._refuse(query.actor)) is not None:
            return refusal
        document = await self._reading.one(
            IMPORTS, {"_id": query.import_id, "organisation_id": query.actor.organisation_id}
        )
        if document is None:
            return refused(ChainRefusal.UNKNOWN)
        of_import = {"import_id": query.import_id}
        rows = await self._reading.some(REFUSED_ROWS, of_import, [("row", 1)], _MOST_FAULTS)
        return ImportView(
            import_id=query.import_id,
            requests=document["requests"],
            made=await self._reading.count(
                AUTHORIZATIONS, of_import | {"intermediary_id": query.actor.organisation_id}
            ),
            refused=tuple(ImportFault(row=row["row"], code=row["code"]) for row in rows),
        )

    async def _refuse(self, actor: Actor) -> Refusal | None:
        return refuse_manager(actor, await self._reading.standing(actor))
