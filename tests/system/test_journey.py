"""The main journey through all processes, under both profiles."""

import pytest

from stack.demo import play
from stack.system import Stack


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("profile", ["zlogin", "weid"])
@pytest.mark.rule("CH-13", "CH-22", "CH-39", "CH-63", "CH-68", "CH-73", "CH-78", "CH-80", "CH-81", "CH-83", "CH-93")
@pytest.mark.rule("CH-97", "CH-101", "CH-103", "ID-178", "ID-179", "ID-180", "ID-181", "BI-29", "BI-31", "NO-05")
@pytest.mark.rule("NO-17", "NO-18", "NO-20", "NO-24", "CF-27", "CF-39", "SP-67", "SP-132")
async def test_the_main_journey_holds(tmp_path, profile):
    async with Stack(data=tmp_path, profile=profile, time="ticks", demo=True) as stack:
        await play(stack)


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_the_main_journey_holds_on_motor(tmp_path):
    async with Stack(data=tmp_path, profile="zlogin", time="ticks", demo=True, mongo_driver="motor") as stack:
        await play(stack)
