"""The relation's answer, and the back office's judgement of it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.chain import (
    AgreementIncomplete,
    AgreementReceived,
    ChainAuthorizationActivated,
    ChainAuthorizationRemoved,
    ChainStatus,
    InvitationDeclined,
    InvitationExpired,
    InvitationFailed,
    PublicChainAuthorizationChanged,
)
from contracts.message import BlobReference, Refusal
from contracts.values import Period, end_of_day, start_of_day
from profiles.model import load_profile
from services.chain.domain.answers import (
    decide_approval,
    decide_decline,
    decide_document,
    decide_failed,
    decide_incomplete,
    decide_renewed,
    decide_return,
    decide_unanswered,
    refuse_link,
)
from tests.unit.chain.chain_builders import NOW, TODAY, an_authorization

RULES = load_profile("zlogin").chain
AGREEMENT = BlobReference(id=uuid4(), sha256="a" * 64, size=1, media_type="application/pdf", name="a.pdf")
DEADLINE = end_of_day(date(2027, 2, 22))
MOMENT = timedelta(milliseconds=1)


def events(change):
    return [type(event) for event in change.events]


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


@pytest.mark.rule("CH-65", "CH-67", "CH-68", "SP-67", "ST-48", "ST-49")
@pytest.mark.parametrize(
    ("changes", "token", "now", "expected"),
    [
        ({}, "hash", NOW, None),
        ({}, "hash", DEADLINE - MOMENT, None),
        ({}, "hash", DEADLINE, "invitation_expired"),
        ({}, "other", NOW, "invitation_unknown"),
        ({}, "", NOW, "invitation_unknown"),
        ({"status": ChainStatus.INCOMPLETE}, "hash", NOW, None),
        ({"status": ChainStatus.RECEIVED}, "hash", NOW, "wrong_status"),
        ({"status": ChainStatus.DECLINED}, "hash", NOW, "wrong_status"),
        ({"status": ChainStatus.REMOVED}, "hash", NOW, "invitation_expired"),
        ({"status": ChainStatus.FAULT}, "hash", NOW, "invitation_expired"),
        ({"status": ChainStatus.ACTIVE}, "hash", NOW, "invitation_expired"),
    ],
)
def test_an_agreement_is_taken_until_the_last_day_is_over(changes, token, now, expected):
    outcome = decide_return(an_authorization(**changes), token, AGREEMENT, now)

    assert code(outcome) == expected
    if expected is None:
        assert (outcome.after.status, outcome.after.received_at) == (ChainStatus.RECEIVED, now)
        assert outcome.after.agreement == AGREEMENT
        assert outcome.after.due() == {}
        assert events(outcome) == [AgreementReceived]
        assert outcome.events[0].agreement == AGREEMENT


@pytest.mark.rule("SP-63")
def test_the_relation_may_decline_once():
    declined = decide_decline(an_authorization(), "hash", NOW)

    assert declined.after.status is ChainStatus.DECLINED
    assert events(declined) == [InvitationDeclined]
    assert declined.after.due() == {}
    assert code(decide_decline(declined.after, "hash", NOW)) == "wrong_status"
    assert code(decide_decline(None, "hash", NOW)) == "invitation_unknown"


@pytest.mark.rule("SP-117")
@pytest.mark.parametrize("status", [ChainStatus.ACTIVE, ChainStatus.REMOVED, ChainStatus.EXPIRED, ChainStatus.FAULT])
def test_a_link_ends_with_what_it_serves(status):
    assert code(refuse_link(an_authorization(status=status), "hash", NOW)) == "invitation_expired"
    assert refuse_link(an_authorization(status=ChainStatus.RECEIVED), "hash", NOW) is None


@pytest.mark.rule("ST-47", "NO-21", "SP-75", "CH-70")
def test_a_failed_delivery_is_a_fault_until_it_was_answered():
    failed = decide_failed(an_authorization())

    assert failed.after.status is ChainStatus.FAULT
    assert events(failed) == [InvitationFailed]
    assert failed.after.due() == {}
    assert decide_failed(an_authorization(status=ChainStatus.RECEIVED)) is None
    assert decide_failed(None) is None


@pytest.mark.rule("ST-50", "CH-65", "TI-02")
def test_a_request_without_an_answer_is_removed_after_the_last_day():
    assert decide_unanswered(an_authorization(), DEADLINE - MOMENT) is None
    assert decide_unanswered(an_authorization(status=ChainStatus.RECEIVED), DEADLINE) is None
    assert decide_unanswered(None, DEADLINE) is None
    expired = decide_unanswered(an_authorization(), DEADLINE)
    assert expired.after.status is ChainStatus.REMOVED
    assert events(expired) == [InvitationExpired]


@pytest.mark.rule("ST-51", "ST-52", "CH-69", "SP-68")
def test_an_incomplete_agreement_has_three_months_of_its_own():
    received = an_authorization(status=ChainStatus.RECEIVED, agreement=AGREEMENT)
    later = start_of_day(date(2027, 2, 20))

    incomplete = decide_incomplete(received, "Handtekening ontbreekt", RULES, later)

    assert incomplete.after.status is ChainStatus.INCOMPLETE
    assert incomplete.after.due()["answer"][0] == end_of_day(date(2027, 5, 20))
    assert events(incomplete) == [AgreementIncomplete]
    assert incomplete.events[0].reason == "Handtekening ontbreekt"
    assert decide_return(incomplete.after, "hash", AGREEMENT, DEADLINE).after.status is ChainStatus.RECEIVED
    assert code(decide_incomplete(incomplete.after, "Weer", RULES, later)) == "wrong_status"
    assert code(decide_incomplete(None, "Weer", RULES, later)) == "unknown"


@pytest.mark.rule("ST-53", "SP-60", "CH-73", "TI-04", "TI-07", "SP-01")
def test_an_accepted_agreement_runs_from_today():
    active = decide_approval(an_authorization(status=ChainStatus.RECEIVED, years=2), RULES, NOW)

    assert active.after.status is ChainStatus.ACTIVE
    assert active.after.period == Period(start=TODAY, end=date(2028, 11, 22))
    assert {name: due for name, (due, _) in active.after.due().items()} == {
        "warning": start_of_day(date(2028, 8, 22)),
        "end": end_of_day(date(2028, 11, 22)),
    }
    assert events(active) == [ChainAuthorizationActivated, PublicChainAuthorizationChanged]
    assert active.events[1].state.active
    assert active.events[1].state.relation_kvk_number == "69599084"


@pytest.mark.rule("SP-60", "CH-18")
@pytest.mark.parametrize(
    ("asked", "end"),
    [
        ({"years": None, "end": date(2027, 1, 1)}, date(2027, 1, 1)),
        ({"years": None, "end": TODAY}, TODAY),
        ({"years": 5}, date(2031, 11, 22)),
        ({"years": None, "end": date(2040, 1, 1)}, date(2031, 11, 22)),
        ({"years": None, "end": TODAY - timedelta(days=1)}, None),
    ],
)
def test_the_end_is_the_one_asked_for_and_at_most_five_years_ahead(asked, end):
    outcome = decide_approval(an_authorization(status=ChainStatus.RECEIVED, **asked), RULES, NOW)

    if end is None:
        assert code(outcome) == "end_date_too_early"
    else:
        assert outcome.after.period.end == end


@pytest.mark.rule("TI-04")
def test_a_short_one_is_warned_of_at_once():
    short = an_authorization(status=ChainStatus.RECEIVED, years=None, end=date(2026, 12, 31))
    assert decide_approval(short, RULES, NOW).after.due()["warning"][0] == NOW


@pytest.mark.rule("ST-52", "CH-74")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ChainStatus.RECEIVED, None),
        (ChainStatus.INCOMPLETE, None),
        (ChainStatus.SENT, "wrong_status"),
        (ChainStatus.DECLINED, "wrong_status"),
        (ChainStatus.ACTIVE, "wrong_status"),
        (ChainStatus.REMOVED, "wrong_status"),
    ],
)
def test_only_what_came_in_is_accepted(status, expected):
    assert code(decide_approval(an_authorization(status=status), RULES, NOW)) == expected


@pytest.mark.rule("ST-60", "SP-88", "SP-89")
@pytest.mark.parametrize(
    ("status", "end", "start_after", "end_after"),
    [
        (ChainStatus.ACTIVE, date(2026, 12, 31), date(2021, 12, 31), date(2031, 11, 22)),
        (ChainStatus.ACTIVE, TODAY, date(2021, 12, 31), date(2031, 11, 22)),
        (ChainStatus.EXPIRED, date(2026, 11, 1), TODAY, date(2031, 11, 22)),
    ],
)
def test_an_accepted_renewal_prolongs_the_former_one(status, end, start_after, end_after):
    renewal = an_authorization(status=ChainStatus.RECEIVED, agreement=AGREEMENT)
    period = Period(start=date(2021, 12, 31), end=end)
    former = an_authorization(status=status, period=period, renewal_id=renewal.id)
    renewal = replace(renewal, renewal_of=former.id)

    prolonged, taken_over = decide_renewed(renewal, former, RULES, NOW)

    assert prolonged.after.id == former.id
    assert prolonged.after.status is ChainStatus.ACTIVE
    assert prolonged.after.period == Period(start=start_after, end=end_after)
    assert prolonged.after.renewal_id is None
    assert prolonged.after.due()["end"][0] == end_of_day(end_after)
    assert events(prolonged) == [ChainAuthorizationActivated, PublicChainAuthorizationChanged]
    assert taken_over.after.status is ChainStatus.REMOVED
    assert events(taken_over) == [ChainAuthorizationRemoved]


@pytest.mark.rule("SP-88")
def test_a_shorter_renewal_counts_from_the_old_end():
    renewal = an_authorization(status=ChainStatus.RECEIVED, years=1)
    former = an_authorization(status=ChainStatus.ACTIVE, period=Period(start=TODAY, end=date(2026, 12, 31)))
    prolonged, _ = decide_renewed(renewal, former, RULES, NOW)
    assert prolonged.after.period.end == date(2027, 12, 31)


@pytest.mark.parametrize("status", [ChainStatus.REMOVED, ChainStatus.END_SCHEDULED])
def test_a_renewal_of_what_was_ended_is_refused(status):
    former = an_authorization(status=status, period=Period(start=TODAY, end=TODAY))
    renewal = an_authorization(status=ChainStatus.RECEIVED)
    assert code(decide_renewed(renewal, former, RULES, NOW)) == "wrong_status"
    assert code(decide_renewed(replace(renewal, status=ChainStatus.SENT), former, RULES, NOW)) == "wrong_status"


def test_the_agreement_to_sign_is_kept_while_the_request_lives():
    assert decide_document(an_authorization(), AGREEMENT).after.document == AGREEMENT
    assert decide_document(an_authorization(status=ChainStatus.REMOVED), AGREEMENT) is None
    assert decide_document(None, AGREEMENT) is None
