"""Limits of SMS: which numbers, and how many messages each (S8)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SHORT = timedelta(minutes=10)
LONG = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SmsLimits:
    """How many messages a number gets, and where numbers may lie (S8)."""

    short: int = 3
    """In ten minutes."""

    day: int = 10
    """In 24 hours."""

    prefixes: tuple[str, ...] = ("+31",)
    """Beginnings of the numbers (E.164) that are written to."""


@dataclass(frozen=True, slots=True)
class SmsWindow:
    """When a number was written to in the last day; the id is a keyed hash of the number."""

    id: str
    sent: tuple[datetime, ...] = ()
    forget_at: datetime | None = None
    """When the database may forget it, by the machine's time."""

    def with_one(self, now: datetime) -> "SmsWindow":
        """Return the window with one message more."""
        return replace(self, sent=(*self._since(now - LONG), now))

    def refusal(self, number: str, limits: SmsLimits, now: datetime) -> str:
        """Say why the number gets no message now; empty: it does (S8)."""
        if not number.startswith(limits.prefixes):
            return "sms_country"
        enough = len(self._since(now - SHORT)) >= limits.short or len(self._since(now - LONG)) >= limits.day
        return "sms_limit" if enough else ""

    def _since(self, moment: datetime) -> tuple[datetime, ...]:
        return tuple(sent for sent in self.sent if sent > moment)
