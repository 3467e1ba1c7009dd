"""Access to the chain functionality."""

import pytest

from contracts.chain import AccessStatus
from contracts.message import Refusal
from services.chain.domain.access import ChainAccess, decide_ask, decide_end, decide_offer, decide_record
from tests.unit.chain.chain_builders import NOW, ORGANISATION


def access(status):
    return ChainAccess(ORGANISATION, status, NOW, 2500)


def told(outcome):
    return outcome.code if isinstance(outcome, Refusal) else outcome.status


@pytest.mark.rule("ST-42", "CH-07")
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, AccessStatus.OFFER_REQUESTED),
        (access(AccessStatus.NONE), AccessStatus.OFFER_REQUESTED),
        (access(AccessStatus.OFFER_REQUESTED), "offer_pending"),
        (access(AccessStatus.OFFER_SENT), "offer_pending"),
        (access(AccessStatus.OPEN), "wrong_status"),
    ],
)
def test_an_offer_is_asked_for_once(known, expected):
    assert told(decide_ask(known, ORGANISATION, NOW)) == expected


@pytest.mark.rule("ST-43")
@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, "unknown"),
        (access(AccessStatus.OFFER_REQUESTED), AccessStatus.OFFER_SENT),
        (access(AccessStatus.OFFER_SENT), "wrong_status"),
        (access(AccessStatus.OPEN), "wrong_status"),
    ],
)
def test_the_offer_that_was_asked_for_is_sent(known, expected):
    assert told(decide_offer(known, 1500)) == expected


@pytest.mark.rule("ST-44", "ST-45")
@pytest.mark.parametrize(
    ("known", "accepted", "expected"),
    [
        (None, True, "unknown"),
        (access(AccessStatus.OFFER_REQUESTED), True, "wrong_status"),
        (access(AccessStatus.OFFER_SENT), True, AccessStatus.OPEN),
        (access(AccessStatus.OFFER_SENT), False, AccessStatus.NONE),
    ],
)
def test_the_answer_to_the_offer_is_recorded(known, accepted, expected):
    assert told(decide_record(known, accepted=accepted)) == expected


def test_the_price_agreed_is_kept_and_a_refused_one_is_not():
    sent = decide_offer(access(AccessStatus.OFFER_REQUESTED), 1500)
    assert decide_record(sent, accepted=True).price_per_year == 1500
    assert decide_record(sent, accepted=False).price_per_year is None


def test_access_ends_with_the_organisation():
    assert decide_end(access(AccessStatus.OPEN)).status is AccessStatus.NONE
    assert decide_end(access(AccessStatus.NONE)) is None
    assert decide_end(None) is None
