"""The message loops beside the bare ones, from the client to its reply, over Kafka or through the gateway."""

import asyncio
import json
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.place import Running, running
from bench.usage import cpu_s
from chassis.mongo import Client, close, connect, database
from chassis.settings import ChassisSettings
from stack.testing import Infrastructure

SIDES = {
    "bare loop": ("bare",),
    "ours": ("owner", "copier"),
    "gateway + bare loop": ("bare", "gateway"),
    "bare FastAPI + bare loop": ("bare", "fastapi"),
    "gateway + ours": ("owner", "copier", "gateway"),
}
_SAMPLE_S = 0.25


@dataclass
class Seen:
    """What one run showed: rate a second, times in milliseconds, processor milliseconds a question."""

    load: dict[str, Any]
    cpu_ms: dict[str, float] = field(default_factory=dict)
    behind_ms: list[float] = field(default_factory=list)
    conflicts: float = 0.0


async def measure(infra: Infrastructure, data: Path, side: str, kind: str, in_flight: int, seconds: float) -> Seen:
    """Measure one side, on an empty broker and a database of its own."""
    names = SIDES[side]
    async with running(infra, data, *names) as place:
        url = next((place.url(name) for name in names if name in {"gateway", "fastapi"}), None)
        before = place.cpu_s() | infrastructure_cpu_s(infra)
        sampling = asyncio.create_task(_behind(place)) if "copier" in names and kind == "commands" else None
        load = await run_client(place, kind, in_flight, seconds, url)
        after = place.cpu_s() | infrastructure_cpu_s(infra)
        behind = []
        if sampling is not None:
            sampling.cancel()
            behind = await sampling
        conflicts = place.metric("owner", "volmacht_conflicts_total") if "owner" in names else 0.0
    cpu = {name: (after[name] - before[name]) / load["all"] * 1000 for name in before}
    return Seen(load, cpu, behind, conflicts)


def infrastructure_cpu_s(infra: Infrastructure) -> dict[str, float]:
    """Return the processor seconds of broker and database, where they run here."""
    pids = {name: infra.supervisor.pid(name) for name in infra.supervisor.names}
    return {name: cpu_s(pid) for name, pid in pids.items() if pid is not None}


async def run_client(
    place: Running, kind: str, in_flight: int, seconds: float, url: str | None = None, *more: str
) -> dict[str, Any]:
    """Run the load as a process of its own and return what it found."""
    where = ("--url", url) if url else ()
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.client", kind, str(in_flight), str(seconds), *where, *more,
        env=place.environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, _ = await client.communicate()
    except BaseException:
        client.kill()
        await client.wait()
        raise
    if client.returncode:
        raise SystemExit(f"the load could not be measured: {kind}, {in_flight} in flight")
    found: dict[str, Any] = json.loads(out)
    return found


async def _behind(place: Running) -> list[float]:
    """Look at the copies until cancelled; return how long after its commit each was there, in milliseconds."""
    settings = ChassisSettings(deployment=place.environment["DEPLOYMENT"], mongo_uri=place.environment["MONGO_URI"])
    client = connect(settings, "bench")
    copied: dict[tuple[str, int], Any] = {}
    try:
        while True:
            await asyncio.sleep(_SAMPLE_S)
            async for copy in database(client, settings, "billing")["counter_copies"].find():
                copied[str(copy["_id"]), copy["last"]] = copy["copied_at"]
    except asyncio.CancelledError:
        return await _since_commit(client, settings, copied)
    finally:
        await close(client)


async def _since_commit(client: Client, settings: ChassisSettings, copied: dict[tuple[str, int], Any]) -> list[float]:
    rows = database(client, settings, "chain")["outbox"].find(
        {"seq": {"$gt": 0}}, {"aggregate": 1, "seq": 1, "created_at": 1}
    )
    made = {(row["aggregate"], row["seq"]): row["created_at"] async for row in rows}
    return [(at - made[place]).total_seconds() * 1000 for place, at in copied.items() if place in made]


def times(load: dict[str, Any]) -> str:
    """Return rate, p50, p95 and p99 as text."""
    return f"{load['rate']:>7,.0f}/s {load['p50']:>6.0f} {load['p95']:>6.0f} {load['p99']:>6.0f}"


async def table(
    infra: Infrastructure, data: Path, kind: str, sides: tuple[str, ...], flights: list[int], seconds: float
) -> None:
    """Print a row for each number in flight: the sides one after the other, the last one as a ratio to the first."""
    print(f"\n{kind}, " + ", ".join(f"({n}) {side}" for n, side in enumerate(sides, 1)))
    print("in flight" + "".join(f"   ({n})  rate    p50    p95    p99" for n in range(1, len(sides) + 1)) + "   ratios")
    for in_flight in flights:
        seen = [await measure(infra, data, side, kind, in_flight, seconds) for side in sides]
        rates = [one.load["rate"] for one in seen]
        ratios = "".join(f"{rates[-1] / rate:>7.2f}" for rate in rates[:-1]) if in_flight > 1 else ""
        print(f"{in_flight:>9}   " + "   ".join(times(one.load) for one in seen) + "  " + ratios, flush=True)
        _print_costs(seen[-1])


def _print_costs(seen: Seen) -> None:
    cost = ", ".join(f"{name} {ms:.2f}" for name, ms in sorted(seen.cpu_ms.items()))
    text = f"            processor ms a question: {cost}"
    if seen.behind_ms:
        text += (
            f"; second service behind: mean {statistics.mean(seen.behind_ms):.0f}, worst {max(seen.behind_ms):.0f} ms"
        )
    print(f"{text}; conflicts {seen.conflicts:.0f}", flush=True)
