"""The audit trail: written with the change, chained, signed, and every change of the past found."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from chassis import audit
from chassis.audit_sealing import CHAINS, AuditChain, TaskLease
from chassis.mongo import Collection, database
from chassis.sealed import FieldCipher, SealError
from chassis.tasks import end
from chassis.work import Change
from tests.chassis.auditing import KEY, a_row
from tests.chassis.shop import Count, Counter, shop
from tests.harness import FIELD_KEYS, NOW, ServiceUnderTest, an_envelope
from tests.probes import until


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"audit_signing_key": KEY})


@pytest_asyncio.fixture(loop_scope="session")
async def service(settings) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(shop(settings)) as running:
        yield running
        await running.process.client.drop_database(f"{settings.deployment}_audit_heads")


@pytest_asyncio.fixture(loop_scope="session")
async def chain(service, settings) -> AuditChain:
    made = AuditChain(service.process.client, service.database, settings, "chain")
    await made.prepare()
    return made


async def counted(service, times=5):
    counter = uuid4()
    for _ in range(times):
        await service.command(Count(counter=counter))
    return counter


# what an entry holds


@pytest.mark.rule("SP-59")
@pytest.mark.security("S41")
async def test_a_change_is_kept_with_its_actor_moment_before_and_after(service):
    counter, id_ = uuid4(), uuid4()
    await service.command(Count(counter=counter))
    await service.command(Count(counter=counter), id_=id_)

    [_, row] = await service.database[audit.NAME].find({"subject": counter}).sort("order", 1).to_list()

    assert (row["what"], row["message"], row["at"]) == (Count.type, id_, NOW)
    assert row["actor"] == {"kind": "system"}
    assert isinstance(row["before"], str), "values are encrypted"
    values = audit.opened(row, service.process.fields)
    assert (values["before"]["count"], values["after"]["count"]) == (1, 2)


async def test_a_refused_command_leaves_no_entry(service):
    await service.command(Count(counter=uuid4(), limit=0))
    assert await service.database[audit.NAME].count_documents({}) == 0


def test_the_scope_is_the_organisation_of_the_value():
    organisation = uuid4()
    scoped = Collection("counters", Counter, audited=True, audit_scope=lambda _: organisation)
    command = Count(counter=uuid4())
    row = audit.row(an_envelope(command), command, Change(scoped, command.counter, None, Counter(command.counter)))
    assert row["scope"] == str(organisation)


@pytest.mark.security("S39")
def test_values_are_encrypted_for_their_entry_only():
    fields = FieldCipher(FIELD_KEYS)
    row = a_row(fields, Counter(uuid4(), 1, "Jansen"), None)
    other = a_row(fields, Counter(uuid4(), 2, "Pietersen"), None)

    assert "Jansen" not in str(row)
    assert audit.opened(row, fields)["before"]["name"] == "Jansen"
    assert audit.opened(row, fields)["after"] is None
    with pytest.raises(SealError):
        audit.opened({**row, "before": other["before"]}, fields)
    with pytest.raises(SealError):
        audit.opened({**row, "before": None, "after": row["before"]}, fields)


# the sealing task


async def test_new_entries_are_numbered_per_scope_in_order_and_verified(service, chain):
    counter = await counted(service, 5)
    assert await chain.seal() == 5
    await counted(service, 3)
    assert await chain.seal() == 3
    assert await chain.seal() == 0
    assert await chain.sign() == 1

    rows = await service.database[audit.NAME].find().sort("number", 1).to_list()
    assert [row["number"] for row in rows] == [*range(1, 9)]
    mine = [audit.opened(row, service.process.fields)["after"]["count"] for row in rows if row["subject"] == counter]
    assert mine == [1, 2, 3, 4, 5]
    assert await chain.verify(audit.SERVICE) is None
    assert await chain.waiting() == 0


async def test_each_scope_has_a_chain_of_its_own(service, chain):
    rows = [{**a_row(None, None, Counter(uuid4())), "scope": f"o{n % 3}"} for n in range(30)]
    await service.database[audit.NAME].insert_many(rows)

    await chain.work()

    assert await chain.scopes() == ["o0", "o1", "o2"]
    assert [await chain.verify(scope) for scope in ("o0", "o1", "o2")] == [None, None, None]
    assert [state["number"] async for state in service.database[CHAINS].find()] == [10, 10, 10]


@pytest.mark.security("S42")
async def test_changes_in_the_database_are_found_at_their_number(service, chain):
    await counted(service, 9)
    await chain.work()
    rows = service.database[audit.NAME]

    kept = await rows.find_one_and_update({"number": 4}, {"$set": {"actor": {"kind": "system", "x": 1}}})
    assert await chain.verify(audit.SERVICE) == 4
    await rows.replace_one({"_id": kept["_id"]}, kept)
    assert await chain.verify(audit.SERVICE) is None
    await rows.delete_many({"number": {"$gt": 7}})
    assert await chain.verify(audit.SERVICE) == 8
    await rows.delete_many({})
    await service.database[CHAINS].delete_many({})
    assert await chain.scopes() == [audit.SERVICE]
    assert await chain.verify(audit.SERVICE) == 1


async def test_two_at_once_do_not_fork_the_chain(service, chain, settings):
    other = AuditChain(service.process.client, service.database, settings, "chain")
    await counted(service, 40)

    done = await asyncio.gather(*(task.seal() for task in (chain, other, chain, other)), return_exceptions=True)

    assert sum(n for n in done if isinstance(n, int)) == 40
    await chain.seal()
    assert await chain.waiting() == 0
    assert await chain.verify(audit.SERVICE) is None


async def test_a_head_is_signed_after_a_thousand_entries_without_waiting_for_the_minute(service, chain, settings):
    heads = database(service.process.client, settings, "audit_heads")["chain"]
    await service.database[audit.NAME].insert_many([a_row(None, None, Counter(uuid4())) for _ in range(2100)])

    await chain.work()

    assert [head["number"] async for head in heads.find().sort("number", 1)] == [1000, 2000]
    assert await chain.verify(audit.SERVICE) is None
    assert await chain.sign() == 1
    assert await chain.sign() == 0


async def test_a_head_that_is_there_is_never_replaced(service, chain, settings):
    heads = database(service.process.client, settings, "audit_heads")["chain"]
    await counted(service, 3)
    await chain.work()
    first = await heads.find_one({})

    await service.database[audit.NAME].delete_many({})
    await service.database[CHAINS].delete_many({})
    await counted(service, 3)
    await chain.seal()
    await chain.sign()

    assert await heads.find_one({}) == first
    assert await chain.verify(audit.SERVICE) == 1


async def test_a_chain_whose_state_was_removed_is_told_and_not_numbered_anew(service, chain, caplog):
    await counted(service, 3)
    await chain.work()
    await service.database[CHAINS].delete_many({})
    await counted(service, 1)

    task = asyncio.create_task(chain.run())
    try:
        with caplog.at_level(logging.ERROR):

            async def told():
                return [r for r in caplog.records if "could not be sealed" in r.getMessage()]

            [record, *_] = await until(told)
        assert record.levelno == logging.ERROR
        assert not task.done()
    finally:
        await end(task)
    assert await chain.waiting() == 1


async def test_the_routine_seals_by_itself(service, chain):
    task = asyncio.create_task(chain.run())
    try:
        await counted(service, 4)

        async def sealed():
            return await service.database[audit.NAME].count_documents({"sealed": True}) == 4

        await until(sealed)
    finally:
        await end(task)
    assert await chain.verify(audit.SERVICE) is None


async def test_one_process_at_a_time_has_the_lease_and_a_dead_ones_is_taken_over(service):
    first = TaskLease(service.database, "audit", "one", life_s=1.5)
    second = TaskLease(service.database, "audit", "two", life_s=30)

    assert await first.keep()
    assert await first.keep()
    assert not await second.keep()
    await until(second.keep)
    assert not await first.keep()


async def test_the_lease_of_the_task_does_not_count_as_a_relay(service):
    await TaskLease(service.database, "audit", "one").keep()
    await service.process.leases.keep()
    assert len(service.process.leases.held) == 16
