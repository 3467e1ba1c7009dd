"""Another supplier's public events: heard, counted, and never asked for by a command."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

import pytest_asyncio

from chassis.envelope import topic
from chassis.mongo import Collection
from chassis.process import Process
from contracts.message import Command, Done, Kind, PublicEvent, Republish, State
from tests.harness import ServiceUnderTest, a_record, an_envelope, settings_for

PEER = "weid"


class StallState(State):
    open: bool


class StallEvent(PublicEvent):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "stalls"
    state: StallState


class StallChanged(StallEvent):
    """It opened or closed."""


class StallSnapshot(StallEvent):
    """As it is."""

    snapshot: ClassVar[bool] = True


class OpenStall(Command[Done]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "stalls"
    stall: UUID

    @property
    def key(self) -> str:
        return str(self.stall)


@dataclass(frozen=True)
class Stall:
    id: UUID

    @property
    def state(self) -> StallState:
        return StallState(id=self.id, open=True)


STALLS = Collection("stalls", Stall)


async def open_stall(command, work):
    stall = Stall(command.stall)
    await work.put(STALLS, stall, StallChanged(state=stall.state))
    return Done()


@pytest_asyncio.fixture(loop_scope="session")
async def owner(mongo):
    process = Process("chain", settings_for(mongo.mongo_uri))
    process.routes.keep(STALLS)
    process.routes.command(OpenStall, open_stall, aggregate=STALLS)
    process.routes.snapshot(STALLS, StallSnapshot, lambda stall: stall.state)
    async with ServiceUnderTest(process) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def hearer(mongo):
    process = Process("chain", settings_for(mongo.mongo_uri, peers=(PEER,)))
    process.routes.copy(StallEvent, "stalls_of_peers", of_peers=True)
    async with ServiceUnderTest(process) as running:
        process.held.patience_s = 0.0
        yield running


def told(event, sequence):
    return a_record(event, an_envelope(event, sequence=sequence), topic(PEER, "chain", Kind.PUBLIC_EVENT))


async def test_a_gap_in_a_peers_events_is_not_asked_of_anybody(hearer):
    stall = uuid4()
    await hearer.process.events.handle([told(StallChanged(state=StallState(id=stall, open=False)), 2)])
    await hearer.process.held.look_after()

    assert await hearer.database["held"].count_documents({}) == 1
    assert await hearer.sent(Republish) == []


async def test_a_peers_snapshot_closes_the_gap(hearer):
    stall = uuid4()
    await hearer.process.events.handle([
        told(StallChanged(state=StallState(id=stall, open=False)), 3),
        told(StallSnapshot(state=StallState(id=stall, open=True)), 2),
    ])  # fmt: skip
    await hearer.process.held.look_after()

    [copy] = await hearer.database["stalls_of_peers"].find().to_list()
    assert (copy["open"], copy["last"]) == (False, 3)
    assert await hearer.database["held"].count_documents({}) == 0


async def test_a_snapshot_for_other_suppliers_has_the_number_of_the_last_public_event(owner):
    stall = uuid4()
    for _ in range(2):
        await owner.command(OpenStall(stall=stall))

    assert await owner.process.republisher.snapshot(public=False) == 0
    assert await owner.process.republisher.snapshot(stall) == 1

    [(envelope, snapshot)] = await owner.sent_with_envelopes(StallSnapshot)
    assert (envelope.sequence, snapshot.state.open) == (2, True)
    [row] = await owner.database["outbox"].find({"type": StallSnapshot.type}).to_list()
    assert row["topic"] == topic(owner.process.settings.deployment, "chain", Kind.PUBLIC_EVENT)
