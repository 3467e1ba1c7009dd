"""What a first application costs, quoted without a session and charged to the new organisation (ST-01, SP-111)."""

from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.billing import Quotation, QuoteApplication, prospect_id
from contracts.identity import CredentialActivated, CredentialRequested
from contracts.message import Refusal
from contracts.values import Level
from services.identity.domain.quotations import agreed_costs
from tests.service.billing.billing_world import TODAY, checked
from tests.service.billing.test_billing_fees_service import IN_THREE_YEARS, a_credential, charged

KVK = "00000102"


def asked(*credentials, years=3):
    return QuoteApplication(actor=ANYONE, kvk_number=KVK, years=years, credentials=credentials)


OTP, SMS = {"level": Level.EH3, "second_factor": "otp"}, {"level": Level.EH2_PLUS, "second_factor": "sms"}
TAX = {"level": Level.EH3, "second_factor": "sms", "type": "belastingdienst"}


@pytest.mark.rule("BI-12", "BI-16", "BI-20", "SP-105", "SP-111", "CF-13", "ST-01")
@pytest.mark.parametrize(
    ("profile", "lines"),
    [
        ("weid", [("credential", 10_000), ("otp_device", 4_000), ("credential", 5_000), ("credential", 7_500)]),
        ("zlogin", [("credential", 10_000), ("credential", 5_000), ("credential", 9_000)]),
    ],
)
async def test_a_visitor_is_quoted_the_credentials_one_by_one(billing, profile, lines):
    async with billing(profile) as service:
        made = await service.query(asked(OTP, SMS, TAX))
        quotation = Quotation.model_validate(checked(made.token)[1]["quotation"])
        assert quotation == made.quotation
        assert [(str(line.item), line.amount) for line in quotation.lines] == lines
        assert quotation.total == sum(amount for _, amount in lines)
        assert quotation.vat == sum(round(amount * 0.21) for _, amount in lines)
        assert quotation.organisation_id == prospect_id(KVK)
        assert quotation.id != (await service.query(asked(OTP, SMS, TAX))).quotation.id


@pytest.mark.rule("ID-35", "SP-111")
async def test_what_the_price_list_does_not_hold_is_not_quoted(billing):
    async with billing("weid") as service:
        assert await service.query(asked(OTP, {"level": Level.EH2})) == Refusal(code="no_price")


@pytest.mark.rule("BI-11", "BI-22", "BI-27", "ST-01")
async def test_each_credential_is_charged_once_when_it_is_taken_into_use(billing):
    payer = uuid4()
    used, rejected = a_credential(payer, years=3), a_credential(payer, years=3)
    async with billing("weid") as service:
        lines = (await service.query(asked(OTP, SMS))).quotation.lines
        for state, own in ((used, lines[:2]), (rejected, lines[2:])):
            await service.hear(CredentialRequested(state=state, costs=agreed_costs(own), paid_by=payer))
        assert await charged(service, payer) == []
        await service.hear(CredentialActivated(state=used))
        await service.hear(CredentialActivated(state=used))
        assert await charged(service, payer) == [
            ("credential", 10_000, 2_100, TODAY, IN_THREE_YEARS), ("otp_device", 4_000, 840, TODAY, TODAY),
        ]  # fmt: skip
