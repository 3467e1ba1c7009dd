from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from contracts.values import add_working_days, easter_sunday, is_working_day, kings_day, public_holidays

DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2090, 12, 31))


@pytest.mark.rule("SP-06")
@pytest.mark.parametrize(
    "sunday",
    [
        date(1961, 4, 2),
        date(2000, 4, 23),
        date(2008, 3, 23),
        date(2011, 4, 24),
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
        date(2038, 4, 25),
        date(2049, 4, 18),
    ],
)
def test_easter(sunday):
    assert easter_sunday(sunday.year) == sunday


@pytest.mark.rule("SP-06")
@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_between_22_march_and_25_april(year):
    easter = easter_sunday(year)
    assert easter.isoweekday() == 7
    assert date(year, 3, 22) <= easter <= date(year, 4, 25)


@pytest.mark.rule("SP-06")
@pytest.mark.parametrize(("year", "day"), [(2025, 26), (2026, 27), (2027, 27), (2031, 26)])
def test_kings_day_is_never_a_sunday(year, day):
    assert kings_day(year) == date(year, 4, day)


@pytest.mark.rule("SP-06")
def test_the_holidays_of_a_year():
    assert sorted(public_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 24),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


@pytest.mark.rule("SP-06")
@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
        (date(2026, 12, 25), False),
        (date(2026, 12, 24), True),
        (date(2025, 4, 28), True),
    ],
)
def test_working_days_are_monday_to_friday_except_holidays(day, working):
    assert is_working_day(day) is working


@pytest.mark.rule("SP-06")
@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2026, 11, 16), 5, date(2026, 11, 23)),
    ],
)
def test_adding_working_days(day, n, result):
    assert add_working_days(day, n) == result


@pytest.mark.rule("SP-06")
def test_further_closed_days_are_skipped():
    bridge = {date(2026, 5, 15)}
    assert is_working_day(date(2026, 5, 15))
    assert not is_working_day(date(2026, 5, 15), bridge)
    assert add_working_days(date(2026, 5, 13), 1, bridge) == date(2026, 5, 18)


@pytest.mark.rule("SP-06")
@given(DAYS, st.integers(1, 30))
def test_the_nth_working_day_has_n_working_days_up_to_it(day, n):
    result = add_working_days(day, n)
    after = [day + timedelta(days=i) for i in range(1, (result - day).days + 1)]
    assert is_working_day(result)
    assert sum(map(is_working_day, after)) == n


@pytest.mark.rule("SP-06")
@given(DAYS, st.integers(1, 30))
def test_going_back_undoes_going_forth_from_a_working_day(day, n):
    start = add_working_days(day, 1)
    assert add_working_days(add_working_days(start, n), -n) == start
