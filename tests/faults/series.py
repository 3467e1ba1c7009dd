"""A series: load, a fault under it, rest, check; one row a fault."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx

from stack.demo import requesting
from stack.demo.api import Api
from stack.demo.login import Desk
from stack.demo.people import ANNA, BRAM, CARLA, Memory
from stack.settings import PROCESSES
from stack.system import Stack
from tests.faults.callers import Person, Visitor
from tests.faults.checker.checks import check
from tests.faults.checker.report import Report, Violation
from tests.faults.client import Client, EnoughError
from tests.faults.history import History
from tests.faults.nemesis import Fault
from tests.faults.recovery import Recovery
from tests.faults.seeds import seeded
from tests.faults.stories import Intermediary, World, ask, choose

SETTINGS = {
    "RATE_ADDRESS": "100000", "RATE_PRINCIPAL": "100000", "RATE_ORGANISATION": "100000", "DOCUMENT_LEASE_S": "10",
}  # fmt: skip
"""All users of the test come from one address; and the document of a killed renderer is free again soon."""

_MAIL_S = 90.0
_STRIKE_AFTER = 0.25
_PEOPLE = 4


@dataclass(frozen=True)
class Row:
    """What was seen of one fault."""

    fault: str
    commands: int
    report: Report
    """Of everything so far."""

    before: Report
    new: tuple[Violation, ...]
    """What this check found and the one before had not."""

    first_answer_s: float | None
    caught_up_s: float | None
    at_rest: bool
    load_s: float

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return self.at_rest and self.report.clean

    def count(self, kind: str) -> int:
        """Return how many new violations are of a kind."""
        return sum(violation.kind == kind for violation in self.new)


class Series:
    """A running stack with its users, its history and what was found so far."""

    def __init__(self, stack: Stack, world: World, history: History, rng: Random, in_flight: int) -> None:
        self.stack = stack
        self.history = history
        self._world = world
        self._rng = rng
        self._in_flight = in_flight
        self._recovery = Recovery(stack)
        self._last = Report()

    def close(self) -> None:
        """Leave the database."""
        self._recovery.close()

    async def run(self, fault: Fault, commands: int) -> Row:
        """Drive a number of commands, strike while a quarter of them is under way, and check at rest."""
        self.history.phase = fault.name
        began, self.history.goal = time.monotonic(), self.history.commands + commands
        struck: asyncio.Future[tuple[float, float | None]] = asyncio.ensure_future(self._strike(fault, commands))
        async with fault.around() as beside:
            await asyncio.gather(struck, *(self._user() for _ in range(self._in_flight)))
            load_s = time.monotonic() - began
        if beside is not None:
            self.history.write("again", published=beside.published)
        at, caught_up = struck.result()
        at_rest = await self._recovery.at_rest()
        self.history.write("deaths", counts={name: self.stack.supervisor.crashes(name) for name in PROCESSES})
        report = await asyncio.to_thread(self.check)
        known, before, self._last = set(self._last.violations), self._last, report
        new = tuple(violation for violation in report.violations if violation not in known)
        first = self.history.first_answer(at, fault.services)
        sent = report.commands - before.commands
        return Row(fault.name, sent, report, before, new, first, caught_up, at_rest, load_s)

    def check(self) -> Report:
        """Check everything so far."""
        return check(self.stack.mongo_uri, self.stack.deployment, self.stack.data / "mails", self.history.path)

    async def _strike(self, fault: Fault, commands: int) -> tuple[float, float | None]:
        """Break something under load; return when recovery began and how long it took."""
        while self.history.commands < self.history.goal - commands * (1 - _STRIKE_AFTER):  # noqa: ASYNC110 (users count)
            await asyncio.sleep(0.005)
        self.history.write("fault", name=fault.name)
        at = await fault.strike()
        self.history.write("struck", name=fault.name, since=at)
        return at, await self._recovery.caught_up(at)

    async def _user(self) -> None:
        """Live one story after another until enough was asked."""
        rng = seeded(self._rng.random())
        with suppress(EnoughError):
            while True:
                await choose(rng)(self._world, rng)


@asynccontextmanager
async def series(
    data: Path, seed: int, in_flight: int = 24, say: Callable[[str], None] | None = None
) -> AsyncIterator[Series]:
    """Start a stack of its own with its demo data, log everybody in, and let the users be ready."""
    rng = seeded(seed)
    history = History(data / "history.jsonl")
    async with AsyncExitStack() as undo:
        stack = await undo.enter_async_context(Stack(data=data, time="ticks", demo=True, settings=SETTINGS, say=say))
        # A browser of each person's own: what is answered with 202 is read from the device that asked.
        desks = [
            Desk(stack, await undo.enter_async_context(Api(stack.gateway_url)), Memory.of(stack.data))
            for _ in range(_PEOPLE)
        ]
        client = Client(stack.gateway_url, history, seeded(rng.random()))
        world = await _world(stack, desks, client, rng)
        running = Series(stack, world, history, rng, in_flight)
        try:
            yield running
        finally:
            running.close()
            await client.close()
            history.close()


async def _world(stack: Stack, desks: list[Desk], client: Client, rng: Random) -> World:
    """Log in who acts, choose services, and get an agreement to sign."""
    await desks[0].present.pass_seconds(60)
    for desk in desks:
        desk.present = desks[0].present
    anna, bram = Person(desks[0], ANNA.user_name), Person(desks[1], BRAM.user_name, BRAM.mobile)
    staff = [Person(desks[2], "kim"), Person(desks[3], "lars")]
    await asyncio.gather(*(person.renew() for person in (anna, bram, *staff)))
    users = []
    for person, email in ((anna, CARLA.email), (bram, BRAM.email)):
        rows = (await client.read("identity", "GET", "/v1/credentials", person, params={"limit": 100}))["rows"]
        users.append(next(row["personId"] for row in rows if row["email"] == email))
    found = await client.read("authorizations", "GET", "/v1/services", anna, params={"chainOnly": "true", "limit": 100})
    services = [row["serviceUuid"] for row in found["rows"]]
    mail, intermediaries = _Mail(stack.mail_url), [Intermediary(anna, users[0]), Intermediary(bram, users[1])]
    world = World(client, intermediaries, staff, services, b"", mail.first)
    world.agreement = await _agreement(world, rng)
    return world


async def _agreement(world: World, rng: Random) -> bytes:
    """Ask once, and return the agreement that came: relations sign copies of it."""
    request, _body = await ask(world, rng)
    assert request is not None, "nothing is broken yet"
    text = await world.mail(request.email)
    assert text is not None, "nothing is broken yet"
    path, visitor = f"/v1/invitations/{requesting.link_token(text)}", Visitor.fresh(rng)
    async with asyncio.timeout(60):
        while not (await world.client.read("chain", "GET", path, visitor))["agreementReady"]:  # noqa: ASYNC110 (far off)
            await asyncio.sleep(0.1)
    found: bytes = await world.client.read("chain", "GET", f"{path}/agreement", visitor)
    return found


class _Mail:
    """Reads the sink."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def first(self, address: str) -> str | None:
        """Wait for the first mail at an address and return its text; None when none comes for long."""
        end = time.monotonic() + _MAIL_S
        query: dict[str, Any] = {"to": address, "wait": 10}
        async with httpx.AsyncClient(timeout=15) as client:
            while time.monotonic() < end:
                try:
                    found = (await client.get(f"{self._url}/mails", params=query)).json()
                except httpx.TransportError:
                    continue
                if found:
                    return str(found[0]["text"])
        return None
