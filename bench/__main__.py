"""`make bench`: each figure beside the bare loop that is its limit, in the same run, on an empty broker each time."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from bench import identity, idle, loops, overview, recovery, restarts
from stack.testing import Infrastructure, infrastructure

PARTS = ("loops", "gateway", "identity", "overview", "recovery", "restarts", "idle")
KINDS = ("commands", "queries")
_HTTP_FLIGHTS = (1, 16, 64, 256)
_BESIDE = {
    "commands": ("gateway + bare loop", "gateway + ours"),
    "queries": ("bare FastAPI + bare loop", "gateway + ours"),
}


async def _recovery(infra: Infrastructure, data: Path) -> None:
    print("\nrecovery, 64 in flight")
    print(await recovery.killed(infra, data, "owner"), flush=True)
    print(await recovery.killed(infra, data, "copier"), flush=True)
    print(await recovery.bad_record(infra, data), flush=True)
    if infra.kafka_kind == "embedded":
        print(await recovery.broker_lost(infra, data), flush=True)
        print(await recovery.refilled(infra, data), flush=True)


async def _loops(infra: Infrastructure, data: Path, given: argparse.Namespace) -> None:
    for kind in given.kinds:
        if "loops" in given.parts:
            await loops.table(infra, data, kind, ("bare loop", "ours"), given.in_flight, given.seconds)
        if "gateway" in given.parts:
            flights = [each for each in given.in_flight if each in _HTTP_FLIGHTS]
            await loops.table(infra, data, kind, _BESIDE[kind], flights, given.seconds)


async def _apart(infra: Infrastructure, data: Path, given: argparse.Namespace) -> None:
    if "identity" in given.parts:
        await identity.table(infra, data, given.seconds)
    if "overview" in given.parts:
        await overview.table(infra, data, given.seconds)
    if "recovery" in given.parts:
        await _recovery(infra, data)


async def main(given: argparse.Namespace) -> None:
    """Measure the parts that are asked for."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        async with infrastructure(data) as infra:
            await _loops(infra, data, given)
            await _apart(infra, data, given)
        if "restarts" in given.parts:
            await restarts.table(data / "restarts")
        if "idle" in given.parts:
            await idle.table(data / "idle")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=PARTS)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--in-flight", nargs="*", type=int, default=[1, 16, 64, 256, 1024])
    parser.add_argument("--seconds", type=float, default=5.0)
    asyncio.run(main(parser.parse_args()))
