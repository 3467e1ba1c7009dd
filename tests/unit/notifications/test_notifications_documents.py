"""Planned documents: how often they are tried, and how long they rest."""

from datetime import timedelta

import pytest

from services.notifications.domain.documents import DocumentStatus, pause_after, status_after


@pytest.mark.rule("SP-116")
@pytest.mark.parametrize(
    ("tries", "status"), [(1, DocumentStatus.PLANNED), (2, DocumentStatus.PLANNED), (3, DocumentStatus.FAILED)]
)
def test_a_document_fails_after_three_tries(tries, status):
    assert status_after(tries) is status


@pytest.mark.parametrize(("times", "seconds"), [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (1000, 300)])
def test_it_rests_twice_as_long_each_time_up_to_five_minutes(times, seconds):
    assert pause_after(times) == timedelta(seconds=seconds)
