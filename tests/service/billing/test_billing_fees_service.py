"""What billing charges for the facts of identity: each once, at what was agreed to (BI-11 to BI-21)."""

from datetime import date
from uuid import uuid4

import pytest

from contracts.billing import Charged, ListCharges, Quotation, Quote
from contracts.identity import (
    ActivationLetterReissued,
    AdditionAccepted,
    AdditionState,
    AdditionStatus,
    CredentialActivated,
    CredentialEnded,
    CredentialRejected,
    CredentialRequested,
    CredentialSnapshot,
    CredentialState,
    CredentialStatus,
    DeviceOrdered,
    DeviceOrderState,
)
from contracts.values import Level, Role
from services.identity.domain.quotations import agreed_costs
from tests.harness import NOW
from tests.service.billing.billing_world import NAME, TODAY, administrator, checked

IN_ONE_YEAR, IN_THREE_YEARS = date(2027, 11, 21), date(2029, 11, 21)


def a_credential(organisation, **changes):
    values = {
        "id": uuid4(), "person_id": uuid4(), "organisation_id": organisation, "level": Level.EH3, "role": Role.USER,
        "status": CredentialStatus.ACTIVE, "name": NAME, "email": "a@b.example",
    }  # fmt: skip
    return CredentialState(**{**values, **changes})


async def charged(service, organisation):
    page = await service.query(ListCharges(actor=administrator(organisation)))
    found = [(str(row.item), row.amount, row.vat, row.period_start, row.period_end) for row in page.rows]
    return sorted(found)


async def quoted(service, organisation, item="credential", **wanted):
    made = await service.query(Quote(actor=administrator(organisation), item=item, **wanted))
    return Quotation.model_validate(checked(made.token)[1]["quotation"])


@pytest.mark.rule("BI-11", "BI-12", "BI-13", "BI-16", "BI-22", "PR-04", "PR-05", "PR-07")
async def test_a_request_is_charged_as_quoted_in_one_go_when_the_credential_is_taken_into_use(billing):
    payer, other = uuid4(), uuid4()
    first, linked = a_credential(payer, years=3), a_credential(other, years=3)
    async with billing() as service:
        quotation = await quoted(service, payer, level=Level.EH3, years=3, second_factor="otp", quantity=3)
        costs = agreed_costs(quotation.lines)
        await service.hear(
            CredentialRequested(state=first, costs=costs, paid_by=payer), CredentialRequested(state=linked)
        )
        assert await charged(service, payer) == []
        await service.hear(CredentialActivated(state=first), CredentialActivated(state=linked))
        assert await charged(service, payer) == [
            ("credential", 10_000, 2_100, TODAY, IN_THREE_YEARS),
            ("link_fee", 2 * 500, 210, TODAY, TODAY),
            ("otp_device", 4_000, 840, TODAY, TODAY),
        ]
        assert await charged(service, other) == []
        told = [event.state for event in await service.sent(Charged)]
        assert sum(state.amount for state in told) == quotation.total
        assert sum(state.vat for state in told) == quotation.vat


@pytest.mark.rule("BI-10", "BI-11", "BI-13")
async def test_one_year_at_the_own_organisation_has_no_link_fee(billing):
    payer = uuid4()
    state = a_credential(payer, years=1)
    async with billing("zlogin") as service:
        quotation = await quoted(service, payer, level=Level.EH2_PLUS, years=1, second_factor="sms")
        costs = agreed_costs(quotation.lines)
        await service.hear(CredentialRequested(state=state, costs=costs, paid_by=payer))
        await service.hear(CredentialActivated(state=state))
        assert await charged(service, payer) == [("credential", 2_000, 420, TODAY, IN_ONE_YEAR)]


