"""Each process is killed once while people work: nothing acknowledged is lost, nothing happens twice."""

import asyncio

import pytest

from stack.demo import requesting
from stack.demo.api import Api
from stack.demo.journal import Journal
from stack.demo.login import Desk
from stack.demo.people import Memory
from stack.settings import PROCESSES
from stack.system import Stack
from tests.probes import until

PER_KILL = 4


async def ask(journey: requesting.Journey, number: int) -> str:
    """Request a chain authorization of one relation, with a contact of its own."""
    relation = f"{200 + number:08d}"
    quotation = await requesting.quote(journey, 1)
    body = requesting.body(journey, quotation["token"], relation, reference=f"kill {number}")
    body["contact"] = {**requesting.CONTACT, "email": f"contact-{number}@relation.example"}
    await journey.anna.post("/v1/chain-authorizations", body)
    return relation


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_each_process_is_killed_once_and_nothing_is_lost(tmp_path):
    async with Stack(data=tmp_path, time="ticks", demo=True) as stack, Api(stack.gateway_url) as api:
        desk = Desk(stack, api, Memory.of(tmp_path))
        journey = await requesting.start(desk, Journal("kills"))
        journey.services = (await journey.anna.get("/v1/services", text="belasting", chainOnly="true"))["rows"][:2]
        asked = []
        for turn, name in enumerate(PROCESSES):
            numbers = range(turn * PER_KILL, (turn + 1) * PER_KILL)
            asking = asyncio.gather(*(ask(journey, number) for number in numbers))
            await asyncio.sleep(0)
            await stack.kill(name)
            asked += await asking
            await stack.all_ready()

        rows = await journey.anna.get("/v1/chain-authorizations", tab="pending", limit=100)
        assert sorted(row["relation"]["kvkNumber"] for row in rows["rows"]) == sorted(asked)

        async def all_invited() -> bool:
            mails = [await desk.arrivals.all("mails", f"contact-{n}@relation.example") for n in range(len(asked))]
            return all(mails)

        await until(all_invited, within_s=60)
        for number in range(len(asked)):
            mails = await desk.arrivals.all("mails", f"contact-{number}@relation.example")
            assert len({mail["message_id"] for mail in mails}) == 1
