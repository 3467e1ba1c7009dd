from datetime import date

import pytest

from contracts.values import Level
from profiles.model import load_profile
from profiles.prices import PriceCode, Prices

DAY = date(2026, 11, 22)


def line(**changes):
    return {
        "code": "PR-05",
        "amount": 500,
        "per": "organisation",
        "valid_from": date(2026, 1, 1),
        "vat_percent": 21,
    } | changes


def prices(*items, by_offer=()):
    return Prices.model_validate({"by_offer": by_offer, "items": items})


@pytest.mark.rule("CF-39", "PR-01")
def test_a_chain_authorization_has_a_price_or_goes_by_offer():
    weid = load_profile("weid").prices.find(PriceCode.CHAIN_AUTHORIZATION, DAY, term_years=1)
    assert (weid.amount, weid.vat_percent) == (1995, 21)
    zlogin = load_profile("zlogin").prices
    assert zlogin.find(PriceCode.CHAIN_AUTHORIZATION, DAY, term_years=1) is None
    assert PriceCode.CHAIN_AUTHORIZATION in zlogin.by_offer


@pytest.mark.rule("CF-24", "PR-02", "ID-141")
def test_a_belastingdienst_credential_has_its_own_price():
    price = load_profile("weid").prices.find(PriceCode.BELASTINGDIENST_CREDENTIAL, DAY, term_years=1)
    assert price.amount == 2500
    assert load_profile("zlogin").prices.find(PriceCode.BELASTINGDIENST_CREDENTIAL, DAY, term_years=1) is not None


@pytest.mark.rule("CF-13", "CF-45", "PR-08", "PR-14", "PR-16")
def test_what_is_free_costs_nothing():
    weid = load_profile("weid").prices
    free = [PriceCode.SMS_CODE, PriceCode.KVK_CHECK, PriceCode.MODULE]
    assert [weid.find(code, DAY).amount for code in free] == [0, 0, 0]
    assert load_profile("zlogin").prices.find(PriceCode.MODULE, DAY).amount == 0


@pytest.mark.rule("PR-03", "PR-04")
@pytest.mark.parametrize("name", ["zlogin", "weid"])
def test_each_level_has_a_price_for_both_terms_with_discount(name):
    profile = load_profile(name)
    for level in profile.levels.offered:
        year = profile.prices.find(PriceCode.CREDENTIAL_ONE_YEAR, DAY, level=level, term_years=1)
        three = profile.prices.find(PriceCode.CREDENTIAL_THREE_YEARS, DAY, level=level, term_years=3)
        assert 0 < three.amount < 3 * year.amount


@pytest.mark.rule("PR-13")
@pytest.mark.parametrize("name", ["zlogin", "weid"])
def test_the_chain_module_goes_by_offer(name):
    found = load_profile(name).prices
    assert PriceCode.CHAIN_MODULE in found.by_offer
    assert PriceCode.CHAIN_MODULE not in found.codes()


@pytest.mark.parametrize("name", ["zlogin", "weid"])
def test_every_fee_that_a_profile_names_can_be_charged(name):
    profile = load_profile(name)
    assert profile.fees()
    assert all(profile.prices.find(code, DAY) for code in profile.fees().values())


def test_the_newest_line_that_has_begun_holds():
    found = prices(line(amount=1), line(amount=2, valid_from=date(2026, 6, 1)), line(valid_from=date(2027, 1, 1)))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1), date(2026, 12, 31)]
    amounts = [price and price.amount for price in (found.find(PriceCode.LINK_FEE, day) for day in days)]
    assert amounts == [None, 1, 1, 2, 2]


def test_level_and_term_are_part_of_the_item():
    item = line(code="PR-03", per="term", term_years=1, level="EH3")
    assert prices(item).find(PriceCode.CREDENTIAL_ONE_YEAR, DAY, level=Level.EH3, term_years=1).amount == 500
    assert prices(item).find(PriceCode.CREDENTIAL_ONE_YEAR, DAY, level=Level.EH4, term_years=1) is None


@pytest.mark.parametrize(
    ("items", "by_offer", "fault"),
    [
        ([line(), line(amount=7)], [], "PR-05 from 2026-01-01 has two amounts"),
        ([line()], ["PR-05"], "PR-05 is by offer and has an amount"),
        ([line(per="term")], [], "term_years is given exactly when"),
        ([line(term_years=1)], [], "term_years is given exactly when"),
        ([line(amount=-1)], [], "greater than or equal to 0"),
        ([line(amount=19.95)], [], "valid integer"),
        ([line(code="PR-99")], [], "Input should be 'PR-01'"),
    ],
)
def test_a_faulty_price_list_is_refused(items, by_offer, fault):
    with pytest.raises(ValueError, match=fault):
        prices(*items, by_offer=by_offer)
