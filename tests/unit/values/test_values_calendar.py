from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given, strategies as st

from contracts.values import (
    Period,
    add_months,
    add_years,
    end_of_day,
    local_date,
    start_of_day,
    within_months_before,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
MONTHS = st.integers(-240, 240)


@pytest.mark.rule("SP-01")
@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 1, 14, 22, 59, 59, tzinfo=UTC), date(2026, 1, 14)),
        (datetime(2026, 1, 14, 23, 0, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 7, 14, 21, 59, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 7, 14, 22, 0, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 1, 15, 8, 0, tzinfo=timezone(timedelta(hours=9))), date(2026, 1, 15)),
    ],
)
def test_the_day_is_that_of_amsterdam(now, day):
    assert local_date(now) == day


@pytest.mark.rule("SP-01")
def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 1, 1, 12, 0))


@pytest.mark.rule("SP-01")
@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 14, 23, tzinfo=UTC), datetime(2026, 1, 15, 23, tzinfo=UTC), 24),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), 25),
        (date(2026, 12, 31), datetime(2026, 12, 30, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC), 24),
    ],
)
def test_a_day_has_23_24_or_25_hours(day, start, end, hours):
    assert start_of_day(day) == start
    assert end_of_day(day) == end
    assert end_of_day(day) - start_of_day(day) == timedelta(hours=hours)
    assert start_of_day(day).utcoffset() == end_of_day(day).utcoffset() == timedelta(0)


@pytest.mark.rule("SP-01")
@given(DAYS)
def test_days_follow_each_other_without_gap(day):
    instant = timedelta(microseconds=1)
    assert local_date(start_of_day(day)) == day
    assert local_date(end_of_day(day) - instant) == day
    assert local_date(end_of_day(day)) == day + timedelta(days=1)
    assert end_of_day(day) == start_of_day(day + timedelta(days=1))


@pytest.mark.rule("SP-01")
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_an_instant_lies_in_its_own_day(now):
    day = local_date(now)
    assert start_of_day(day) <= now < end_of_day(day)


@pytest.mark.rule("SP-02")
@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 1, date(2028, 3, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
    ],
)
def test_months_are_calendar_months_with_clamping(day, months, result):
    assert add_months(day, months) == result


@pytest.mark.rule("SP-02")
@pytest.mark.parametrize(
    ("day", "years", "result"),
    [
        (date(2028, 2, 29), 5, date(2033, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2028, 2, 29), -1, date(2027, 2, 28)),
        (date(2026, 11, 22), 5, date(2031, 11, 22)),
    ],
)
def test_years_clamp_29_february(day, years, result):
    assert add_years(day, years) == result


@pytest.mark.rule("SP-02")
@given(DAYS, MONTHS)
def test_the_month_is_the_nth_and_the_day_only_shrinks(day, months):
    result = add_months(day, months)
    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == months
    assert result.day == day.day or (result.day < day.day and (result + timedelta(days=1)).day == 1)


@pytest.mark.rule("SP-02")
@given(DAYS, DAYS, MONTHS)
def test_adding_months_keeps_the_order_of_days(one, other, months):
    assume(one <= other)
    assert add_months(one, months) <= add_months(other, months)


@pytest.mark.rule("SP-02")
@given(DAYS, st.integers(-20, 20))
def test_a_year_is_twelve_months(day, years):
    assert add_years(day, years) == add_months(day, 12 * years)


@pytest.mark.rule("SP-02")
@pytest.mark.parametrize(
    ("day", "within"),
    [
        (date(2027, 1, 14), False),
        (date(2027, 1, 15), True),
        (date(2027, 3, 15), True),
        (date(2027, 3, 16), False),
    ],
)
def test_the_first_day_of_the_last_months_counts(day, within):
    assert within_months_before(day, date(2027, 3, 15), 2) is within


@pytest.mark.rule("SP-02")
def test_the_last_months_before_a_clamped_day():
    assert within_months_before(date(2027, 2, 28), date(2027, 4, 30), 2)
    assert not within_months_before(date(2027, 2, 27), date(2027, 4, 30), 2)


@pytest.mark.rule("SP-02")
@given(DAYS, st.integers(1, 24))
def test_the_last_months_begin_at_the_end_minus_the_months(end, months):
    first = add_months(end, -months)
    assert within_months_before(first, end, months)
    assert within_months_before(end, end, months)
    assert not within_months_before(first - timedelta(days=1), end, months)
    assert not within_months_before(end + timedelta(days=1), end, months)


@pytest.mark.rule("SP-01")
@given(DAYS, st.integers(0, 3000))
def test_a_period_holds_both_its_ends(start, length):
    end = start + timedelta(days=length)
    period = Period(start=start, end=end)
    assert period.contains(start)
    assert period.contains(end)
    assert not period.contains(start - timedelta(days=1))
    assert not period.contains(end + timedelta(days=1))


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Period(start=date(2026, 1, 2), end=date(2026, 1, 1))


def test_a_period_is_frozen():
    period = Period(start=date(2026, 1, 1), end=date(2026, 1, 1))
    with pytest.raises(ValueError, match="frozen"):
        period.end = date(2026, 2, 1)
