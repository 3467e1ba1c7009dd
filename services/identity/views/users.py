"""Answers about users: the overview and the export (ID.15, GW.2, GW.3)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from chassis import paging
from chassis.tables import Row, TableWriter
from contracts.identity import (
    CredentialPage,
    ExportUsers,
    ListCredentials,
    SecondFactor,
    UsersExported,
)
from contracts.message import Refusal
from contracts.values import ExportFormat, Language, local_date
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.exports import SHEET, export_row
from services.identity.domain.listing import Listed, seen_by
from services.identity.store import PERSONS
from services.identity.store.overview import Overview, Wanted
from services.identity.tools import Tools
from services.identity.views.organisations import administered

_EXPORTED: Final = 250
"""Users that an export holds in memory at once, and writes without letting others in between."""


class UserViews:
    """One method per query, all for administrators of the organisation alone (ID-25, ID-28, GW-12)."""

    def __init__(self, tools: Tools, tables: TableWriter, overview: Overview) -> None:
        self._tools = tools
        self._tables = tables
        self._overview = overview

    async def overview(self, query: ListCredentials, now: datetime) -> CredentialPage | Refusal:
        """List the users of the actor's organisation (ID-195 to ID-198, GW-05, GW-07)."""
        del now
        wanted = await self._wanted(query)
        if wanted is None:
            return NOT_ALLOWED
        try:
            after = _place(query.cursor)
        except ValueError:
            return UNKNOWN
        found = await self._overview.page(wanted, after, query.limit + 1)
        listed = found[: query.limit]
        locked = await self._tools.reads.locked({each.row.person_id for each in listed})
        rows = tuple(seen_by(query.actor, each.row, locked) for each in listed)
        return CredentialPage(rows=rows, next=paging.encode(listed[-1].place) if len(found) > query.limit else None)

    async def _wanted(self, query: ListCredentials | ExportUsers) -> Wanted | None:
        """Return which users are asked for, of the actor's own organisation; None for who is no administrator."""
        reach = await administered(self._tools.reads, query.actor, self._tools.profile)
        if reach is None:
            return None
        return Wanted(reach.organisation.id, query.text, query.status, query.level, query.role)

    async def export(self, query: ExportUsers, now: datetime) -> UsersExported | Refusal:
        """Write all users of the overview as a file: ended ones are not in it (GW-08 to GW-13)."""
        wanted = await self._wanted(query)
        if wanted is None:
            return NOT_ALLOWED
        language = query.actor.language
        columns = self._tools.profile.export.users.columns
        blob = await self._tables.write(
            f"gebruikers-{local_date(now).isoformat()}", SHEET.in_(language),
            [column.header for column in columns], self._pages(wanted, language),
            workbook=query.format is ExportFormat.XLSX,
        )  # fmt: skip
        return UsersExported(blob=blob)

    async def _pages(self, wanted: Wanted, language: Language) -> AsyncIterator[list[Row]]:
        """Yield the rows in the order of the overview, a page at a time."""
        after: str | None = None
        while True:
            found = await self._overview.page(wanted, after, _EXPORTED)
            if found:
                yield await self._rows(found, language)
            if len(found) < _EXPORTED:
                return
            after = found[-1].place

    async def _rows(self, found: list[Listed], language: Language) -> list[Row]:
        rows = [each.row for each in found]
        texted = {row.person_id for row in rows if row.second_factor is SecondFactor.SMS}
        people = await self._tools.reads.by_ids(PERSONS, texted)
        columns = self._tools.profile.export.users.columns
        return [export_row(row, self._tools.mobile(people.get(row.person_id)), columns, language) for row in rows]


def _place(cursor: str | None) -> str | None:
    """Return the place after which a page begins; raise ValueError for a cursor that no page gave."""
    key = paging.decode(cursor)
    if key is None:
        return None
    (place,) = key
    return place
