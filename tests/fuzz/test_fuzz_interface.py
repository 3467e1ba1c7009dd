"""Every operation with what fits its description and what does not, as an administrator, an employee and a visitor."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from stack.demo.api import Api
from stack.system import Stack
from tests.fuzz.campaign import REFUSED, Tally, operations, run
from tests.fuzz.world import prepare

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
CALLERS = {"anyone": None, "person": "anna", "staff": "kim"}
ENDING = {
    "endSession", "endOwnSession", "changePassword", "switchOrganisation", "changeOwnEmail",
    "endCredential", "scheduleEnding", "changeRole", "deleteChainAuthorization",
}  # fmt: skip
"""What may take from its caller what the others need: runs last, each with a session of its own."""

LEAST_CASES = 2_000
LEAST_DONE = {"anyone": 7, "person": 35, "staff": 20}
"""How many operations do at least once what they are asked, by caller: or only refusals would have been judged."""

RATES = dict.fromkeys(("RATE_ADDRESS", "RATE_PRINCIPAL", "RATE_ORGANISATION", "RATE_LOOKUP"), "1000000")


async def fuzzed(world, kind, tally):
    """Let a caller meet every operation; return the ids of those that are open to it."""
    mine = {id_ for id_, operation in operations(DOCUMENT).items() if kind in operation["x-policy"]["who"]}
    others = set(operations(DOCUMENT)) - mine
    user = CALLERS[kind]

    async def meet(chosen, **more):
        headers = await world.session(user) if user else world.visitor()
        await asyncio.to_thread(run, world, DOCUMENT, chosen, headers, tally, **more)

    await meet(mine - ENDING)
    for last in sorted(mine & ENDING):
        await meet({last})
    await meet(others, phases=("fuzzing",), examples=2)
    return mine


def inside(tally, mine):
    """Return the operations that were not only turned away."""
    return {id_ for id_ in mine if set(tally.answers[id_]) - REFUSED}


def did(tally, mine):
    """Return the operations that did what they were asked at least once."""
    return {id_ for id_ in mine if any(200 <= status < 300 for status in tally.answers[id_])}


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.security("S24", "S33")
async def test_no_request_makes_the_interface_fail_or_break_its_description(tmp_path, capsys):
    tallies, mine = {}, {}
    async with Stack(data=tmp_path, time="ticks", demo=True, settings=RATES) as stack, Api(stack.gateway_url) as api:
        world = await prepare(stack, api)
        for kind in CALLERS:
            tallies[kind] = Tally()
            mine[kind] = await fuzzed(world, kind, tallies[kind])
    with capsys.disabled():
        for kind, tally in tallies.items():
            open_to, done = len(inside(tally, mine[kind])), len(did(tally, mine[kind]))
            sys.stdout.write(f"\nfuzz: {kind}: {tally.cases} cases; of {len(mine[kind])}: {open_to} let in, {done} did")
    failures = [
        f"{kind}: {' '.join(what)}\n{why}" for kind, found in tallies.items() for what, why in found.failures.items()
    ]
    assert not failures, "\n\n".join(failures)
    assert sum(tally.cases for tally in tallies.values()) >= LEAST_CASES
    for kind, tally in tallies.items():
        assert inside(tally, mine[kind]) == mine[kind], "what a caller may use turned every request away"
        assert len(did(tally, mine[kind])) >= LEAST_DONE[kind]
        closed = set(tally.answers) - mine[kind] - mine["anyone"]
        assert did(tally, closed) == set(), "what is closed to a caller was open"
