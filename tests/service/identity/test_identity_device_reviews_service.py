"""Another device for who holds a level for four eyes takes two employees: given, ordered, posted again (S9, S25)."""

from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import (
    AssignDevice,
    DeviceDecided,
    DeviceOrdered,
    GetDeviceStock,
    ListDeviceReviews,
    SecondFactor,
    SessionEnded,
    WithdrawDeviceReview,
)
from contracts.message import Done
from contracts.values import Level
from services.identity.crypto.devices import codes
from services.identity.domain.devices import Algorithm
from tests.service.identity.accounts import assign, at_once, import_devices
from tests.service.identity.device_orders import (
    asked_by_form,
    fail,
    failed_letter,
    letters,
    orders,
    resend,
    stocked,
)
from tests.service.identity.journey import HANDLER, KVK, REVIEWER, an_applicant, staff_actor

USER = f"user0.{KVK}"
SEED = bytes.fromhex("3132333435363738393031323334353637383930")
COUNTING = f"serial,type,seed\nAB-1001,hotp,{SEED.hex()}\nAB-1002,totp,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n".encode()
LOW = an_applicant("Peters", Level.EH2_PLUS, factor=SecondFactor.SMS)
BY_SMS = an_applicant(level=Level.EH3, factor=SecondFactor.SMS)
OTHER_ADDRESS = "Nieuwe Kade 9\n1000 AA Elders"


async def waiting(journey, actor=HANDLER):
    rows = (await journey.service.query(ListDeviceReviews(actor=actor))).rows
    return [(row.serial, row.person_id, row.name.surname, row.reviewed_by) for row in rows]


@pytest.mark.rule("SP-42", "SP-128", "ID-184")
@pytest.mark.security("S9", "S25", "S26")
async def test_another_device_for_a_holder_of_a_level_for_four_eyes_needs_two_employees(journey):
    row, seeds = await journey.customer()
    holder = row.credentials[0].person_id
    await import_devices(journey, COUNTING)
    journey.later(minutes=1)
    _, refresh = await journey.log_in(USER, seeds[USER])
    assert refresh
    assert await assign(journey, "AB-1002", holder, REVIEWER) == DeviceDecided(awaits_second=True)
    assert await assign(journey, "AB-1001", holder) == DeviceDecided(awaits_second=True), "it is another device"
    assert await waiting(journey) == [("AB-1001", holder, "Jansen", HANDLER.person_id)]
    assert (await journey.service.query(GetDeviceStock(actor=HANDLER))).free == 1, "the other one lies in stock again"
    assert (await assign(journey, "AB-1001", holder)).code == "four_eyes"
    assert await journey.service.sent(SessionEnded) == []
    assert await assign(journey, "AB-1001", holder, REVIEWER) == DeviceDecided()
    assert await waiting(journey) == []
    assert len(await journey.service.sent(SessionEnded)) == 1
    started = await journey.start_login(USER)
    assert len(await journey.complete_login(started.login_id, codes(SEED, 6, Algorithm.SHA1)(0))) == 2
    noted = await journey.service.database["audit"].find({"collection": "device_reviews"}).to_list()
    both = [str(HANDLER.person_id), str(REVIEWER.person_id)]
    assert [entry["actor"]["person_id"] for entry in noted] == [both[1], *both]


@pytest.mark.security("S25")
async def test_two_employees_who_give_a_device_at_once_are_two_pairs_of_eyes(journey):
    row, _ = await journey.customer()
    await import_devices(journey, COUNTING)
    holder = row.credentials[0].person_id
    commands = [AssignDevice(actor=actor, serial="AB-1001", person_id=holder) for actor in (HANDLER, REVIEWER)]
    outcomes = await at_once(journey, [(uuid4(), command) for command in commands])
    assert sorted(outcome.awaits_second for outcome in outcomes) == [False, True]
    assert await waiting(journey) == []


async def withdraw(journey, review_id, actor=HANDLER):
    outcome = await journey.send(WithdrawDeviceReview(actor=actor, review_id=review_id))
    await journey.service.settle()
    return outcome


