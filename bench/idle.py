"""What the whole system costs while nobody asks anything."""

import asyncio
from pathlib import Path

from bench.usage import cpu_s, resident_mb
from stack.system import Stack

_SETTLE_S = 10.0
_LOOK_S = 20.0


async def table(data: Path) -> None:
    """Print the processor time and the resident memory of each process."""
    async with Stack(data=data, demo=True) as stack:
        await asyncio.sleep(_SETTLE_S)
        pids = {name: pid for name in stack.supervisor.names if (pid := stack.pid(name)) is not None}
        before = {name: cpu_s(pid) for name, pid in pids.items()}
        await asyncio.sleep(_LOOK_S)
        share = {name: (cpu_s(pid) - before[name]) / _LOOK_S for name, pid in pids.items()}
        print("\nthe stack at rest    core   memory")
        for name, pid in pids.items():
            print(f"{name:<18} {share[name]:>6.2f} {resident_mb(pid):>5.0f} MB")
        print(f"{'together':<18} {sum(share.values()):>6.2f} {sum(resident_mb(pid) for pid in pids.values()):>5.0f} MB")
