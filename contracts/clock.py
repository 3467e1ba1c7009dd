"""What the clock says (architecture.md: time and ids enter through messages)."""

from datetime import datetime
from typing import ClassVar

from contracts.message import Kind, Message


class Tick(Message):
    """It is now `at` (UTC). Older ticks than the newest are ignored; a second clock does no harm."""

    kind: ClassVar[Kind] = Kind.TICK
    service: ClassVar[str] = "clock"
    domain: ClassVar[str] = "clocks"

    at: datetime

    @property
    def key(self) -> str:
        """One order for all."""
        return "clock"
