"""Whether a process lives and whether it may be asked something."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Check = Callable[[], Awaitable[str | None]]


@dataclass
class Health:
    """The checks of a process; each returns what is wrong, or None."""

    checks: dict[str, Check] = field(default_factory=dict)
    last_tick: Callable[[], datetime | None] = lambda: None
    started: bool = False

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Tell whether all is well, and what is not."""
        faults = {name: fault for name, check in self.checks.items() if (fault := await check())}
        if not self.started:
            faults["start"] = "still starting"
        tick = self.last_tick()
        state = {"ready": not faults, "faults": faults, "last_tick": tick.isoformat() if tick else None}
        return not faults, state
