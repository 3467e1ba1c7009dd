"""The form for an OTP device: handling it orders the device, at its costs, to its address (ID-164, MS-06)."""

from uuid import uuid4

import pytest

from contracts.identity import DeviceOrdered, SecondFactor
from contracts.values import Level, Role, local_date
from profiles.costs import device_lines
from profiles.model import load_profile
from tests.service.identity.device_orders import letters, orders, stocked
from tests.service.identity.journey import KVK, REVIEWER, an_applicant
from tests.service.identity.offices import AWAITS_SECOND, CARRIED_OUT, SINGLE, forms, handle, logged_in_at, submit

WANTED = {"person": "B. Bakker", "address": " Kade 2 \r\n\n1000 AA Elders\n"}
PEOPLE = (
    an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS),
    an_applicant("Bakker", role=Role.USER, level=Level.EH2_PLUS, factor=SecondFactor.SMS),
)


@pytest.mark.rule("ID-164", "MS-06", "NO-14", "BI-16", "ST-84", "ID-177")
async def test_handling_the_form_orders_the_device_to_the_address_of_the_form(each_supplier):
    journey = each_supplier
    row, (administrator, _) = await logged_in_at(journey, SINGLE, *PEOPLE)
    held = row.credentials[1]
    await stocked(journey, "AB-1001")
    form = (await submit(journey, administrator, "otp_device", **WANTED)).form_id
    assert (await orders(journey), await letters(journey)) == ((), [])
    without = await handle(journey, form)
    assert (without.code, without.details) == ("invalid_form", {"field": "credential_id"})
    lines = device_lines(load_profile(journey.profile), local_date(journey.now))
    if lines:
        assert (await handle(journey, form, credential_id=held.credential_id)).code == "agreement_missing"
    assert await journey.service.sent(DeviceOrdered) == []
    assert await handle(journey, form, credential_id=held.credential_id, agreed=True) == CARRIED_OUT
    await journey.service.settle()
    assert await letters(journey) == [("AB-1001", "Bakker", "Kade 2\n1000 AA Elders")]
    (event,) = await journey.service.sent(DeviceOrdered)
    assert (event.fee, event.state.person_id) == (lines[0].amount if lines else None, held.person_id)
    (handled,) = await forms(journey, administrator, "handled")
    assert handled.form_id == form
    again = await handle(journey, form, credential_id=held.credential_id, agreed=True)
    assert again.code == "wrong_status"
    assert len(await journey.service.sent(DeviceOrdered)) == 1


@pytest.mark.rule("ID-164", "SP-42", "SP-128", "ST-84")
@pytest.mark.security("S9", "S25")
async def test_at_high_levels_two_employees_order_the_device(journey):
    row, (administrator, _) = await logged_in_at(journey, SINGLE)
    await stocked(journey, "AB-1001", "AB-1002")  # what they chose with their credentials goes out
    held = row.credentials[1]
    form = (await submit(journey, administrator, "otp_device", **WANTED)).form_id
    asked = {"credential_id": held.credential_id, "agreed": True}
    before = len(await journey.service.sent(DeviceOrdered))
    assert await handle(journey, form, **asked) == AWAITS_SECOND
    assert (await handle(journey, form, **asked)).code == "four_eyes"
    assert len(await journey.service.sent(DeviceOrdered)) == before
    assert await handle(journey, form, REVIEWER, **asked) == CARRIED_OUT
    assert len(await journey.service.sent(DeviceOrdered)) == before + 1


@pytest.mark.rule("ID-60", "ID-164")
@pytest.mark.security("S20", "S21")
async def test_a_form_orders_no_device_for_another_organisation_and_stays_open(journey):
    elsewhere = await journey.approved(*PEOPLE, kvk=KVK)
    _, (administrator, _) = await logged_in_at(journey, SINGLE, *PEOPLE)
    form = (await submit(journey, administrator, "otp_device", **WANTED)).form_id
    for foreign in (elsewhere.credentials[1].credential_id, uuid4()):
        assert (await handle(journey, form, credential_id=foreign, agreed=True)).code == "unknown"
    assert [row.form_id for row in await forms(journey)] == [form]
    assert await journey.service.sent(DeviceOrdered) == []
