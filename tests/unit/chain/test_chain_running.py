"""Users, renewal and the ends of a chain authorization."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.chain import (
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainAuthorizationRequested,
    ChainStatus,
    ChainUsersChanged,
    PublicChainAuthorizationChanged,
    RemovalScheduled,
    RenewalDue,
    Scope,
)
from contracts.message import Refusal
from contracts.values import Language, Level, Period, end_of_day, start_of_day
from services.chain.domain.running import (
    decide_delete,
    decide_expiry,
    decide_link,
    decide_removal_day,
    decide_renewal,
    decide_unlink,
    decide_warning,
    own,
)
from services.chain.domain.scopes import Coverage
from tests.unit.chain.chain_builders import (
    NOW,
    ORGANISATION,
    PROFILES,
    TODAY,
    USER,
    a_contact,
    a_credential,
    a_quotation,
    an_authorization,
    facts,
    ids,
    standing,
)

NEW = uuid4()
CREDENTIALS = {NEW: [a_credential(NEW)], USER: [a_credential(USER)]}
RUNNING = (ChainStatus.ACTIVE, ChainStatus.END_SCHEDULED)
END = date(2027, 2, 22)
"""Three months from today."""


def events(change):
    return [type(event) for event in change.events]


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


def active(end=END, **changes):
    return an_authorization(
        **{"status": ChainStatus.ACTIVE, "period": Period(start=date(2026, 1, 1), end=end), **changes}
    )


@pytest.mark.parametrize(
    ("changes", "organisation", "seen", "expected"),
    [
        ({}, ORGANISATION, None, None),
        ({}, ORGANISATION, 3, None),
        ({}, ORGANISATION, 2, "stale_version"),
        ({}, uuid4(), None, "unknown"),
        ({"status": ChainStatus.REMOVED}, ORGANISATION, None, "unknown"),
    ],
)
@pytest.mark.rule("SP-97", "CH-101")
def test_only_the_own_ones_that_are_not_removed_are_there(changes, organisation, seen, expected):
    assert code(own(an_authorization(**changes), organisation, 3, seen)) == expected


@pytest.mark.rule("CH-87", "CH-25", "CH-89")
@pytest.mark.parametrize("status", list(ChainStatus))
def test_users_are_added_to_an_active_one(status):
    outcome = decide_link(an_authorization(status=status), [NEW, USER], CREDENTIALS)

    if status not in RUNNING:
        assert code(outcome) == "wrong_status"
        return
    assert outcome.after.person_ids == (USER, NEW)
    assert events(outcome) == [ChainUsersChanged]
    assert decide_link(outcome.after, [NEW], CREDENTIALS).events == ()
    assert code(decide_link(outcome.after, [uuid4()], CREDENTIALS)) == "unknown_user"
    low = {NEW: [a_credential(NEW, level=Level.EH2_PLUS)]}
    assert code(decide_link(outcome.after, [NEW], low)) == "user_level_too_low"


@pytest.mark.rule("CH-88")
def test_users_are_removed():
    outcome = decide_unlink(active(person_ids=(USER, NEW)), [USER])

    assert outcome.after.person_ids == (NEW,)
    assert events(outcome) == [ChainUsersChanged]
    assert outcome.events[0].state.person_ids == (NEW,)
    assert decide_unlink(outcome.after, [USER]).events == ()
    assert code(decide_unlink(an_authorization(status=ChainStatus.EXPIRED), [USER])) == "wrong_status"


@pytest.mark.rule("CH-94", "CH-98", "SP-90", "SP-02", "CF-47")
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (active(), None),
        (active(end=TODAY), None),
        (active(end=END + timedelta(days=1)), "too_early"),
        (active(renewal_id=uuid4()), "renewal_pending"),
        (active(end=TODAY - timedelta(days=1)), "wrong_status"),
        (active(status=ChainStatus.EXPIRED), "wrong_status"),
        (active(status=ChainStatus.END_SCHEDULED), "wrong_status"),
        (an_authorization(), "wrong_status"),
    ],
)
def test_renewal_is_asked_for_in_the_last_three_months_and_once(profile, found, expected):
    outcome = decide_renewal(found, a_contact(), Language.EN, ids(), a_quotation(), facts=facts(profile), now=NOW)
    assert code(outcome) == expected


@pytest.mark.rule("CH-95", "CH-99", "SP-88", "ST-59", "NO-22")
def test_a_renewal_asks_for_the_same_beside_the_present_one():
    found, contact = active(), a_contact(email="nieuw@relatie.example")

    asked, former = decide_renewal(found, contact, Language.EN, ids(), a_quotation(), facts=facts(), now=NOW)

    assert asked.after.status is ChainStatus.SENT
    assert (asked.after.scope, asked.after.person_ids, asked.after.years) == (found.scope, found.person_ids, 5)
    assert (asked.after.contact, asked.after.language) == (contact, Language.EN)
    assert asked.after.renewal_of == found.id
    assert events(asked) == [ChainAuthorizationRequested]
    assert former.after.renewal_id == asked.after.id
    assert former.after.status is ChainStatus.ACTIVE
    assert former.after.due() == found.due()


@pytest.mark.rule("SP-111", "SP-71")
def test_a_renewal_needs_a_quotation_and_no_other_pending_request():
    def renew(quotation, known):
        return decide_renewal(active(), a_contact(), Language.NL, ids(), quotation, facts=known, now=NOW)

    assert code(renew(None, facts())) == "quotation_invalid"
    assert code(renew(a_quotation(unit_price=5), facts(standing=standing()))) == "quotation_expired"
    assert code(renew(a_quotation(), facts(pending=(Coverage(Scope(general=True)),)))) == "already_pending"


@pytest.mark.rule("CH-100", "CH-101", "CH-104", "CH-105", "CH-72", "ST-56", "ST-57", "ST-63", "ST-66")
@pytest.mark.parametrize("status", [status for status in ChainStatus if status is not ChainStatus.REMOVED])
def test_whatever_is_shown_can_be_deleted_at_once(status):
    deleted = decide_delete(an_authorization(status=status), None, NOW)

    assert deleted.after.status is ChainStatus.REMOVED
    assert deleted.after.due() == {}
    public = [PublicChainAuthorizationChanged] if status in RUNNING else []
    assert events(deleted) == [ChainAuthorizationRemoved, *public]


@pytest.mark.rule("CH-102", "ST-64", "ST-65", "TI-17", "SP-62")
def test_deletion_on_a_day_stops_it_at_the_beginning_of_that_day():
    day = TODAY + timedelta(days=1)
    planned = decide_delete(active(), day, NOW)

    assert planned.after.status is ChainStatus.END_SCHEDULED
    assert planned.after.ends_on == day
    assert planned.after.due()["removal"][0] == start_of_day(day)
    assert "warning" not in planned.after.due()
    assert events(planned) == [RemovalScheduled]
    assert decide_removal_day(planned.after, start_of_day(day) - timedelta(seconds=1)) is None
    removed = decide_removal_day(planned.after, start_of_day(day))
    assert removed.after.status is ChainStatus.REMOVED
    assert events(removed) == [ChainAuthorizationRemoved, PublicChainAuthorizationChanged]
    assert not removed.events[1].state.active


@pytest.mark.rule("CH-102")
@pytest.mark.parametrize(
    ("found", "day", "expected"),
    [
        (active(), TODAY, "end_date_too_early"),
        (active(), TODAY - timedelta(days=1), "end_date_too_early"),
        (an_authorization(), TODAY + timedelta(days=1), "wrong_status"),
        (active(status=ChainStatus.EXPIRED), TODAY + timedelta(days=1), "wrong_status"),
    ],
)
def test_a_deletion_day_must_be_in_the_future_of_an_active_one(found, day, expected):
    assert code(decide_delete(found, day, NOW)) == expected


@pytest.mark.rule("ST-58", "CH-93", "TI-04")
def test_the_warning_comes_once():
    found = active(warn_at=NOW)

    assert decide_warning(found, NOW - timedelta(seconds=1)) is None
    warned = decide_warning(found, NOW)
    assert events(warned) == [RenewalDue]
    assert "warning" not in warned.after.due()
    assert decide_warning(warned.after, NOW) is None
    assert decide_warning(active(warn_at=NOW, status=ChainStatus.END_SCHEDULED), NOW) is None
    assert decide_warning(None, NOW) is None


@pytest.mark.rule("ST-61", "CH-97", "SP-01", "SP-89", "TI-07")
def test_it_expires_when_its_last_day_is_over():
    found = active(renewal_id=uuid4())

    assert decide_expiry(found, end_of_day(END) - timedelta(milliseconds=1)) is None
    expired = decide_expiry(found, end_of_day(END))
    assert expired.after.status is ChainStatus.EXPIRED
    assert expired.after.renewal_id == found.renewal_id
    assert events(expired) == [ChainAuthorizationExpired, PublicChainAuthorizationChanged]
    assert decide_expiry(expired.after, end_of_day(END)) is None
    assert decide_expiry(None, end_of_day(END)) is None
