"""Parts of a list: all rows once, in order, and nothing that the list's own filters leave out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis.mongo import Collection, Database, close, connect, database
from chassis.paging import OLDEST_SUBMITTED, part

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    submitted_at: datetime
    here: bool = False
    there: bool = False


ROWS = Collection("rows_of_lists", Row)


@pytest_asyncio.fixture(loop_scope="session")
async def home(settings) -> AsyncIterator[Database]:
    client = connect(settings, "test")
    yield database(client, settings, "lists")
    await client.drop_database(f"{settings.deployment}_lists")
    await close(client)


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_a_list_of_either_kind_holds_nothing_else_on_any_of_its_parts(home, limit):
    rows = [Row(uuid4(), NOW + timedelta(minutes=n // 2), here=n % 3 == 0, there=n % 4 == 0) for n in range(12)]
    await home[ROWS.name].insert_many([ROWS.stored(row) for row in rows])
    seen, cursor = [], None
    while True:
        either = {"$or": [{"here": True}, {"there": True}]}
        found, cursor = await part(home, ROWS, either, OLDEST_SUBMITTED, cursor, limit)
        assert len(found) <= limit
        seen += found
        if cursor is None:
            break
    wanted = [row for row in rows if row.here or row.there]
    assert sorted(seen, key=lambda row: row.id) == sorted(wanted, key=lambda row: row.id)
    assert [row.submitted_at for row in seen] == sorted(row.submitted_at for row in wanted)
