"""The rules of an identification that the calendar and the profile decide."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from contracts.identity import IdentificationMethod, IdentificationStatus, PersonName
from profiles.model import load_profile
from services.identity.domain.identification import (
    Identification,
    Report,
    again,
    cancelled,
    default_method,
    may_move,
    reported,
    told,
    wish,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_identification(**more):
    given = {
        "id": uuid4(), "application_id": uuid4(), "organisation_id": uuid4(), "organisation_name": "Kantoor",
        "name": PersonName(initials="V.", infix="van den", surname="Berg-Smit"), "birth_date": date(1990, 5, 17),
        "address": "x", "method": IdentificationMethod.PHYSICAL, "status": IdentificationStatus.ORDERED,
        "ordered_at": NOW, "reference": "AMP-1",
    }  # fmt: skip
    return Identification(**(given | more))


def at(month, day, hour=12, year=2026):
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.rule("ID-92", "TI-12", "SP-06", "ST-73", "ST-74")
@pytest.mark.parametrize(
    ("appointment", "now", "may"),
    [
        (at(12, 8), at(12, 7), True),  # Tuesday, on Monday
        (at(12, 8), at(12, 8, 1), False),
        (at(12, 7), at(12, 4), True),  # Monday, on Friday
        (at(12, 7), at(12, 5), False),
        (at(12, 28), at(12, 24), True),  # the Monday after Christmas
        (at(12, 28), at(12, 25), False),
        (at(4, 28, year=2027), at(4, 26, year=2027), True),  # the day after King's Day, which is a Tuesday
        (at(4, 28, year=2027), at(4, 27, year=2027), False),
        (at(12, 8, 22), at(12, 7, 22), True),  # 22:00 UTC is 23:00 in Amsterdam
        (at(12, 8, 22), at(12, 7, 23), False),
        (None, at(12, 30), True),
    ],
)
def test_a_working_day_before_the_appointment_is_the_last_to_change_the_address(appointment, now, may):
    for name in ("zlogin", "weid"):
        assert may_move(an_identification(appointment_at=appointment), load_profile(name), now) is may


@pytest.mark.rule("ST-73", "SP-06")
def test_a_day_on_which_the_supplier_is_closed_is_no_working_day():
    profile = load_profile("zlogin")
    days = profile.working_days.model_copy(update={"closed": frozenset({date(2026, 12, 7)})})
    closed = profile.model_copy(update={"working_days": days})
    tuesday = an_identification(appointment_at=at(12, 8))
    assert may_move(tuesday, profile, at(12, 7))
    assert not may_move(tuesday, closed, at(12, 7))
    assert may_move(tuesday, closed, at(12, 4))


@pytest.mark.rule("ST-74")
@pytest.mark.parametrize("status", [one for one in IdentificationStatus if one != "ordered"])
def test_only_what_is_ordered_moves(status):
    assert not may_move(an_identification(status=status), load_profile("weid"), NOW)


@pytest.mark.rule("ID-57", "CF-09")
@pytest.mark.parametrize("name", ["zlogin", "weid"])
def test_an_order_begins_at_the_address(name):
    assert default_method(load_profile(name)) is IdentificationMethod.PHYSICAL


@pytest.mark.rule("ST-76")
@pytest.mark.parametrize(
    ("surname", "birth_date", "status"),
    [
        ("van den Berg-Smit", date(1990, 5, 17), "done"),
        ("VAN DEN BERG SMIT", date(1990, 5, 17), "done"),
        ("Berg", date(1990, 5, 17), "failed"),
        ("van den Berg-Smit", date(1991, 5, 17), "failed"),
        ("", None, "failed"),
    ],
)
def test_the_document_that_was_shown_agrees_with_the_data(surname, birth_date, status):
    ordered = an_identification()
    report = Report(
        sub=ordered.id, jti="report-1", iat=0, event="identified", reference="AMP-1", surname=surname,
        birth_date=birth_date,
    )  # fmt: skip
    assert reported(ordered, report, load_profile("zlogin"), NOW, awaited=True).status == status


@pytest.mark.rule("ST-76", "SP-15")
@pytest.mark.parametrize("status", ["ordered", "failed", "done", "cancelled"])
def test_a_report_counts_only_while_somebody_waits_for_it(status):
    ordered = an_identification(status=IdentificationStatus(status))
    report = Report(sub=ordered.id, jti="report-1", iat=0, event="failed", reference="AMP-1")
    taken = [getattr(reported(ordered, report, load_profile("weid"), NOW, awaited=it), "code", None) for it in (1, 0)]
    assert taken == ["too_late" if status in {"done", "cancelled"} else None, "too_late"]


@pytest.mark.rule("ST-72", "ST-75", "ST-77", "ST-12")
def test_the_partner_is_told_of_order_method_new_round_and_cancellation():
    ordered = an_identification(reference=None)
    assert wish(ordered) == "1:physical"
    knows = told(ordered, wish(ordered), "AMP-1")
    assert wish(knows) == knows.told
    extended = again(knows, NOW)
    assert (wish(extended) != extended.told, extended.round, extended.reference) == (True, 1, "AMP-1")
    renewed = again(an_identification(status=IdentificationStatus.FAILED, told="1:physical"), NOW)
    assert (wish(renewed), renewed.status) == ("2:physical", "ordered")
    assert wish(cancelled(knows)) == "cancelled"
    assert wish(cancelled(ordered)) == ordered.told
    done = an_identification(status=IdentificationStatus.DONE)
    assert cancelled(done) == done
