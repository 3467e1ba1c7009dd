"""Requests of administrators for new persons, as the administrator and the back office see them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.blobs import BlobMissingError
from contracts.identity import (
    ChangeEmail,
    CredentialRejected,
    CredentialRequested,
    EndCredential,
    RejectApplication,
    RejectionGround,
    SecondFactor,
)
from contracts.message import Refusal
from contracts.notifications import SendActivationLetter
from contracts.values import Level, Role, local_date
from profiles.costs import Wanted, credential_lines
from tests.service.identity.journey import BANK, HANDLER, REPRESENTATIVE_OF_THE_BANK, an_applicant
from tests.service.identity.requesting import ADDRESS, Desk


@pytest.mark.rule("ID-39", "ID-42", "ID-67", "ID-68", "ID-76", "ID-93", "ST-01", "SP-20")
async def test_an_administrator_requests_and_sees_the_person_at_once(each_supplier):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    received = await desk.request(level=Level.EH2_PLUS)
    (credential_id,) = received.credential_ids
    (new,) = [row for row in await desk.users() if row.credential_id == credential_id]
    assert (new.name, new.role, new.level, new.status) == ("B. Bakker", "user", "EH2+", "waiting_approval")
    detail = await desk.detail(credential_id)
    assert (detail.status, detail.required_actions) == ("waiting_approval", ("approval", "activation"))
    assert detail.subscription is None
    (queued,) = await each_supplier.queue()
    assert (queued.application_id, queued.requested_by) == (received.application_id, desk.actor.person_id)
    shown = await desk.application(received.application_id)
    (person,) = [row.person for row in shown.credentials]
    assert (person.birth_place, person.nationality, shown.years) == ("Utrecht", "NL", 1)
    events = await each_supplier.service.sent(CredentialRequested)
    assert (events[-1].state.id, events[-1].state.years) == (credential_id, 1)


@pytest.mark.rule("BI-12", "BI-13", "BI-16", "SP-111")
async def test_what_was_agreed_to_is_told_to_who_charges_it(each_supplier):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    wanted = Wanted(Level.EH3, 3, SecondFactor.OTP)
    lines = credential_lines(desk.profile, wanted, local_date(each_supplier.now))
    assert (await desk.request(years=3, second_factor=SecondFactor.OTP)).application_id
    event = (await each_supplier.service.sent(CredentialRequested))[-1]
    assert event.paid_by == desk.actor.organisation_id
    told = [(cost.item, cost.amount, cost.vat_per_mille, cost.years) for cost in event.costs]
    assert told == [(line.item, line.amount, line.vat_per_mille, line.years) for line in lines]


@pytest.mark.rule("ID-39", "ID-28", "ID-70")
async def test_a_user_requests_nothing_and_sees_nobody(journey):
    desk = await Desk.open(journey)
    received = await desk.request()
    await journey.service.database["credentials"].update_many({"status": "active"}, {"$set": {"role": "user"}})
    assert (await desk.request(surname="Visser")).code == "not_allowed"
    assert (await desk.detail(received.credential_ids[0])).code == "not_allowed"
    assert (await desk.application(received.application_id, desk.actor)).code == "not_allowed"


@pytest.mark.rule("ID-63")
async def test_without_agreement_nothing_is_stored(journey):
    desk = await Desk.open(journey)
    before = await journey.service.database["applications"].count_documents({})
    assert (await desk.request(agreed=False)).code == "agreement_missing"
    assert await journey.service.database["applications"].count_documents({}) == before
    assert await journey.service.database["persons"].count_documents({"name.surname": "Bakker"}) == 0


@pytest.mark.rule("SP-111", "BI-12")
async def test_a_quotation_holds_for_one_request_of_its_organisation(journey):
    desk = await Desk.open(journey)
    token = desk.quotation()
    assert (await desk.request(quotation=token)).application_id
    assert (await desk.request(quotation=token, surname="Visser")).code == "quotation_used"
    for quotation in (
        "x", desk.quotation(organisation_id=uuid4()), desk.quotation(years=3), desk.quotation(organisations=2),
        desk.quotation(level=Level.EH2_PLUS),
    ):  # fmt: skip
        assert (await desk.request(quotation=quotation, surname="Visser")).code == "quotation_invalid"
    over = desk.quotation(expires_at=journey.now)
    assert (await desk.request(quotation=over, surname="Visser")).code == "quotation_expired"


@pytest.mark.rule("SP-19")
async def test_the_same_person_is_requested_once_at_an_organisation(journey):
    desk = await Desk.open(journey)
    first = await desk.request()
    by_number = await desk.request(surname="Anders", email="a@company.example", document={"number": "nr-bakker"})
    by_name = await desk.request(surname="BAKKER", email="Bakker@company.example", document={"number": "OTHER1"})
    assert by_number == by_name == Refusal(code="already_requested")
    end = EndCredential(actor=desk.actor, credential_id=first.credential_ids[0], confirmed=True)
    assert (await journey.send(end)).model_dump() == {}
    assert (await desk.request()).application_id


@pytest.mark.rule("SP-19", "ID-101")
async def test_a_person_with_another_address_is_known_by_it(journey):
    desk = await Desk.open(journey)
    plain = {"level": Level.EH2, "second_factor": None, "document": None}
    first = await desk.approved(**plain)
    change = ChangeEmail(actor=desk.actor, credential_id=first.credential_ids[0], email="nieuw@company.example")
    assert (await journey.send(change)).model_dump() == {}
    again = await desk.request(email="nieuw@company.example", **plain)
    assert again == Refusal(code="already_requested")
    assert (await desk.request(**plain)).application_id  # of the old address it is somebody else


@pytest.mark.rule("ID-64", "ID-65", "ID-66", "BI-13", "SP-38")
async def test_one_request_holds_for_several_organisations_of_the_administrator(journey):
    desk = await Desk.open(journey)
    row = await journey.approved(an_applicant("Zwart"), kvk=BANK, representative=REPRESENTATIVE_OF_THE_BANK)
    database, other = journey.service.database, row.credentials[0].credential_id
    bank = (await database["credentials"].find_one({"_id": other}))["organisation_id"]
    here = desk.actor.organisation_id
    outcome = await desk.request(organisation_ids=(here, bank))
    assert outcome.code == "unknown"
    await database["persons"].update_one({"_id": desk.actor.person_id}, {"$push": {"credential_ids": other}})
    owned = {"person_id": desk.actor.person_id, "status": "active"}
    await database["credentials"].update_one({"_id": other}, {"$set": owned})
    received = await desk.request(organisation_ids=(here, bank), level=Level.EH2_PLUS)
    held = [await database["credentials"].find_one({"_id": id_}) for id_ in received.credential_ids]
    assert [one["organisation_id"] for one in held] == [here, bank]
    assert len({one["person_id"] for one in held}) == 1

    letters = len(await journey.service.sent(SendActivationLetter))
    await desk.approve(received)
    assert len(await journey.service.sent(SendActivationLetter)) == letters + 1
    end = EndCredential(actor=desk.actor, credential_id=received.credential_ids[0], confirmed=True)
    assert (await journey.send(end)).model_dump() == {}
    seed = await journey.activate(received.credential_ids[0], "berta")
    journey.later(minutes=1)
    assert await journey.log_in("berta", seed)
    statuses = [(await database["credentials"].find_one({"_id": id_}))["status"] for id_ in received.credential_ids]
    assert statuses == ["ended", "active"]


@pytest.mark.rule("ID-64", "ID-80", "BI-12", "BI-13")
async def test_one_activation_opens_all_organisations_of_a_request(journey):
    desk = await Desk.open(journey)
    row = await journey.approved(an_applicant("Zwart"), kvk=BANK, representative=REPRESENTATIVE_OF_THE_BANK)
    database, other = journey.service.database, row.credentials[0].credential_id
    bank = (await database["credentials"].find_one({"_id": other}))["organisation_id"]
    await database["persons"].update_one({"_id": desk.actor.person_id}, {"$push": {"credential_ids": other}})
    owned = {"person_id": desk.actor.person_id, "status": "active"}
    await database["credentials"].update_one({"_id": other}, {"$set": owned})
    received = await desk.approved(organisation_ids=(desk.actor.organisation_id, bank), years=3)
    first, further = (await journey.service.sent(CredentialRequested))[-2:]
    assert [cost.item for cost in first.costs] == ["credential", "link_fee"]
    assert (first.first_id, first.shared_costs) == (None, ())
    assert (further.costs, further.first_id, further.shared_costs) == ((), first.state.id, first.costs)
    assert (first.paid_by, further.paid_by) == (desk.actor.organisation_id, desk.actor.organisation_id)
    await journey.identify(received.credential_ids[1])
    assert [(await desk.detail(received.credential_ids[0])).required_actions] == [("activation",)]
    await journey.activate(received.credential_ids[0], "berta")
    held = await database["credentials"].find({"_id": {"$in": list(received.credential_ids)}}).to_list()
    assert [one["status"] for one in held] == ["active", "active"]


@pytest.mark.rule("ID-71", "ID-78", "ID-83", "ID-88", "ID-69", "MS-02")
async def test_the_detail_shows_deadline_subscription_and_what_is_still_needed(journey):
    desk = await Desk.open(journey)
    received = await desk.approved(years=3)
    (credential_id,) = received.credential_ids
    detail = await desk.detail(credential_id)
    last = journey.now.date() + timedelta(days=30)
    assert (detail.status, detail.activate_by) == ("waiting_activation", last)
    assert detail.required_actions == ("identification", "activation")
    assert (detail.subscription.years, detail.subscription.agreed_at) == (3, journey.now)
    await journey.service.tick(journey.now + timedelta(days=31))
    journey.later(days=31)
    expired = await desk.detail(credential_id)
    assert (expired.status, expired.activate_by) == ("activation_expired", last)
    assert expired.required_actions == ("new_letter", "identification", "activation")


@pytest.mark.rule("ID-199", "ID-78")
async def test_a_credential_in_use_tells_no_day_to_activate(each_supplier):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    (row,) = await desk.users()
    assert (row.status, row.activate_by) == ("active", None)
    assert (await desk.detail(row.credential_id)).activate_by is None


@pytest.mark.rule("ID-77", "ST-04", "ID-80")
async def test_a_half_finished_activation_changes_nothing_and_only_the_holder_has_the_code(journey):
    desk = await Desk.open(journey)
    received = await desk.approved(level=Level.EH2_PLUS)
    (credential_id,) = received.credential_ids
    await journey.start_activation(await journey.letter_code(credential_id))
    assert (await desk.detail(credential_id)).status == "waiting_activation"
    shown = (await desk.detail(credential_id)).model_dump_json()
    assert await journey.letter_code(credential_id) not in shown


@pytest.mark.rule("ID-56", "NO-09", "MS-02")
@pytest.mark.parametrize("level", [Level.EH2_PLUS, Level.EH3])
async def test_a_letter_goes_to_the_company_below_eh3_whatever_address_was_given(each_supplier, level):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    received = await desk.approved(level=level)
    letter = (await each_supplier.service.sent(SendActivationLetter))[-1]
    assert letter.credential_id == received.credential_ids[0]
    assert (letter.address == ADDRESS) is (level is Level.EH3)
    for name in ("persons", "applications", "identifications"):
        assert "Dorpsstraat" not in str(await each_supplier.service.database[name].find().to_list())
    person = await each_supplier.service.database["persons"].find_one({"credential_ids": received.credential_ids[0]})
    assert person["identification_address"] is None


@pytest.mark.rule("ID-72", "ID-73", "ID-74", "ID-46", "ST-03", "NO-07", "MS-01", "SP-24", "BI-27")
async def test_a_rejection_is_told_to_the_requester_and_leaves_nothing_behind(journey):
    desk = await Desk.open(journey)
    received = await desk.request()
    reject = RejectApplication(
        actor=HANDLER, application_id=received.application_id, reason="Kopie onleesbaar",
        ground=RejectionGround.UNREADABLE,
    )  # fmt: skip
    assert (await journey.send(reject)).model_dump() == {}
    await journey.service.settle()
    (event,) = await journey.service.sent(CredentialRejected)
    assert (event.reason, event.requested_by) == ("Kopie onleesbaar", desk.actor.person_id)
    assert received.credential_ids[0] not in {row.credential_id for row in await desk.users()}
    assert (await desk.detail(received.credential_ids[0])).code == "unknown"
    with pytest.raises(BlobMissingError):
        await journey.service.process.blobs.get(desk.files[0])
    assert (await desk.application(received.application_id)).document.removed
    assert (await desk.request()).application_id
    assert (await journey.submit(an_applicant("Peters"))).code == "already_customer"


@pytest.mark.rule("ID-53", "CF-08")
@pytest.mark.parametrize("ground", [RejectionGround.COVERED_BSN, RejectionGround.COVERED_PHOTO])
async def test_covering_is_no_ground_where_the_supplier_allows_it(each_supplier, ground):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    received = await desk.request()
    reject = RejectApplication(actor=HANDLER, application_id=received.application_id, reason="x", ground=ground)
    outcome = await each_supplier.send(reject)
    assert getattr(outcome, "code", None) == ("no_ground" if each_supplier.profile == "weid" else None)


@pytest.mark.rule("ST-12")
async def test_ending_the_only_credential_of_an_application_cancels_it(journey):
    desk = await Desk.open(journey)
    received = await desk.request()
    await journey.send(EndCredential(actor=desk.actor, credential_id=received.credential_ids[0], confirmed=True))
    await journey.service.settle()
    assert await journey.queue() == ()
    assert (await desk.application(received.application_id)).status == "cancelled"
    assert (await desk.approve(received)).code == "wrong_status"
    with pytest.raises(BlobMissingError):
        await journey.service.process.blobs.get(desk.files[0])


@pytest.mark.security("S21")
async def test_a_credential_of_another_organisation_is_as_unknown(journey):
    desk = await Desk.open(journey)
    row = await journey.approved(an_applicant("Zwart"), kvk=BANK, representative=REPRESENTATIVE_OF_THE_BANK)
    theirs = await desk.detail(row.credentials[0].credential_id)
    assert theirs == await desk.detail(uuid4()) == Refusal(code="unknown")


@pytest.mark.rule("ID-40")
async def test_nobody_requests_above_the_own_level(journey):
    desk = await Desk.open(journey, an_applicant(level=Level.EH2_PLUS))
    assert await desk.request() == Refusal(code="above_own_level", details={"level": "EH2+"})
    assert (await desk.request(level=Level.EH2_PLUS, role=Role.ADMINISTRATOR)).application_id
