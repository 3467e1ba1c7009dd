"""The calendar: days of Europe/Amsterdam, instants in UTC, terms in whole months and years (SP-01, SP-02)."""

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, model_validator

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""The time zone in which days and months turn (SP-01)."""


def local_date(now: datetime) -> date:
    """Return the calendar date in Amsterdam at an instant (SP-01); ValueError without a time zone."""
    if now.tzinfo is None:
        raise ValueError("An instant must carry its time zone")
    return now.astimezone(AMSTERDAM).date()


def start_of_day(day: date) -> datetime:
    """Return the instant, in UTC, at which a day begins in Amsterdam (SP-01)."""
    return datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the instant, in UTC, at which a day ends in Amsterdam: 24:00, itself no longer of that day (SP-01)."""
    return start_of_day(day + timedelta(days=1))


def add_months(day: date, n: int) -> date:
    """Return the day `n` months later, or earlier if negative, at most the last day of its month (SP-02)."""
    years, month = divmod(day.month - 1 + n, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, n: int) -> date:
    """Return the day `n` years later, or earlier if negative; 29 February becomes 28 where it must (SP-02)."""
    return add_months(day, 12 * n)


def within_months_before(day: date, end: date, months: int) -> bool:
    """Say whether a day lies in the last months up to an end day: `end` minus `months` itself counts (SP-02)."""
    return add_months(end, -months) <= day <= end


class Period(BaseModel):
    """A span of days, both ends included; the last day lasts until 24:00 (SP-01)."""

    model_config = ConfigDict(frozen=True)

    start: date
    end: date

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        """Refuse a period that ends before it starts."""
        if self.end < self.start:
            raise ValueError("A period cannot end before it starts")
        return self

    def contains(self, day: date) -> bool:
        """Say whether a day lies in the period."""
        return self.start <= day <= self.end
