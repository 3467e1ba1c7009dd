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
from tests.system.asking import ask, invitations, pending

PER_KILL = 4


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

        assert await pending(journey) == sorted(asked)

        async def all_invited() -> bool:
            return all(await invitations(desk, len(asked)))

        await until(all_invited, within_s=60)
        assert [len(mails) for mails in await invitations(desk, len(asked))] == [1] * len(asked)
