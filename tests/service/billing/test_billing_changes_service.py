"""What billing charges for processed changes: the lines that were quoted, each once, to who asked (BI-14 to BI-21)."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.billing import Charged
from contracts.identity import (
    CredentialLinked,
    CredentialUpgraded,
    DeviceOrdered,
    DeviceOrderState,
    MutationLine,
    MutationProcessed,
    MutationState,
    MutationSubmitted,
)
from contracts.values import Level, Role
from profiles.model import load_profile
from profiles.prices import PriceCode
from services.billing.fees import lines_of
from tests.harness import NOW
from tests.service.billing.billing_world import TODAY
from tests.service.billing.test_billing_fees_service import (
    IN_ONE_YEAR,
    IN_THREE_YEARS,
    a_credential,
    charged,
    quoted,
)


def a_change(kind, payer, *places, years=None, level=Level.EH3, type_="regular", own=True):
    """A change at the payer's organisation and links to other places; a link alone has no line of its own."""
    credential_id = uuid4()
    first = [MutationLine(organisation_id=payer, credential_id=credential_id, role=Role.USER, status="processed")]
    links = [
        MutationLine(organisation_id=place, credential_id=uuid4(), role=Role.USER, status="processed")
        for place in places
    ]
    return MutationState(
        id=uuid4(), kind=kind, status="processed", person_id=uuid4(), organisation_id=payer,
        credential_id=credential_id, requested_by=uuid4(), submitted_at=NOW, level=level, type=type_, years=years,
        lines=(*(first if own else ()), *links),
    )  # fmt: skip


def processed(change, *places):
    return MutationProcessed(state=change, organisation_ids=places or [line.organisation_id for line in change.lines])


@pytest.mark.rule("BI-14", "PR-05", "SP-113", "SP-18", "ID-109")
@pytest.mark.parametrize(("profile", "fee", "vat"), [("weid", 500, 105), ("zlogin", 750, 158)])
async def test_each_link_is_charged_as_quoted_when_its_line_is_processed(billing, profile, fee, vat):
    payer, one, two, waiting = (uuid4() for _ in range(4))
    change = a_change("link", payer, one, two, waiting, own=False)
    async with billing(profile) as service:
        quotation = await quoted(service, payer, item="link_fee", quantity=2)
        await service.hear(MutationSubmitted(state=change))
        assert await charged(service, payer) == []
        first, second = processed(change, one), processed(change, two)
        line = ("link_fee", fee, vat, TODAY, TODAY)
        await service.hear(first)
        assert await charged(service, payer) == [line]
        await service.hear(second)
        assert await charged(service, payer) == [line, line]
        assert await charged(service, one) == []
        told = [event.state for event in await service.sent(Charged)]
        assert {state.subject_id for state in told} == {line.credential_id for line in change.lines[:2]}
        assert (sum(state.amount for state in told), sum(state.vat for state in told)) == (
            quotation.total, quotation.vat,
        )  # fmt: skip


@pytest.mark.rule("BI-14", "BI-16", "BI-19", "PR-10", "PR-05", "PR-07", "ID-130", "ID-134")
@pytest.mark.parametrize("profile", ["weid", "zlogin"])
async def test_an_upgrade_with_links_and_a_device_costs_what_was_quoted(billing, profile):
    payer, other = uuid4(), uuid4()
    change = a_change("upgrade", payer, other, years=3)
    order = DeviceOrderState(id=uuid4(), organisation_id=payer, person_id=change.person_id, status="waiting")
    asked = {"level": Level.EH3, "years": 3, "second_factor": "otp", "quantity": 2}
    async with billing(profile) as service:
        quotation = await quoted(service, payer, item="upgrade", **asked)
        fee = next((line.amount for line in quotation.lines if line.item == "otp_device"), None)
        await service.hear(processed(change), DeviceOrdered(state=order, fee=fee))
        await service.hear(
            CredentialUpgraded(state=a_credential(payer, years=3)), CredentialLinked(state=a_credential(other))
        )
        found = [(item, amount) for item, amount, *_ in await charged(service, payer)]
        assert found == sorted((str(line.item), line.amount) for line in quotation.lines)
        assert sum(row[2] for row in await charged(service, payer)) == quotation.vat
        assert await charged(service, other) == []


@pytest.mark.rule("BI-19", "PR-10")
@pytest.mark.parametrize(
    ("profile", "years", "change", "term", "until"),
    [
        ("weid", 3, (1_250, 263), (10_000, 2_100), IN_THREE_YEARS),
        ("zlogin", 1, (1_500, 315), (4_500, 945), IN_ONE_YEAR),
    ],
)  # fmt: skip
async def test_an_upgrade_is_charged_with_its_new_term(billing, profile, years, change, term, until):
    organisation = uuid4()
    async with billing(profile) as service:
        await service.hear(processed(a_change("upgrade", organisation, years=years)))
        assert await charged(service, organisation) == [
            ("credential", *term, TODAY, until), ("upgrade", *change, TODAY, TODAY),
        ]  # fmt: skip


@pytest.mark.rule("BI-20", "BI-21", "PR-02", "PR-11")
@pytest.mark.parametrize(("type_", "amount"), [("belastingdienst", 2_500), ("regular", 4_500)])
async def test_a_conversion_starts_a_term_at_the_price_of_the_new_type_as_quoted(billing, type_, amount):
    organisation = uuid4()
    async with billing() as service:
        quotation = await quoted(service, organisation, item="conversion", credential_type=type_, years=1)
        await service.hear(processed(a_change("conversion", organisation, years=1, type_=type_)))
        vat = round(amount * 0.21)
        assert await charged(service, organisation) == [("credential", amount, vat, TODAY, IN_ONE_YEAR)]
        assert (quotation.total, quotation.vat) == (amount, vat)


@pytest.mark.rule("SP-12")
async def test_a_downgrade_costs_nothing(billing):
    organisation = uuid4()
    async with billing() as service:
        await service.hear(processed(a_change("downgrade", organisation, level=Level.EH2_PLUS)))
        assert await charged(service, organisation) == []


def dearer_from(profile, day, amount):
    """The profile with another link fee from a day on; None: without one."""
    items = [item for item in profile.prices.items if item.code is not PriceCode.LINK_FEE or amount is not None]
    fees = [item for item in items if item.code is PriceCode.LINK_FEE]
    later = [fee.model_copy(update={"amount": amount, "valid_from": day}) for fee in fees]
    return profile.model_copy(update={"prices": profile.prices.model_copy(update={"items": (*items, *later)})})


@pytest.mark.rule("BI-22", "SP-111")
def test_a_price_that_has_changed_since_the_agreement_does_not_count():
    profile = dearer_from(load_profile("weid"), TODAY + timedelta(days=1), 900)
    change = a_change("link", uuid4(), uuid4(), own=False)
    later = change.model_copy(update={"submitted_at": NOW + timedelta(days=1)})
    amounts = [[line.amount for line in lines_of(profile, one, one.lines[0])] for one in (change, later)]
    assert amounts == [[500], [900]]


@pytest.mark.rule("BI-14", "PR-05")
def test_a_link_costs_nothing_where_the_price_list_has_no_fee():
    profile = dearer_from(load_profile("weid"), TODAY, None)
    change = a_change("link", uuid4(), uuid4(), own=False)
    assert lines_of(profile, change, change.lines[0]) == ()
