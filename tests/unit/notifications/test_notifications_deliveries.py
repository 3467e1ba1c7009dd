"""The rules of deliveries and of the limits of SMS."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.notifications import DeliveryStatus, Purpose
from contracts.values import Language
from services.notifications.domain.deliveries import Channel, Delivery, Outcome, Verdict
from services.notifications.domain.limits import SmsLimits, SmsWindow

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENT, LATER, NEVER = Outcome(Verdict.SENT), Outcome(Verdict.TEMPORARY, "451"), Outcome(Verdict.PERMANENT, "550")
MOBILE = "+31612345678"


def a_delivery(purpose=Purpose.INVITATION, **changes):
    return Delivery(UUID(int=1), UUID(int=2), purpose, Channel.EMAIL, "invitation", Language.NL, NOW, **changes)


@pytest.mark.security("R22")
@pytest.mark.parametrize(
    ("outcome", "status", "attempts", "reason"),
    [
        (SENT, DeliveryStatus.SENT, 1, ""),
        (LATER, DeliveryStatus.PLANNED, 1, "451"),
        (NEVER, DeliveryStatus.FAILED, 1, "550"),
        (Outcome(Verdict.NOTHING), DeliveryStatus.PLANNED, 0, ""),
    ],
)
def test_a_try_ends_in_sent_failed_or_another_try(outcome, status, attempts, reason):
    after = a_delivery().after(outcome, NOW)

    assert (after.status, after.attempts, after.reason) == (status, attempts, reason)
    assert (after.ended_at == NOW) == (status is not DeliveryStatus.PLANNED)


@pytest.mark.security("R22")
@pytest.mark.parametrize("status", [DeliveryStatus.SENT, DeliveryStatus.FAILED])
@pytest.mark.parametrize("outcome", [SENT, LATER, NEVER])
def test_what_has_ended_does_not_change(status, outcome):
    delivery = a_delivery(status=status)

    assert delivery.after(outcome, NOW) == delivery


@pytest.mark.rule("SP-75")
def test_there_are_five_tries_within_24_hours():
    delivery, now, tries = a_delivery(), NOW, [NOW]
    while (delivery := delivery.after(LATER, now)).planned:
        now = delivery.retry_at
        tries.append(now)

    assert len(tries) == 5
    assert tries == sorted(set(tries))
    assert tries[-1] - NOW < timedelta(hours=24)
    assert delivery.status is DeliveryStatus.FAILED


@pytest.mark.rule("NO-12")
def test_a_login_code_is_tried_again_only_before_its_end():
    code = a_delivery(Purpose.LOGIN_CODE, expires_at=NOW + timedelta(seconds=25))
    once = code.after(LATER, NOW)
    twice = once.after(LATER, once.retry_at)

    assert once.planned
    assert twice.status is DeliveryStatus.FAILED
    assert code.too_late(NOW + timedelta(seconds=25))
    assert not code.too_late(NOW + timedelta(seconds=24))


def a_window(*minutes_ago):
    return SmsWindow("n", tuple(NOW - timedelta(minutes=minutes) for minutes in minutes_ago))


@pytest.mark.security("S8")
@pytest.mark.parametrize(
    ("window", "number", "refusal"),
    [
        (a_window(), MOBILE, ""),
        (a_window(9, 5), MOBILE, ""),
        (a_window(9, 5, 1), MOBILE, "sms_limit"),
        (a_window(10, 5, 1), MOBILE, ""),
        (a_window(*range(60, 69)), MOBILE, ""),
        (a_window(*range(60, 70)), MOBILE, "sms_limit"),
        (a_window(*range(1440, 1450)), MOBILE, ""),
        (a_window(), "+32470123456", "sms_country"),
        (a_window(), "+882161234567", "sms_country"),
    ],
)
def test_a_number_gets_three_messages_in_ten_minutes_and_ten_a_day(window, number, refusal):
    assert window.refusal(number, SmsLimits(), NOW) == refusal


@pytest.mark.security("S8")
def test_a_window_forgets_what_is_older_than_a_day():
    assert a_window(1440, 1439).with_one(NOW).sent == (NOW - timedelta(minutes=1439), NOW)
