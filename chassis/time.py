"""The present: of the system, or of the newest tick plus a monotonic clock (TIME=ticks)."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Literal

_MILLISECONDS = 1000


def milliseconds(moment: datetime) -> datetime:
    """Cut a moment to whole milliseconds, the precision of the database."""
    return moment.replace(microsecond=moment.microsecond // _MILLISECONDS * _MILLISECONDS)


class Clock:
    """Tells a process the present (UTC, whole milliseconds)."""

    def __init__(self, source: Literal["system", "ticks"] = "system") -> None:
        self._source = source
        self._tick: datetime | None = None
        self._heard_at = 0.0

    def now(self) -> datetime:
        """Return the present."""
        if self._source == "system" or self._tick is None:
            return milliseconds(datetime.now(UTC))
        return milliseconds(self._tick + timedelta(seconds=monotonic() - self._heard_at))

    def hear(self, tick: datetime, age: timedelta = timedelta()) -> None:
        """Take over a tick that was told so long ago; one that is older than the present known is ignored."""
        if self._source == "ticks" and (self._tick is None or tick + age > self.now()):
            self._tick, self._heard_at = tick + age, monotonic()


def real_now() -> datetime:
    """Return the machine's time: for leases, retention and logs, never for a rule of the domain."""
    return milliseconds(datetime.now(UTC))
