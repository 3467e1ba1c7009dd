"""The history: an append-only file of everything that was asked, answered and broken, a JSON object a line."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Answered:
    """An answer in memory, for the seconds until the first one after a fault."""

    service: str
    began: float
    ended: float


@dataclass
class History:
    """Writes the history; moments are seconds of the machine's clock."""

    path: Path
    phase: str = ""
    commands: int = 0
    goal: int = 10**9
    """The number of commands after which nobody asks any more."""

    answered: list[Answered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file = self.path.open("a", buffering=1)

    def write(self, do: str, **values: Any) -> None:
        """Append a line; it is with the operating system when this returns."""
        self._file.write(json.dumps({"do": do, "at": time.time(), "phase": self.phase, **values}) + "\n")

    def intend(self, **values: Any) -> int:
        """Note that a command is about to be sent, and return its number."""
        self.commands += 1
        self.write("intent", n=self.commands, **values)
        return self.commands

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def first_answer(self, since: float, services: tuple[str, ...]) -> float | None:
        """Return the seconds until the first answer to what was asked after a moment; of any service when none named.

        The address of a request is that of the gateway, so all of them count for it.
        """
        ended = [one.ended for one in self.answered if one.began >= since and (not services or one.service in services)]
        return min(ended) - since if ended else None
