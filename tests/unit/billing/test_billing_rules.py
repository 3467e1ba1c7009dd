"""The rules of billing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from contracts.actor import ANYONE, SYSTEM, Actor, ActorKind
from contracts.chain import AccessStatus, ChainAccessState
from contracts.message import Refusal
from contracts.values import Role, add_years, start_of_day
from profiles.model import load_profile
from services.billing.domain import (
    Price,
    Subscription,
    chain_lines,
    charge_of,
    ended,
    may_see,
    next_start,
    price_of,
    quotation,
    started,
    vat_of,
    years_due,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
PRICE = Price(1995, 210)


def a_subscription(**changes):
    values = {"start": TODAY, "last_day": add_years(TODAY, 5), "years": 1, "price": PRICE}
    return Subscription(id=UUID(int=1), subject_id=UUID(int=2), organisation_id=UUID(int=3), **{**values, **changes})


def at(day):
    return start_of_day(day)


@pytest.mark.rule("SP-105", "SP-106")
@pytest.mark.parametrize(
    ("amount", "per_mille", "vat"),
    [
        (1995, 210, 419),
        (1000, 210, 210),
        (50, 210, 11),
        (45, 210, 9),
        (50, 90, 5),
        (0, 210, 0),
        (1, 210, 0),
        (5, 100, 1),
    ],
)
def test_vat_is_whole_cents_half_up(amount, per_mille, vat):
    assert vat_of(amount, per_mille) == vat


def access(status=AccessStatus.OPEN, price=None):
    return ChainAccessState(id=UUID(int=1), status=status, price_per_year=price)


@pytest.mark.rule("BI-29", "CF-39", "PR-01", "PR-13", "BI-31")
@pytest.mark.parametrize(
    ("profile", "known", "expected"),
    [
        ("weid", None, PRICE),
        ("weid", access(), PRICE),
        ("weid", access(price=1500), Price(1500, 210)),
        ("zlogin", None, "no_offer"),
        ("zlogin", access(), "no_offer"),
        ("zlogin", access(AccessStatus.OFFER_SENT, 1500), "no_offer"),
        ("zlogin", access(price=1500), Price(1500, 210)),
        ("zlogin", access(price=0), Price(0, 210)),
    ],
)
def test_the_price_is_the_lists_or_the_accepted_offers(profile, known, expected):
    found = price_of(load_profile(profile), known, TODAY, 210)

    assert (found.code if isinstance(found, Refusal) else found) == expected


@pytest.mark.rule("BI-29")
def test_before_the_first_line_of_the_list_there_is_no_price():
    assert price_of(load_profile("weid"), None, date(2019, 12, 31), 210) == Refusal(code="no_price")


@pytest.mark.rule("BI-12", "SP-106")
def test_a_quotation_has_total_and_vat_apart():
    made = quotation(UUID(int=1), UUID(int=2), chain_lines(PRICE, 3), NOW)

    assert (made.total, made.vat) == (5985, 1257)
    assert made.lines[0].amount == 5985


@pytest.mark.rule("BI-33", "ST-83")
@pytest.mark.parametrize(
    ("now", "years"),
    [
        (at(date(2027, 11, 22)) - timedelta(milliseconds=1), []),
        (at(date(2027, 11, 22)), [2]),
        (at(date(2029, 1, 1)), [2, 3]),
        (at(date(2099, 1, 1)), [2, 3, 4, 5]),
    ],
)
def test_the_next_year_begins_on_the_same_day(now, years):
    assert [after.years for after in years_due(a_subscription(), now)] == years


@pytest.mark.rule("SP-02")
def test_years_from_a_leap_day_count_from_that_day():
    subscription = a_subscription(start=date(2028, 2, 29), last_day=date(2033, 2, 28))
    charges = [charge_of(replace(subscription, years=years), UUID(int=9)) for years in (1, 2, 4)]

    assert [(charge.period_start, charge.period_end) for charge in charges] == [
        (date(2028, 2, 29), date(2029, 2, 27)),
        (date(2029, 2, 28), date(2030, 2, 27)),
        (date(2031, 2, 28), date(2032, 2, 28)),
    ]


@pytest.mark.rule("SP-96")
def test_five_years_are_five_charges_the_last_day_begins_no_sixth():
    due = years_due(a_subscription(years=0), at(date(2099, 1, 1)))

    assert [after.newest_year.year for after in due] == [2026, 2027, 2028, 2029, 2030]
    assert next_start(due[-1]) is None


@pytest.mark.rule("BI-34", "SP-96", "SP-104", "ST-82")
@pytest.mark.parametrize(
    ("now", "end"),
    [
        (at(date(2027, 3, 1)), date(2027, 2, 28)),
        (datetime(2027, 3, 1, 12, tzinfo=UTC), date(2027, 3, 1)),
        (NOW, TODAY),
    ],
)
def test_an_end_is_the_last_day_that_it_ran(now, end):
    after = ended(a_subscription(), now)

    assert after.end == end
    assert next_start(after) is None
    assert years_due(after, at(date(2030, 1, 1))) == ()
    assert ended(after, NOW + timedelta(days=900)) == after


@pytest.mark.rule("ST-60", "SP-96")
def test_a_renewal_keeps_the_subscription_and_its_years():
    renewed = started(
        a_subscription(years=5), a_subscription(years=0, price=Price(2500, 210), last_day=date(2036, 1, 1))
    )

    assert (renewed.start, renewed.years, renewed.price.amount) == (TODAY, 5, 2500)
    assert next_start(renewed) == date(2031, 11, 22)


@pytest.mark.rule("ST-60")
@pytest.mark.parametrize(
    ("restart", "start", "years"),
    [(date(2027, 6, 1), TODAY, 1), (date(2027, 11, 21), TODAY, 1), (date(2027, 11, 22), date(2027, 11, 22), 0)],
)
def test_after_an_end_a_year_that_is_paid_for_is_not_paid_twice(restart, start, years):
    former = a_subscription(end=date(2027, 2, 1))
    again = started(former, a_subscription(start=restart, years=0))

    assert (again.start, again.years, again.end) == (start, years, None)


PERSON = {"kind": ActorKind.PERSON, "person_id": UUID(int=1), "organisation_id": UUID(int=2)}


@pytest.mark.rule("BI-01")
@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor(**PERSON, role=Role.ADMINISTRATOR), True),
        (Actor(**PERSON, role=Role.USER), False),
        (Actor(**{**PERSON, "kind": ActorKind.CLIENT}, role=Role.ADMINISTRATOR), False),
        (ANYONE, False),
        (SYSTEM, False),
    ],
)
def test_only_administrators_see_what_is_paid(actor, may):
    assert may_see(actor) is may
