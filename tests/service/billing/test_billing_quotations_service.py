"""Quotations with a real database: signed so that others can check them, by the profile."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.billing import (
    Item,
    Quotation,
    Quote,
)
from contracts.chain import (
    AccessStatus,
)
from contracts.identity import CredentialType
from contracts.message import Refusal
from contracts.values import Level
from tests.harness import NOW
from tests.service.billing.billing_world import administrator, an_offer, checked


@pytest.mark.rule("SP-111", "BI-12", "BI-29", "CF-39", "PR-01", "PR-14", "BI-30")
@pytest.mark.parametrize(("profile", "price", "total"), [("weid", None, 3990), ("zlogin", 1250, 2500)])
async def test_a_quotation_is_signed_and_lives_for_thirty_minutes(billing, profile, price, total):
    organisation = uuid4()
    async with billing(profile) as service:
        await service.hear(an_offer(organisation, price))
        quote = Quote(actor=administrator(organisation), item=Item.CHAIN_AUTHORIZATION, quantity=2)

        made = await service.query(quote)
        other = await service.query(quote)

        header, claims = checked(made.token)
        quotation = Quotation.model_validate(claims["quotation"])
        assert header == {"alg": "EdDSA", "typ": "quotation+jwt", "kid": "quote-1"}
        assert quotation == made.quotation
        assert (quotation.organisation_id, quotation.total) == (organisation, total)
        assert claims["exp"] == int(made.quotation.expires_at.timestamp())
        assert timedelta(0) <= made.quotation.expires_at - NOW - timedelta(minutes=30) < timedelta(minutes=1)
        assert made.quotation.id != other.quotation.id


@pytest.mark.rule("BI-12", "BI-13", "BI-16", "SP-105", "SP-111", "CF-13")
@pytest.mark.parametrize(("profile", "items"), [("weid", ["credential", "link_fee", "otp_device"]),
                                                ("zlogin", ["credential", "link_fee"])])  # fmt: skip
async def test_a_credential_is_quoted_with_link_fees_and_device(billing, profile, items):
    asked = {"level": Level.EH3, "years": 3, "second_factor": "otp", "quantity": 3}
    async with billing(profile) as service:
        quote = Quote(actor=administrator(uuid4()), item=Item.CREDENTIAL, **asked)
        quotation = Quotation.model_validate(checked((await service.query(quote)).token)[1]["quotation"])
        assert [str(line.item) for line in quotation.lines] == items
        assert [line.quantity for line in quotation.lines] == [1, 2, 1][: len(items)]
        assert (quotation.lines[0].level, quotation.lines[0].years) == ("EH3", 3)
        assert quotation.total == sum(line.quantity * line.unit_price for line in quotation.lines)
        assert quotation.vat == sum(round(line.amount * 0.21) for line in quotation.lines)
        without = quote.model_copy(update={"years": None})
        assert await service.query(without) == Refusal(code="quotation_details", details={"field": "years"})


@pytest.mark.rule("BI-18", "CF-12", "PR-09")
@pytest.mark.parametrize(("profile", "total"), [("weid", 750), ("zlogin", 0)])
async def test_a_new_activation_letter_is_quoted_by_the_profile(billing, profile, total):
    async with billing(profile) as service:
        made = await service.query(Quote(actor=administrator(uuid4()), item=Item.ACTIVATION_LETTER))
        assert made.quotation.total == total


@pytest.mark.rule("CF-39", "BI-31")
@pytest.mark.parametrize("offer", [None, AccessStatus.OFFER_SENT])
async def test_without_an_accepted_offer_there_is_no_quotation_at_z_login(billing, offer):
    organisation = uuid4()
    async with billing("zlogin") as service:
        if offer:
            await service.hear(an_offer(organisation, 1250, offer))
        quote = Quote(actor=administrator(organisation), item=Item.CHAIN_AUTHORIZATION)

        assert await service.query(quote) == Refusal(code="no_offer")


@pytest.mark.rule("BI-12", "BI-14", "BI-16", "BI-19", "ID-109", "ID-134", "PR-05", "PR-06", "PR-07", "PR-10", "CF-13")
@pytest.mark.parametrize("profile", ["weid", "zlogin"])
@pytest.mark.parametrize(
    ("asked", "weid", "zlogin"),
    [
        ({"item": "upgrade", "level": "EH3", "years": 1},
         [("upgrade", 1_250), ("credential", 4_500)], [("upgrade", 1_500), ("credential", 4_500)]),
        ({"item": "upgrade", "level": "EH4", "years": 3, "second_factor": "otp", "quantity": 3},
         [("upgrade", 1_250), ("credential", 24_000), ("link_fee", 500), ("link_fee", 500), ("otp_device", 4_000)],
         [("upgrade", 1_500), ("credential", 24_000), ("link_fee", 750), ("link_fee", 750)]),
        ({"item": "upgrade", "level": "EH2+", "years": 1, "second_factor": "sms"},
         [("upgrade", 1_250), ("credential", 2_000)], [("upgrade", 1_500), ("credential", 2_000)]),
        ({"item": "link_fee", "quantity": 2}, [("link_fee", 500)] * 2, [("link_fee", 750)] * 2),
        ({"item": "link_subscription", "years": 3}, [("link_subscription", 3_900)], "no_price"),
        ({"item": "otp_device"}, [("otp_device", 4_000)], []),
        ({"item": "conversion", "credential_type": "belastingdienst", "years": 3}, [("credential", 7_500)], "no_price"),
        ({"item": "conversion", "credential_type": "regular", "years": 1}, [("credential", 4_500)],
         [("credential", 4_500)]),
    ],
)  # fmt: skip
async def test_each_cost_to_which_somebody_agrees_is_quoted_by_the_profile(billing, profile, asked, weid, zlogin):
    expected = weid if profile == "weid" else zlogin
    async with billing(profile) as service:
        made = await service.query(Quote(actor=administrator(uuid4()), **asked))
        if isinstance(made, Refusal):
            assert made.code == expected
        else:
            quotation = Quotation.model_validate(checked(made.token)[1]["quotation"])
            assert [(str(line.item), line.amount) for line in quotation.lines] == expected
            assert quotation.total == sum(amount for _, amount in expected)


@pytest.mark.rule("BI-20", "ID-138", "PR-02")
@pytest.mark.parametrize("profile", ["weid", "zlogin"])
@pytest.mark.parametrize("item", ["credential", "upgrade"])
async def test_a_belastingdienst_credential_is_never_quoted_at_the_price_of_a_regular_one(billing, profile, item):
    asked = {"item": item, "level": "EH3", "years": 1}
    async with billing(profile) as service:
        quote = Quote(actor=administrator(uuid4()), **asked, credential_type="belastingdienst")
        assert await service.query(quote) == Refusal(code="belastingdienst_personal")
        regular = await service.query(quote.model_copy(update={"credential_type": CredentialType.REGULAR}))
        assert regular.quotation.lines[-1].unit_price == 4_500


@pytest.mark.rule("SP-111", "BI-12")
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"item": "upgrade", "years": 1}, "level"),
        ({"item": "upgrade", "level": "EH3"}, "years"),
        ({"item": "upgrade", "level": "EH3", "years": 1, "quantity": 52}, "quantity"),
        ({"item": "conversion", "years": 1}, "credential_type"),
        ({"item": "link_subscription"}, "years"),
        ({"item": "link_fee", "quantity": 51}, "quantity"),
        ({"item": "otp_device", "quantity": 2}, "quantity"),
        ({"item": "activation_letter", "quantity": 2}, "quantity"),
    ],
)
async def test_what_cannot_be_ordered_so_is_not_quoted(billing, asked, field):
    async with billing("weid") as service:
        refused = await service.query(Quote(actor=administrator(uuid4()), **asked))
        assert refused == Refusal(code="quotation_details", details={"field": field})
