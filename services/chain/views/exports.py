"""The export of a tab: all its rows, streamed into the blob store (CH-83, CH-84, SP-120, SP-123)."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from chassis.tables import Row, TableWriter
from contracts.actor import Actor
from contracts.chain import ExportChainAuthorizations, ExportReady
from contracts.message import Refusal
from contracts.values import ExportFormat, local_date
from services.chain.domain.authorization import ChainAuthorization
from services.chain.domain.exports import export_row, header, refuse_export
from services.chain.domain.overview import tab_filter
from services.chain.domain.standing import refuse_manager
from services.chain.store import AUTHORIZATIONS
from services.chain.views.reading import Reading, after

_PAGE = 500
_NEWEST_FIRST = [("sent_at", -1), ("_id", -1)]


class ExportViews:
    """Exports, for administrators (GW-12)."""

    def __init__(self, reading: Reading, tables: TableWriter) -> None:
        self._reading = reading
        self._tables = tables

    async def export(self, query: ExportChainAuthorizations, now: datetime) -> ExportReady | Refusal:
        """Write all rows of a tab of the actor's organisation as a file."""
        standing = await self._reading.standing(query.actor)
        refusal = refuse_manager(query.actor, standing) or refuse_export(query.tab)
        if refusal is not None:
            return refusal
        today = local_date(now)
        warn_months = self._reading.facts.profile.chain.warn_months
        filters = {"intermediary_id": query.actor.organisation_id, **tab_filter(query.tab, today, warn_months)}
        name = f"ketenmachtigingen-{query.tab}-{today.isoformat()}"
        pages = self._pages(query.actor, filters)
        names, workbook = header(query.actor.language), query.format is ExportFormat.XLSX
        blob = await self._tables.write(name, "Ketenmachtigingen", names, pages, workbook=workbook)
        return ExportReady(blob=blob)

    async def _pages(self, actor: Actor, filters: Mapping[str, Any]) -> AsyncIterator[list[Row]]:
        """Yield the rows, newest first, a page at a time."""
        place: Mapping[str, Any] = {}
        while True:
            found = await self._reading.some(AUTHORIZATIONS, {"$and": [filters, place]}, _NEWEST_FIRST, _PAGE)
            values = [AUTHORIZATIONS.value(document) for document in found]
            if values:
                yield await self._rows(actor, values)
            if len(values) < _PAGE:
                return
            place = after("sent_at", -1, values[-1].sent_at, values[-1].id)

    async def _rows(self, actor: Actor, values: list[ChainAuthorization]) -> list[Row]:
        copies, profile = self._reading.facts.copies, self._reading.facts.profile
        catalogue = await copies.catalogue(*(value.scope for value in values))
        persons = {one for value in values for one in value.person_ids}
        users = await copies.person_names(actor.organisation_id, persons)
        text = self._reading.numbers.text
        supplier = profile.display_name.in_(actor.language)
        return [export_row(value, text(value), catalogue, users, supplier, actor.language) for value in values]
