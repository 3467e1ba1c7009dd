"""Device letters that the print house did not take: shown to the back office, and sent again (MS-06, SP-116)."""

from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import DeviceDecided, DeviceSent, SecondFactor
from contracts.message import Done
from contracts.notifications import Purpose
from contracts.values import Level
from tests.service.identity.accounts import assign
from tests.service.identity.device_orders import (
    HOLDER,
    asked_by_form,
    fail,
    failed_letter,
    letters,
    orders,
    resend,
    shown,
    stock,
    stocked,
)
from tests.service.identity.journey import KVK, an_applicant, staff_actor

USER = f"user0.{KVK}"


@pytest.mark.rule("MS-06", "SP-116")
async def test_the_back_office_sees_that_the_print_house_did_not_take_a_device(journey):
    await stocked(journey, "AB-1001")
    await journey.approved(HOLDER)
    await journey.service.settle()
    (order,) = await orders(journey, "sent")
    for purpose in (Purpose.ACTIVATION_LETTER, Purpose.DEVICE_LETTER):
        assert await orders(journey, "failed") == ()
        await fail(journey, order.order_id, purpose)
    assert [row.order_id for row in await orders(journey, "failed")] == [order.order_id]
    assert await stock(journey) == (0, 0)


@pytest.mark.rule("MS-06", "SP-116", "ID-61", "NO-14")
async def test_a_failed_device_letter_is_sent_again_and_the_holder_activates_with_that_device(each_supplier):
    journey = each_supplier
    row, order = await failed_letter(journey)
    journey.later(minutes=5)
    assert await resend(journey, order.order_id) == DeviceDecided()
    first, second = await letters(journey)
    assert second == first
    (again,) = await orders(journey, "sent")
    assert (again.order_id, again.serial, again.sent_at) == (order.order_id, "AB-1001", journey.now)
    assert await orders(journey, "failed") == ()
    assert [event.state.id for event in await journey.service.sent(DeviceSent)] == [order.order_id] * 2
    assert (await resend(journey, order.order_id)).code == "wrong_status"
    started, _ = await journey.start_activation(await journey.letter_code(row.credentials[0].credential_id))
    assert await journey.complete_activation(started.activation_id, USER, otp=shown("AB-1001", 0)) == Done()


@pytest.mark.rule("MS-06", "SP-116")
async def test_a_letter_that_fails_again_goes_to_another_address_which_is_kept_encrypted(journey):
    _, order = await failed_letter(journey)
    assert await resend(journey, order.order_id, address="Nieuwe Kade 9\n1000 AA Elders") == DeviceDecided()
    await fail(journey, order.order_id)
    assert [row.order_id for row in await orders(journey, "failed")] == [order.order_id]
    assert await resend(journey, order.order_id) == DeviceDecided()
    assert [address for _, _, address in await letters(journey)][1:] == ["Nieuwe Kade 9\n1000 AA Elders"] * 2
    assert "Nieuwe Kade" not in str(await journey.service.database["device_orders"].find_one({}))


@pytest.mark.rule("MS-06", "SP-116")
async def test_nothing_is_sent_again_to_who_has_another_device_by_now(journey):
    row, _ = await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    held = row.credentials[0]
    await stocked(journey, "AB-1001")
    await asked_by_form(journey, held.credential_id, agreed=True)
    journey.later(minutes=1)
    login = await journey.start_login(USER)
    assert login.second_factor is SecondFactor.SMS
    assert len(await journey.complete_login(login.login_id, shown("AB-1001", 0))) == 2
    (order,) = await orders(journey, "sent")
    await fail(journey, order.order_id)
    await stocked(journey, "AB-1002")
    assert await assign(journey, "AB-1002", held.person_id) == DeviceDecided()
    assert (await resend(journey, order.order_id)).code == "wrong_status"
    assert [serial for serial, _, _ in await letters(journey)] == ["AB-1001"]


@pytest.mark.security("S20", "S22")
async def test_only_the_back_office_sends_again_and_only_what_there_is(journey):
    _, order = await failed_letter(journey)
    for actor in (ANYONE, staff_actor("auditor")):
        assert (await resend(journey, order.order_id, actor)).code == "not_allowed"
    assert (await resend(journey, uuid4())).code == "unknown"
    assert len(await letters(journey)) == 1
