"""`make bench`: the loops of commands and queries beside the bare loop, on a fresh broker each time."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from stack.testing import Infrastructure, infrastructure

_PEERS = {"bare": (("bench.bare",),), "ours": (("bench.peer", "owner"), ("bench.peer", "copier"))}


@asynccontextmanager
async def running(environment: dict[str, str], peers: tuple[tuple[str, ...], ...]) -> AsyncIterator[None]:
    """Run the answering side as processes of its own."""
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-m", *peer, env=environment) for peer in peers]
    try:
        yield
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def measure(infra: Infrastructure, side: str, kind: str, in_flight: int, seconds: float) -> dict[str, float]:
    """Measure one side on an empty broker and a database of its own."""
    await infra.restart_broker()
    environment = {
        **os.environ, "DEPLOYMENT": f"b{uuid4().hex[:8]}", "MONGO_URI": infra.mongo_uri,
        "KAFKA_BOOTSTRAP": infra.kafka, "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    async with running(environment, _PEERS[side]):
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.client", kind, str(in_flight), str(seconds),
            env=environment, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await client.communicate()
    if client.returncode:
        raise SystemExit(f"the load could not be measured: {side} {kind} {in_flight}")
    found: dict[str, float] = json.loads(out)
    return found


def row(kind: str, in_flight: int, bare: dict[str, float], ours: dict[str, float]) -> str:
    """Return a line of the table."""
    return (
        f"{kind:<9}{in_flight:>6}{bare['rate']:>12.0f}/s{bare['p50']:>8.1f}{bare['p99']:>8.1f}"
        f"{ours['rate']:>12.0f}/s{ours['p50']:>8.1f}{ours['p99']:>8.1f}{ours['rate'] / bare['rate']:>8.2f}"
    )


async def main(kinds: list[str], flights: list[int], seconds: float) -> None:
    """Print a table: each row bare and ours one after the other."""
    print(f"{'':<9}{'in':>6}{'bare loop':>14}{'p50':>8}{'p99':>8}{'ours':>14}{'p50':>8}{'p99':>8}{'ratio':>8}")
    print(f"{'':<9}{'flight':>6}{'':>14}{'ms':>8}{'ms':>8}{'':>14}{'ms':>8}{'ms':>8}")
    with tempfile.TemporaryDirectory() as folder:
        async with infrastructure(Path(folder)) as infra:
            for kind in kinds:
                for in_flight in flights:
                    bare = await measure(infra, "bare", kind, in_flight, seconds)
                    ours = await measure(infra, "ours", kind, in_flight, seconds)
                    print(row(kind, in_flight, bare, ours), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--kinds", nargs="*", default=["commands", "queries"], choices=["commands", "queries"])
    parser.add_argument("--in-flight", nargs="*", type=int, default=[1, 16, 64, 256, 1024])
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    asyncio.run(main(given.kinds, given.in_flight, given.seconds))
