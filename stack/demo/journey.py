"""The main journey: each step does what a person would do, shows what happened, and fails when it did not hold."""

from pathlib import Path
from typing import TYPE_CHECKING

from stack.demo import decisions, ending, requesting
from stack.demo.api import Api
from stack.demo.journal import Journal
from stack.demo.login import Desk
from stack.demo.people import Memory

if TYPE_CHECKING:
    from stack.system import Stack


async def play(stack: "Stack") -> None:
    """Play the journey on a stack whose time is told by ticks; raise NotHeldError at the first step that fails."""
    journal = Journal(stack.profile)
    async with Api(stack.gateway_url) as api:
        desk = Desk(stack, api, Memory.of(Path(stack.data)))
        journey = await requesting.start(desk, journal)
        await requesting.request(journey)
        await requesting.sign(journey)
        await requesting.approve(journey)
        await requesting.told_and_charged(journey)
        await decisions.ask(journey)
        await requesting.export(journey)
        await ending.warned_and_expired(journey)
        await ending.deleted(journey)
        await requesting.bulk(journey)
    journal.close()