@pytest.mark.rule("BI-11")
async def test_what_comes_again_or_never_came_to_use_costs_nothing_more(billing):
    payer = uuid4()
    used, refused, known = (a_credential(payer, years=1) for _ in range(3))
    async with billing() as service:
        quotation = await quoted(service, payer, level=Level.EH3, years=1, second_factor="sms")
        costs = agreed_costs(quotation.lines)
        for state in (used, refused):
            await service.hear(CredentialRequested(state=state, costs=costs, paid_by=payer))
        await service.hear(CredentialActivated(state=used))
        await service.hear(CredentialRejected(state=refused, reason="x"), CredentialSnapshot(state=known))
        await service.hear(CredentialActivated(state=used))  # never twice, whatever happens
        assert len(await charged(service, payer)) == 1


@pytest.mark.rule("BI-12", "BI-13", "BI-22")
@pytest.mark.parametrize("order", [(1, 2), (2, 1), (0, 1, 2), (2, 0, 1)])
async def test_a_request_for_several_organisations_is_charged_once_whichever_comes_into_use_first(billing, order):
    payer, others = uuid4(), [uuid4(), uuid4()]
    states = [a_credential(organisation, years=1) for organisation in (payer, *others)]
    async with billing() as service:
        quotation = await quoted(service, payer, level=Level.EH3, years=1, second_factor="sms", quantity=3)
        costs = agreed_costs(quotation.lines)
        shared = {"first_id": states[0].id, "shared_costs": costs, "paid_by": payer}
        await service.hear(
            CredentialRequested(state=states[0], costs=costs, paid_by=payer),
            *(CredentialRequested(state=state, **shared) for state in states[1:]),
        )
        if 0 not in order:
            await service.hear(CredentialEnded(state=states[0]))
        assert await charged(service, payer) == []
        for number in order:
            await service.hear(CredentialActivated(state=states[number]))
            assert await charged(service, payer) == [
                ("credential", 4_500, 945, TODAY, IN_ONE_YEAR), ("link_fee", 1_000, 210, TODAY, TODAY),
            ]  # fmt: skip
        assert [await charged(service, other) for other in others] == [[], []]


@pytest.mark.rule("BI-18", "PR-09", "CF-12")
async def test_each_new_letter_is_charged_where_it_costs_something(billing):
    organisation = uuid4()
    state = a_credential(organisation, status=CredentialStatus.WAITING_ACTIVATION)
    async with billing() as service:
        for fee in (750, None, 750):
            await service.hear(ActivationLetterReissued(state=state, fee=fee))
        letter = ("activation_letter", 750, 158, TODAY, TODAY)
        assert await charged(service, organisation) == [letter, letter]


@pytest.mark.rule("BI-16", "PR-07")
async def test_a_device_asked_by_form_is_charged_and_a_quoted_one_not_twice(billing):
    organisation = uuid4()

    def an_order():
        return DeviceOrderState(id=uuid4(), organisation_id=organisation, person_id=uuid4(), status="waiting")

    async with billing() as service:
        await service.hear(DeviceOrdered(state=an_order(), fee=4_000), DeviceOrdered(state=an_order()))
        assert await charged(service, organisation) == [("otp_device", 4_000, 840, TODAY, TODAY)]


@pytest.mark.rule("BI-15", "PR-06")
@pytest.mark.parametrize(("years", "amount", "vat", "until"), [(1, 1_500, 315, IN_ONE_YEAR),
                                                               (3, 3_900, 819, IN_THREE_YEARS)])  # fmt: skip
async def test_an_added_organisation_is_charged_by_a_link_subscription(billing, years, amount, vat, until):
    organisation = uuid4()
    state = AdditionState(
        id=uuid4(), person_id=uuid4(), requested_from=organisation, kvk_number="12345678", name="Bij", address="x",
        administrator=NAME, representative=NAME, level=Level.EH3, years=years, status=AdditionStatus.ACCEPTED,
        submitted_at=NOW,
    )  # fmt: skip
    async with billing() as service:
        quotation = await quoted(service, organisation, item="link_subscription", years=years)
        await service.hear(AdditionAccepted(state=state), at=NOW)
        assert await charged(service, organisation) == [("link_subscription", amount, vat, TODAY, until)]
        assert (quotation.total, quotation.vat) == (amount, vat)