@pytest.mark.rule("ID-164", "SP-42", "SP-128")
@pytest.mark.security("S9", "S25", "S37")
async def test_a_device_asked_for_on_paper_is_ordered_by_two_employees_to_the_same_address(journey):
    row, _ = await journey.customer(BY_SMS)
    held = row.credentials[0]
    assert await asked_by_form(journey, held.credential_id, agreed=True) == DeviceDecided(awaits_second=True)
    assert (await asked_by_form(journey, held.credential_id, agreed=True)).code == "four_eyes"
    elsewhere = await asked_by_form(journey, held.credential_id, REVIEWER, OTHER_ADDRESS, agreed=True)
    assert elsewhere == DeviceDecided(awaits_second=True), "it is another address: the first has to ask the same"
    assert await waiting(journey) == [(None, held.person_id, "Jansen", REVIEWER.person_id)]
    assert "Kade" not in str(await journey.service.database["device_reviews"].find_one())
    assert (await journey.service.sent(DeviceOrdered), await orders(journey)) == ([], ())
    await stocked(journey, "AB-1001")
    assert await asked_by_form(journey, held.credential_id, address=OTHER_ADDRESS, agreed=True) == DeviceDecided()
    assert await waiting(journey) == []
    assert [(serial, address) for serial, _, address in await letters(journey)] == [("AB-1001", OTHER_ADDRESS)]
    assert len(await journey.service.sent(DeviceOrdered)) == 1


@pytest.mark.rule("ID-164")
@pytest.mark.security("S25")
async def test_the_second_who_orders_twice_begins_no_second_order(journey):
    row, _ = await journey.customer(BY_SMS)
    held = row.credentials[0]
    assert (await asked_by_form(journey, held.credential_id, REVIEWER, agreed=True)).awaits_second
    assert await asked_by_form(journey, held.credential_id, agreed=True) == DeviceDecided()
    assert (await asked_by_form(journey, held.credential_id, agreed=True)).code == "already_ordered"
    assert (len(await orders(journey)), await waiting(journey)) == (1, [])


@pytest.mark.rule("MS-06", "SP-116")
@pytest.mark.security("S9", "S25")
async def test_a_device_goes_to_another_address_by_two_employees_and_to_its_own_by_one(journey):
    _, order = await failed_letter(journey, an_applicant(level=Level.EH3, factor=SecondFactor.OTP))
    assert await resend(journey, order.order_id, address=OTHER_ADDRESS) == DeviceDecided(awaits_second=True)
    assert len(await letters(journey)) == 1
    assert (await resend(journey, order.order_id, address=OTHER_ADDRESS)).code == "four_eyes"
    assert await resend(journey, order.order_id, REVIEWER, address=OTHER_ADDRESS) == DeviceDecided()
    assert [address for _, _, address in await letters(journey)][1:] == [OTHER_ADDRESS]
    await fail(journey, order.order_id)
    assert await resend(journey, order.order_id) == DeviceDecided()
    assert [address for _, _, address in await letters(journey)][2:] == [OTHER_ADDRESS]
    assert await waiting(journey) == []


@pytest.mark.rule("ID-61", "SP-128")
@pytest.mark.security("S9", "S25")
async def test_what_waits_for_a_second_employee_is_taken_back_and_its_device_goes_to_who_waits(journey):
    row, _ = await journey.customer(BY_SMS, LOW)
    holder, low = row.credentials[0].person_id, row.credentials[1]
    await stocked(journey, "AB-1001")
    assert (await assign(journey, "AB-1001", holder)).awaits_second
    assert await asked_by_form(journey, low.credential_id, agreed=True) == DeviceDecided()
    assert (len(await orders(journey)), await letters(journey)) == (1, [])
    for actor in (ANYONE, staff_actor("auditor")):
        assert (await withdraw(journey, holder, actor)).code == "not_allowed"
    assert await withdraw(journey, holder) == Done()
    assert await waiting(journey) == []
    (sent,) = await orders(journey, "sent")
    assert (sent.serial, sent.person_id) == ("AB-1001", low.person_id)
    assert (await withdraw(journey, holder)).code == "unknown"
    assert (await assign(journey, "AB-1001", holder, REVIEWER)).code == "device_taken"


@pytest.mark.rule("ID-61", "SP-42")
@pytest.mark.security("S25")
async def test_a_device_that_somebody_has_had_is_no_stock_again_when_it_is_taken_back(journey):
    row, _ = await journey.customer(BY_SMS, LOW)
    high, low = (credential.person_id for credential in row.credentials)
    await stocked(journey, "AB-1001", "AB-1002")
    for serial in ("AB-1001", "AB-1002"):
        assert await assign(journey, serial, low) == DeviceDecided()
    assert (await assign(journey, "AB-1001", high)).awaits_second
    assert await withdraw(journey, high) == Done()
    assert (await journey.service.query(GetDeviceStock(actor=HANDLER))).free == 0
