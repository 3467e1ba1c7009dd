"""OTP devices by post: sent from stock in order, taken into use by their first code (ID-61, MS-06, NO-14)."""

import asyncio
from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import (
    DeviceDecided,
    DeviceOrdered,
    DeviceSent,
    GetDeviceStock,
    GetProfile,
    ListDeviceOrders,
    SecondFactor,
)
from contracts.message import Done
from contracts.notifications import SendAccountNotice
from contracts.values import Level, local_date
from profiles.costs import device_lines
from profiles.model import load_profile
from tests.service.identity.accounts import assign
from tests.service.identity.device_orders import asked_by_form, letters, orders, shown, stock, stocked
from tests.service.identity.journey import KVK, actor_of, an_applicant, staff_actor
from tests.service.identity.offices import signer

USER = f"user0.{KVK}"


@pytest.mark.rule("ID-61", "MS-06", "NO-14", "ST-02")
async def test_a_chosen_device_goes_out_with_the_approval_and_the_holder_activates_with_it(each_supplier):
    journey = each_supplier
    await stocked(journey, "AB-1001", "AB-1002")
    row = await journey.approved(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.OTP))
    await journey.service.settle()
    ((serial, surname, address),) = await letters(journey)
    assert (serial, surname) == ("AB-1001", "Jansen")
    assert address
    (order,) = await orders(journey, "sent")
    assert (order.serial, order.person_id) == ("AB-1001", row.credentials[0].person_id)
    assert (await stock(journey), await orders(journey)) == ((1, 0), ())
    kept = await journey.service.database["device_orders"].find_one({})
    assert address not in str(kept)

    started, seed = await journey.start_activation(await journey.letter_code(row.credentials[0].credential_id))
    assert (started.second_factor, started.otp_uri, seed) == (SecondFactor.OTP, None, None)
    wrong = await journey.complete_activation(started.activation_id, USER, otp=shown("AB-1002", 0))
    assert wrong.code == "wrong_code"
    assert await journey.complete_activation(started.activation_id, USER, otp=shown("AB-1001", 0)) == Done()
    login = await journey.start_login(USER)
    assert (await journey.complete_login(login.login_id, shown("AB-1001", 0))).code == "wrong_code"
    access, _ = await journey.complete_login(login.login_id, shown("AB-1001", 1))
    assert (await journey.service.query(GetProfile(actor=actor_of(access)))).otp_serial == "AB-1001"


@pytest.mark.rule("ID-61", "MS-06")
async def test_without_stock_orders_wait_and_a_delivery_serves_who_waits_longest(journey):
    for number, kvk in enumerate(("00000103", "00000104")):
        journey.later(minutes=1)
        await journey.approved(
            an_applicant(f"Wacht{number}", level=Level.EH2_PLUS, factor=SecondFactor.OTP), kvk=kvk,
            representative=await signer(kvk),
        )  # fmt: skip
        await journey.service.settle()
    assert await stock(journey) == (0, 2)
    assert [order.name.surname for order in await orders(journey)] == ["Wacht0", "Wacht1"]
    assert await letters(journey) == []
    await stocked(journey, "AB-1003")
    assert [(serial, name) for serial, name, _ in await letters(journey)] == [("AB-1003", "Wacht0")]
    assert await stock(journey) == (0, 1)
    journey.later(minutes=1)
    await stocked(journey, "AB-1002")
    journey.later(minutes=1)
    await stocked(journey, "AB-1001")
    assert [(serial, name) for serial, name, _ in await letters(journey)][1:] == [("AB-1002", "Wacht1")]
    assert await stock(journey) == (1, 0)


@pytest.mark.rule("ID-61", "ID-164", "ID-184", "MS-06", "BI-16", "SP-42")
async def test_a_device_asked_by_form_takes_over_with_its_first_code(each_supplier):
    journey = each_supplier
    row, _ = await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    held = row.credentials[0]
    await stocked(journey, "AB-1004")
    lines = device_lines(load_profile(journey.profile), local_date(journey.now))
    fee = lines[0].amount if lines else None
    if fee is not None:
        assert (await asked_by_form(journey, held.credential_id)).code == "agreement_missing"
    assert await asked_by_form(journey, held.credential_id, agreed=True) == DeviceDecided()
    assert [(serial, address) for serial, _, address in await letters(journey)] == [
        ("AB-1004", "Kade 2\n1000 AA Elders")
    ]
    (event,) = await journey.service.sent(DeviceOrdered)
    assert (event.fee, event.state.person_id) == (fee, held.person_id)
    assert len(await journey.service.sent(DeviceSent)) == 1

    journey.later(minutes=1)
    assert len(await journey.log_in(USER)) == 2  # the device is in the post: codes by SMS go on
    journey.later(minutes=11)
    login = await journey.start_login(USER)
    assert login.second_factor is SecondFactor.SMS
    assert len(await journey.complete_login(login.login_id, shown("AB-1004", 2))) == 2
    assert [notice.notice for notice in await journey.service.sent(SendAccountNotice)] == ["device_assigned"]
    journey.later(minutes=11)
    login = await journey.start_login(USER)
    assert login.second_factor is SecondFactor.OTP
    assert len(await journey.complete_login(login.login_id, shown("AB-1004", 3))) == 2


@pytest.mark.rule("ID-61", "ID-184")
async def test_a_device_that_comes_later_replaces_the_own_one(journey):
    _, seeds = await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.OTP))
    journey.later(minutes=1)
    assert len(await journey.log_in(USER, seeds[USER])) == 2
    await stocked(journey, "AB-1001")
    journey.later(minutes=1)
    assert len(await journey.log_in(USER, seeds[USER])) == 2
    login = await journey.start_login(USER)
    assert len(await journey.complete_login(login.login_id, shown("AB-1001", 0))) == 2
    journey.later(minutes=1)
    old = await journey.start_login(USER)
    assert (await journey.complete_login(old.login_id, journey.otp(seeds[USER]))).code == "wrong_code"


@pytest.mark.rule("ID-61")
async def test_no_device_goes_to_two_persons_and_a_used_one_is_no_stock(journey):
    await stocked(journey, "AB-1001", "AB-1002")
    row, _ = await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    held = row.credentials[0]
    assert await assign(journey, "AB-1001", held.person_id) == DeviceDecided()
    assert await assign(journey, "AB-1002", held.person_id) == DeviceDecided()  # the first one is free, and worn
    assert await stock(journey) == (0, 0)
    await asyncio.gather(*(asked_by_form(journey, held.credential_id, agreed=True) for _ in range(3)))
    await stocked(journey, "AB-1003", "AB-1004")
    assert sorted(serial for serial, _, _ in await letters(journey)) == ["AB-1003", "AB-1004"]
    assert await stock(journey) == (0, 1)


@pytest.mark.rule("ID-61")
@pytest.mark.security("S22")
async def test_only_the_back_office_orders_and_looks(journey):
    row, access, _, _ = await journey.logged_in()
    administrator = actor_of(access)
    for actor in (ANYONE, administrator, staff_actor("auditor")):
        assert (
            await asked_by_form(journey, row.credentials[0].credential_id, actor, agreed=True)
        ).code == "not_allowed"
    for query in (ListDeviceOrders, GetDeviceStock):
        assert (await journey.service.query(query(actor=administrator))).code == "not_allowed"
    assert (await asked_by_form(journey, uuid4(), agreed=True)).code == "unknown"
