"""The overview of users through the gateway: its first page, a search, the export, however many users there are."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

from bench.http import Connection, administrator_token
from bench.loops import infrastructure_cpu_s, measure
from bench.people import Stored, insert, user_of, with_account
from bench.place import Running, running
from bench.usage import resident_mb
from chassis.mongo import Database, close, connect, database
from chassis.settings import ChassisSettings
from contracts.values import Role
from services.identity.domain.applications import Organisation
from services.identity.store import CREDENTIALS, ORGANISATIONS, PERSONS
from stack.testing import Infrastructure

SIZES = (1_000, 10_000, 100_000)
_IN_FLIGHT = 16
_SEARCHES = ("berg", "van der wo", "wolffinga", "zyx", "user-9", "an", "qx")
_BEGINS = ("Berg", "Wolff", "Zand", "Kuiper", "Janss", "Molen", "Brink", "Veld", "Vries", "Smit", "Haan", "Wit")
_ENDS = ("en", "sma", "stra", "huis", "mans", "oord", "eveld", "er", "donk", "beek", "hof", "inga")
Who = tuple[UUID, UUID]
"""A person, and the organisation to act for."""

_WRITTEN = 5_000
_LOOK_S = 0.05


async def seeded(home: Database, number: int, size: int, administrators: int) -> list[Who]:
    """Put an organisation with so many users into the database; return its administrators."""
    pick = random.Random(number)
    organisation = Organisation(uuid4(), f"9000{number:04}", None, f"Bench {size} BV", active=True)
    values: list[Stored] = [(ORGANISATIONS, organisation)]
    found: list[Who] = []
    for each in range(administrators):
        administrator = user_of(organisation, "Beheer", f"admin-{number}-{each}")
        values += with_account(f"admin-{number}-{each}", administrator)
        found.append((administrator[1].id, organisation.id))
    for user in range(size - administrators):
        surname = f"van der {pick.choice(_BEGINS)}{pick.choice(_ENDS)}"
        credential, person = user_of(organisation, surname, f"user-{user}", Role.USER)
        values += [(CREDENTIALS, credential), (PERSONS, person)]
        if len(values) >= _WRITTEN:
            await insert(home, values)
            values = []
    await insert(home, values)
    return found


async def _times(place: Running, tokens: Sequence[str], path: str, seconds: float) -> list[float]:
    """Return how long each answer took, in milliseconds, in order; each token has one question in flight."""
    taken: list[float] = []
    end = monotonic() + seconds

    async def one(token: str) -> None:
        connection = Connection(place.url("gateway"), token)
        while (asked := monotonic()) < end:
            await connection.get(path)
            taken.append((monotonic() - asked) * 1000)

    await asyncio.gather(*map(one, tokens))
    return sorted(taken)


def _share(taken: list[float], share: int) -> float:
    return taken[(len(taken) - 1) * share // 100]


async def _first_page(infra: Infrastructure, place: Running, tokens: Sequence[str], what: str, seconds: float) -> None:
    await _times(place, tokens, "/v1/credentials", 1.0)
    before = place.cpu_s() | infrastructure_cpu_s(infra)
    taken = await _times(place, tokens, "/v1/credentials", seconds)
    after = place.cpu_s() | infrastructure_cpu_s(infra)
    cost = {name: (after[name] - before[name]) / len(taken) * 1000 for name in before}
    print(
        f"  {what}: first page {len(taken) / seconds:>5.0f}/s, p50 {_share(taken, 50):.0f}, "
        f"p95 {_share(taken, 95):.0f} ms; processor ms a page: "
        + ", ".join(f"{name} {ms:.2f}" for name, ms in sorted(cost.items())),
        flush=True,
    )


async def _searches(place: Running, token: str, size: int) -> None:
    for text in _SEARCHES:
        taken = await _times(place, (token,), f"/v1/credentials?text={text.replace(' ', '%20')}", 1.0)
        print(f"  {size:>7,} users: search {text!r:<12} p50 {_share(taken, 50):.0f}, p95 {_share(taken, 95):.0f} ms")


@asynccontextmanager
async def _watched(pid: int) -> AsyncIterator[list[float]]:
    """Look at the resident memory of a process as long as the block lasts."""
    seen = [resident_mb(pid)]

    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            seen.append(resident_mb(pid))

    task = asyncio.create_task(look())
    try:
        yield seen
    finally:
        task.cancel()


async def _export(place: Running, token: str, size: int, kind: str) -> None:
    """Export once, while another looks at the first page again and again."""
    pid = place.supervisor.pid("identity")
    assert pid is not None, "it runs"
    connection, beside = Connection(place.url("gateway"), token), Connection(place.url("gateway"), token)
    async with _watched(pid) as memory:
        begin, waits = monotonic(), []
        export = asyncio.create_task(connection.get(f"/v1/credentials/exports?format={kind}"))
        while not export.done():
            asked = monotonic()
            await beside.get("/v1/credentials")
            waits.append((monotonic() - asked) * 1000)
        length = len(await export)
    print(
        f"  {size:>7,} users: export as {kind} {monotonic() - begin:.1f} s, {length / 1e6:.1f} MB; resident "
        f"{memory[0]:.0f} MB before, at most {max(memory):.0f}; a page beside it p50 {_share(sorted(waits), 50):.0f}, "
        f"worst {max(waits):.0f} ms",
        flush=True,
    )


@asynccontextmanager
async def _organisations(
    infra: Infrastructure, data: Path, sizes: Sequence[int], administrators: int
) -> AsyncIterator[tuple[Running, list[str]]]:
    """Run identity and the gateway on an empty broker; give the tokens of the administrators of these organisations."""
    async with running(infra, data, "identity", "gateway") as place:
        found = place.environment
        settings = ChassisSettings(deployment=found["DEPLOYMENT"], mongo_uri=found["MONGO_URI"])
        client = connect(settings, "bench")
        home = database(client, settings, "identity")
        people = [await seeded(home, number, size, administrators) for number, size in enumerate(sizes)]
        await close(client)
        yield place, [administrator_token(found, *who) for each in people for who in each]


async def table(infra: Infrastructure, data: Path, seconds: float) -> None:
    """Print what organisations of different sizes cost."""
    print(f"\noverview of users through the gateway, pages of the usual size, {_IN_FLIGHT} in flight")
    bare = (await measure(infra, data, "bare FastAPI + bare loop", "queries", _IN_FLIGHT, seconds)).load
    print(
        f"  beside: the barest question {bare['rate']:.0f}/s, p50 {bare['p50']:.0f}, p95 {bare['p95']:.0f} ms",
        flush=True,
    )
    for size in SIZES:
        async with _organisations(infra, data, (size,), _IN_FLIGHT) as (place, tokens):
            await _first_page(infra, place, tokens, f"{size:>7,} users", seconds)
    async with _organisations(infra, data, (SIZES[0],) * _IN_FLIGHT, 1) as (place, tokens):
        await _first_page(infra, place, tokens, f"{_IN_FLIGHT} organisations of {SIZES[0]:,}", seconds)
    async with _organisations(infra, data, SIZES[-1:], 1) as (place, tokens):
        (token,) = tokens
        await _searches(place, token, SIZES[-1])
        for kind in ("csv", "xlsx"):
            await _export(place, token, SIZES[-1], kind)
