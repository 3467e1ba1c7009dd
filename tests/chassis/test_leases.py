"""Leases of slots: shared by the live, taken from the dead, never held by two."""

from collections.abc import AsyncIterator

import pytest_asyncio

from chassis.leases import NAME, Leases
from chassis.mongo import Database, close, connect, database
from chassis.outbox import SLOTS
from tests.probes import until

ALL = set(range(SLOTS))


@pytest_asyncio.fixture(loop_scope="session")
async def home(settings) -> AsyncIterator[Database]:
    client = connect(settings, "test")
    yield database(client, settings, "leases")
    await client.drop_database(f"{settings.deployment}_leases")
    await close(client)


async def settled(*owners: Leases):
    """Let all owners keep their leases until every slot is held; at no moment two hold one."""

    async def all_held():
        for owner in owners:
            await owner.keep()
            held = [slot for each in owners for slot in each.held]
            assert len(held) == len(set(held)), "two hold a slot"
        return set(held) == ALL

    await until(all_held)
    return [set(owner.held) for owner in owners]


async def test_one_owner_holds_every_slot(home):
    [held] = await settled(Leases(home, "one"))
    assert held == ALL


async def test_nothing_is_held_before_the_first_lease(home):
    leases = Leases(home, "one")
    assert leases.held == []
    assert not any(leases.has(slot) for slot in ALL)


async def test_a_second_owner_gets_its_share_and_the_first_gives_it_back(home):
    one, two = Leases(home, "one", life_s=1.5), Leases(home, "two", life_s=1.5)
    await settled(one)

    async def shared():
        first, second = await settled(one, two)
        return len(first) == len(second) == SLOTS // 2

    await until(shared)


async def test_three_owners_share_every_slot(home):
    owners = [Leases(home, name, life_s=1.5) for name in ("one", "two", "three")]

    async def shared():
        return max(len(held) for held in await settled(*owners)) <= -(-SLOTS // 3)

    await until(shared)


async def test_a_dead_owners_slots_are_taken_after_its_life_and_not_before(home):
    dead, heir = Leases(home, "dead", life_s=1.5), Leases(home, "heir", life_s=1.5)
    await settled(dead)

    async def inherited():
        await heir.keep()
        assert not (set(heir.held) & set(dead.held)), "two hold a slot"
        return set(heir.held) == ALL

    await until(inherited)
    assert dead.held == []


async def test_who_could_not_renew_in_time_knows_that_it_holds_nothing(home):
    leases = Leases(home, "one", life_s=1.5)
    await leases.keep()
    assert leases.has(0)

    async def over():
        return leases.held == []

    await until(over)
    assert not leases.has(0)


async def test_what_was_given_back_is_free_at_once(home):
    one, two = Leases(home, "one", life_s=60), Leases(home, "two", life_s=60)
    await settled(one)
    await one.release()
    assert one.held == []

    await two.keep()

    assert set(two.held) == ALL
    assert await home[NAME].count_documents({"owner": "one"}) == 0


async def test_two_that_take_the_same_slot_at_once_do_not_both_get_it(home):
    one, two = Leases(home, "one"), Leases(home, "two")
    for slot in range(SLOTS):
        assert [await one._take(slot), await two._take(slot)] == [True, False]
