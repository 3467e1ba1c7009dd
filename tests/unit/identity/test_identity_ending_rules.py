"""Ending of credentials, and the rule of the last administrator, as tables."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import CredentialStatus, EndCredential, EndMoment
from contracts.values import Level, Role
from services.identity.domain.administrators import is_last_open, loses_last
from services.identity.domain.contracts import contract_end
from services.identity.domain.ending import Place, decide_end_on_date, decide_endings, decide_undo, ending_moment
from tests.unit.identity.test_identity_rules import NOW, a_credential

TODAY = date(2026, 11, 22)
ACTIVE, WAITING = CredentialStatus.ACTIVE, CredentialStatus.WAITING_ACTIVATION
SCHEDULED = CredentialStatus.ENDING_SCHEDULED
ADMINISTRATOR, USER = Role.ADMINISTRATOR, Role.USER
SOON, LATER = TODAY + timedelta(days=10), TODAY + timedelta(days=20)


def an_ending(moment=EndMoment.NOW, *, confirmed=True, **more):
    return EndCredential(actor=ANYONE, credential_id=uuid4(), moment=moment, confirmed=confirmed, **more)


def decided(command, acting, target, *others, places=()):
    return decide_endings(command, [Place(acting, target, [target, *others]), *places], NOW)


@pytest.mark.rule("ID-158", "ID-159", "SP-25", "SP-26", "SP-27", "ST-08", "ST-12", "ST-13")
@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        ([], "organisation ends"),
        ([{"status": ACTIVE, "role": ADMINISTRATOR}], "ends"),
        ([{"status": ACTIVE, "role": USER}], "last_administrator"),
        ([{"status": WAITING, "role": ADMINISTRATOR}], "last_administrator"),
        ([{"status": SCHEDULED, "role": ADMINISTRATOR, "ends_on": SOON}], "last_administrator"),
        ([{"status": ACTIVE, "role": ADMINISTRATOR, "level": Level.EH2}], "last_administrator"),
        ([{"status": CredentialStatus.WAITING_APPROVAL, "role": USER}], "last_administrator"),
        ([{"status": ACTIVE, "role": ADMINISTRATOR}, {"status": ACTIVE, "role": USER}], "ends"),
    ],
)
def test_an_administrator_ends_the_own_credential_while_another_administers(others, outcome):
    own = a_credential()
    found = decided(an_ending(), own, own, *(a_credential(**other) for other in others))
    if outcome == "last_administrator":
        assert found.code == outcome
    else:
        (ending,) = found
        assert ending.credential.status is CredentialStatus.ENDED
        assert ending.organisation_ends is (outcome == "organisation ends")


@pytest.mark.rule("SP-25")
@pytest.mark.parametrize(
    ("others", "allowed"),
    [
        ([{"role": USER, "status": SCHEDULED, "ends_on": SOON}], True),
        ([{"role": USER, "status": SCHEDULED, "ends_on": LATER}], False),
        ([{"role": USER, "status": WAITING}], False),
        ([{"role": ADMINISTRATOR, "status": SCHEDULED, "ends_on": LATER}], False),
        ([{"role": ADMINISTRATOR, "status": ACTIVE}, {"role": USER, "status": ACTIVE}], True),
    ],
)
def test_the_last_administrator_rule_looks_at_every_day_to_come(others, allowed):
    own = a_credential()
    found = decided(an_ending(EndMoment.DATE, on=SOON), own, own, *(a_credential(**other) for other in others))
    assert isinstance(found, tuple) is allowed, found
    if not allowed:
        assert found.code == "last_administrator"


@pytest.mark.rule("ID-150", "ID-25")
def test_only_an_administrator_ends_and_only_at_the_own_organisation():
    own, theirs = a_credential(), a_credential(organisation_id=uuid4())
    user = a_credential(role=USER)
    assert decided(an_ending(), None, own).code == "not_allowed"
    assert decided(an_ending(), user, own, user).code == "not_allowed"
    assert decided(an_ending(), own, theirs).code == "unknown"
    assert decide_endings(an_ending(), [Place(own, None, [own])], NOW).code == "unknown"
    for status in (CredentialStatus.ENDED, CredentialStatus.REJECTED):
        assert decided(an_ending(), own, a_credential(status)).code == "wrong_status"


@pytest.mark.rule("ID-157")
def test_nothing_ends_without_explicit_confirmation():
    own, other = a_credential(), a_credential(role=USER)
    assert decided(an_ending(confirmed=False), own, other, own).code == "confirmation_missing"


@pytest.mark.rule("ID-151", "ID-152", "SP-01", "ST-09")
@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        (None, "end_date_too_early"),
        (TODAY - timedelta(days=1), "end_date_too_early"),
        (TODAY, "end_date_too_early"),
        (TODAY + timedelta(days=1), "scheduled"),
        (date(2036, 2, 29), "scheduled"),
    ],
)
def test_a_specific_date_lies_in_the_future(on, outcome):
    own, other = a_credential(), a_credential(role=USER)
    found = decided(an_ending(EndMoment.DATE, on=on), own, other, own)
    if outcome == "scheduled":
        (ending,) = found
        assert (ending.credential.status, ending.credential.ends_on) == (SCHEDULED, on)
        assert not ending.organisation_ends
    else:
        assert found.code == outcome


@pytest.mark.rule("ID-151", "ST-10", "BI-25", "TI-14", "SP-103")
@pytest.mark.parametrize(
    ("start", "years", "today", "last"),
    [
        (date(2026, 11, 22), 1, TODAY, date(2027, 11, 21)),
        (date(2026, 1, 1), 3, TODAY, date(2028, 12, 31)),
        (date(2024, 2, 29), 1, date(2025, 2, 27), date(2025, 2, 27)),
        (date(2024, 2, 29), 1, date(2025, 2, 28), date(2026, 2, 27)),
        (date(2020, 6, 1), 3, TODAY, date(2027, 5, 31)),
        (date(2026, 1, 1), None, TODAY, date(2026, 12, 31)),
    ],
)
def test_the_end_of_the_contract_is_the_end_of_the_running_period(start, years, today, last):
    held = a_credential(role=USER, contract_from=start, years=years)
    assert contract_end(held, today) == last
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    boss = a_credential()
    (ending,) = decide_endings(an_ending(EndMoment.CONTRACT_END), [Place(boss, held, [boss, held])], now)
    assert (ending.credential.status, ending.credential.ends_on) == (SCHEDULED, last)


@pytest.mark.rule("SP-29", "ST-12")
@pytest.mark.parametrize("status", [WAITING, CredentialStatus.WAITING_APPROVAL, CredentialStatus.ACTIVATION_EXPIRED])
def test_what_is_not_active_yet_ends_only_at_once(status):
    own, other = a_credential(), a_credential(status, role=USER)
    assert decided(an_ending(EndMoment.DATE, on=SOON), own, other, own).code == "wrong_status"
    assert decided(an_ending(EndMoment.CONTRACT_END), own, other, own).code == "wrong_status"
    (ending,) = decided(an_ending(), own, other, own)
    assert ending.credential.status is CredentialStatus.ENDED


@pytest.mark.rule("SP-28")
def test_a_scheduled_ending_can_be_undone_and_hastened():
    own, other = a_credential(), a_credential(SCHEDULED, role=USER, ends_on=SOON)
    both = [own, other]
    undone = decide_undo(own, other, both, NOW)
    assert (undone.status, undone.ends_on) == (ACTIVE, None)
    assert decide_undo(own, own, both, NOW).code == "wrong_status"
    assert decide_undo(other, other, both, NOW).code == "not_allowed"
    assert decide_undo(own, other, both, ending_moment(other)).code == "wrong_status"  # its end may be late, and counts
    (ending,) = decided(an_ending(), own, other, own)
    assert ending.credential.status is CredentialStatus.ENDED
    assert decided(an_ending(EndMoment.DATE, on=LATER), own, other, own).code == "wrong_status"


@pytest.mark.rule("SP-28", "SP-25", "ID-12", "ID-158")
def test_an_ending_is_undone_only_where_an_administrator_stays():
    boss, user = a_credential(SCHEDULED, ends_on=SOON), a_credential(SCHEDULED, role=USER, ends_on=SOON)
    assert decide_undo(boss, user, [boss, user], NOW).code == "last_administrator"
    assert decide_undo(boss, boss, [boss, user], NOW).status is ACTIVE
    lowered = a_credential(level=Level.EH2_PLUS, next_level=Level.EH2, level_until=SOON)
    assert decide_undo(boss, user, [boss, user, lowered], NOW).code == "last_administrator"
    assert decide_undo(boss, user, [boss, user, a_credential()], NOW).status is ACTIVE


@pytest.mark.rule("SP-12", "SP-25", "ID-12", "ID-158")
def test_an_administrator_whose_level_will_be_too_low_is_none_that_stays():
    boss, lowered = a_credential(), a_credential(level=Level.EH2_PLUS, next_level=Level.EH2, level_until=SOON)
    ended = replace(boss, status=CredentialStatus.ENDED)
    assert loses_last(boss, ended, [boss, lowered])
    assert not loses_last(boss, ended, [boss, replace(lowered, next_level=None)])


@pytest.mark.rule("SP-30", "ID-156")
def test_endings_at_several_organisations_are_all_or_nothing():
    here, there = a_credential(), a_credential(organisation_id=uuid4())
    target = a_credential(role=USER)
    theirs = replace(target, id=uuid4(), organisation_id=there.organisation_id)
    both = Place(there, theirs, [there, theirs])
    assert len(decided(an_ending(), here, target, here, places=[both])) == 2
    last = Place(there, replace(theirs, role=ADMINISTRATOR), [replace(theirs, role=ADMINISTRATOR), a_credential()])
    admin = replace(theirs, role=ADMINISTRATOR)
    alone = Place(there, admin, [admin, a_credential(WAITING)])
    for place, code in (
        (replace(both, acting=None), "not_allowed"),
        (replace(both, acting=replace(there, role=USER)), "not_allowed"),
        (replace(both, credential=None), "unknown"),
        (alone, "last_administrator"),
    ):
        assert decided(an_ending(), here, target, here, places=[place]).code == code
    assert len(decided(an_ending(), here, target, here, places=[last])) == 2


@pytest.mark.rule("ST-11", "TI-16", "SP-01", "SP-25", "ID-155")
def test_a_scheduled_ending_takes_effect_after_its_day_and_is_judged_again():
    held, boss = a_credential(SCHEDULED, role=USER, ends_on=TODAY), a_credential()
    midnight = ending_moment(held)
    assert midnight == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert decide_end_on_date(held, [held, boss], midnight - timedelta(seconds=1)) is None
    assert decide_end_on_date(held, [held, boss], midnight).credential.status is CredentialStatus.ENDED
    assert decide_end_on_date(replace(held, status=ACTIVE), [held, boss], midnight) is None
    assert decide_end_on_date(None, [], midnight) is None
    last = a_credential(SCHEDULED, ends_on=TODAY)
    postponed = decide_end_on_date(last, [last, a_credential(WAITING, role=USER)], midnight)
    assert (postponed.status, postponed.ends_on) == (SCHEDULED, TODAY + timedelta(days=1))
    same_day = a_credential(SCHEDULED, role=USER, ends_on=TODAY)
    with_others = decide_end_on_date(last, [last, same_day], midnight)
    assert (with_others.credential.status, with_others.organisation_ends) == (CredentialStatus.ENDED, False)
    assert decide_end_on_date(last, [last], midnight).organisation_ends


@pytest.mark.rule("SP-27", "SP-25")
def test_only_an_administrators_end_leaves_open_credentials_alone():
    boss, user = a_credential(SCHEDULED, ends_on=SOON), a_credential(role=USER)
    gone = replace(user, status=CredentialStatus.ENDED)
    assert not loses_last(user, gone, [boss, user])
    assert loses_last(boss, replace(boss, status=CredentialStatus.ENDED), [boss, user])
    closed = [boss, gone, a_credential(CredentialStatus.REJECTED)]
    assert not loses_last(boss, replace(boss, status=CredentialStatus.ENDED), closed)
    assert is_last_open(boss, closed)
    assert not is_last_open(boss, [boss, a_credential(CredentialStatus.ACTIVATION_EXPIRED)])
