"""Which e-mails go with a notice, and what is told of what."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.actor import ANYONE, SYSTEM, Actor, ActorKind
from contracts.chain import AccessStatus, ChainAccessChanged, ChainAccessState
from contracts.values import Role
from services.notifications.domain.access import may_read
from services.notifications.domain.notices import NoticeKind, facts_of_access, kept_until, mail_templates
from services.notifications.domain.plans import last_day


@pytest.mark.rule("NO-05", "NO-26", "CF-27", "CF-33")
@pytest.mark.parametrize(
    ("kind", "message_box", "intro_mail", "expected"),
    [
        (NoticeKind.RENEWAL_DUE, True, False, ("message_ready",)),
        (NoticeKind.RENEWAL_DUE, True, True, ("message_ready",)),
        (NoticeKind.RENEWAL_DUE, False, True, ("renewal_due",)),
        (NoticeKind.ACCESS_OPEN, True, False, ("message_ready",)),
        (NoticeKind.ACCESS_OPEN, True, True, ("message_ready", "introduction")),
        (NoticeKind.ACCESS_OPEN, False, True, ("introduction",)),
        (NoticeKind.ACCESS_OPEN, False, False, ("access_open",)),
    ],
)
def test_the_profile_says_which_mails_go_with_a_notice(kind, message_box, intro_mail, expected):
    assert mail_templates(kind, message_box=message_box, intro_mail=intro_mail) == expected


@pytest.mark.rule("NO-26")
@pytest.mark.parametrize("status", AccessStatus)
def test_of_access_only_its_opening_is_told(status):
    event = ChainAccessChanged(state=ChainAccessState(id=UUID(int=1), status=status))

    assert (facts_of_access(event, "x") is not None) == (status is AccessStatus.OPEN)


PERSON = {"kind": ActorKind.PERSON, "person_id": UUID(int=1), "organisation_id": UUID(int=2)}


@pytest.mark.rule("NO-02")
@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor(**PERSON, role=Role.ADMINISTRATOR), True),
        (Actor(**PERSON, role=Role.USER), False),
        (Actor(**{**PERSON, "organisation_id": None}, role=Role.ADMINISTRATOR), False),
        (Actor(**{**PERSON, "kind": ActorKind.STAFF}, role=Role.ADMINISTRATOR), False),
        (ANYONE, False),
        (SYSTEM, False),
    ],
)
def test_only_administrators_read_the_message_box(actor, may):
    assert may_read(actor) is may


@pytest.mark.rule("SP-114")
def test_a_message_is_kept_for_two_years():
    assert kept_until(datetime(2026, 11, 22, 12, tzinfo=UTC)) == datetime(2028, 11, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "day"),
    [
        (datetime(2027, 2, 22, 23, tzinfo=UTC), "2027-02-22"),
        (datetime(2027, 2, 22, 22, 59, tzinfo=UTC), "2027-02-22"),
        (datetime(2027, 7, 1, 22, tzinfo=UTC), "2027-07-01"),
    ],
)
def test_a_term_that_ends_at_midnight_ends_on_the_day_before(until, day):
    assert last_day(until) == day
