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
from services.identity.domain.credentials import UserRow
from services.identity.domain.exports import SHEET, export_row
from services.identity.store import PERSONS
from services.identity.store.overview import Overview, Wanted
from services.identity.tools import Tools
from services.identity.views.organisations import administered
from services.identity.views.rows import credential_row

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
        found, places = await self._overview.page(wanted, after, query.limit + 1)
        rows = found[: query.limit]
        locked = await self._tools.reads.locked({held.person_id for held in rows})
        shown = tuple(credential_row(held, query.actor, locked) for held in rows)
        more = paging.encode(places[query.limit - 1]) if len(found) > query.limit else None
        return CredentialPage(rows=shown, next=more)

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
            found, places = await self._overview.page(wanted, after, _EXPORTED)
            if found:
                yield await self._rows(found, language)
            if len(found) < _EXPORTED:
                return
            after = places[-1]

    async def _rows(self, found: list[UserRow], language: Language) -> list[Row]:
        texted = {held.person_id for held in found if held.second_factor is SecondFactor.SMS}
        people = await self._tools.reads.by_ids(PERSONS, texted)
        columns = self._tools.profile.export.users.columns
        return [export_row(held, self._tools.mobile(people.get(held.person_id)), columns, language) for held in found]


def _place(cursor: str | None) -> str | None:
    """Return the place after which a page begins; raise ValueError for a cursor that no page gave."""
    key = paging.decode(cursor)
    if key is None:
        return None
    (place,) = key
    return place
