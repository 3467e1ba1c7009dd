"""The present: of the system, or of the newest tick plus what has passed since."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis import time as chassis_time
from chassis.time import Clock, milliseconds, real_now
from tests.harness import NOW


@pytest.fixture
def monotonic(monkeypatch):
    """A monotonic clock that the test moves."""

    class Hands:
        at = 100.0

    monkeypatch.setattr(chassis_time, "monotonic", lambda: Hands.at)
    return Hands


def test_the_system_is_the_time_and_ticks_are_not_heard():
    clock = Clock("system")
    clock.hear(NOW + timedelta(days=365 * 50))
    before = real_now()
    assert before <= clock.now() <= real_now()


def test_a_tick_is_the_time_and_it_goes_on_by_itself(monotonic):
    clock = Clock("ticks")
    clock.hear(NOW)
    assert clock.now() == NOW
    monotonic.at += 2.5
    assert clock.now() == NOW + timedelta(seconds=2.5)


def test_years_pass_with_one_tick(monotonic):
    clock = Clock("ticks")
    clock.hear(NOW)
    clock.hear(NOW + timedelta(days=1000))
    assert clock.now() == NOW + timedelta(days=1000)


def test_time_never_goes_back(monotonic):
    clock = Clock("ticks")
    clock.hear(NOW)
    monotonic.at += 10
    clock.hear(NOW + timedelta(seconds=9))
    assert clock.now() == NOW + timedelta(seconds=10)
    clock.hear(NOW - timedelta(days=1))
    assert clock.now() == NOW + timedelta(seconds=10)


def test_a_tick_that_is_heard_late_counts_with_its_age(monotonic):
    clock = Clock("ticks")
    clock.hear(NOW, timedelta(seconds=4))
    assert clock.now() == NOW + timedelta(seconds=4)
    clock.hear(NOW + timedelta(seconds=3), timedelta(seconds=2))
    assert clock.now() == NOW + timedelta(seconds=5)


def test_before_the_first_tick_it_is_the_time_of_the_system():
    before = real_now()
    assert before <= Clock("ticks").now() <= real_now()


def test_moments_are_in_utc_and_whole_milliseconds():
    assert milliseconds(datetime(2026, 1, 1, 0, 0, 0, 999_999, UTC)).microsecond == 999_000
    for moment in (real_now(), Clock().now()):
        assert moment.tzinfo is UTC
        assert moment.microsecond % 1000 == 0
