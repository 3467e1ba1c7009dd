"""Working days: Monday to Friday except public holidays (SP-06).

The holidays are those of the Dutch law on terms (Algemene termijnenwet, article 3), Good Friday and 5 May included.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

_SATURDAY, _SUNDAY = 5, 6


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of a year, by the Gregorian computus."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def kings_day(year: int) -> date:
    """Return Koningsdag: 27 April, or the Saturday before when that is a Sunday (from 2014 on)."""
    birthday = date(year, 4, 27)
    return birthday - timedelta(days=1) if birthday.weekday() == _SUNDAY else birthday


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """Return the Dutch public holidays of a year."""
    easter = easter_sunday(year)
    after_easter = (-2, 0, 1, 39, 49, 50)  # Good Friday, Easter (2), Ascension, Whitsun (2)
    fixed = ((1, 1), (5, 5), (12, 25), (12, 26))
    return frozenset(
        {easter + timedelta(days=days) for days in after_easter}
        | {date(year, month, day) for month, day in fixed}
        | {kings_day(year)}
    )


def is_working_day(day: date, closed: Collection[date] = ()) -> bool:
    """Say whether a day is a working day; `closed` are further days on which the supplier does not work (SP-06)."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year) and day not in closed


def add_working_days(day: date, n: int, closed: Collection[date] = ()) -> date:
    """Return the n-th working day after a day, before it if `n` is negative, the day itself if it is 0 (SP-06)."""
    step = timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not is_working_day(day, closed):
            day += step
    return day
