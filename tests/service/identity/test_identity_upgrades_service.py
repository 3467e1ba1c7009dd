"""Upgrades on a real MongoDB: what they bring, what they are refused for, when they hold."""

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest

from chassis.blobs import BlobMissingError
from contracts.identity import (
    ConfirmDevice,
    CredentialStatus,
    CredentialUpgraded,
    EnrolDevice,
    GetMutation,
    GetOwnMutation,
    LinkTo,
    ProcessMutation,
    RecordHolderIdentification,
    SecondFactor,
    Side,
    ViewDocument,
)
from contracts.values import Level, Role
from tests.service.identity.journey import GATEWAY, MOBILE
from tests.service.identity.organisations import BELASTINGDIENST, FIRST, SECOND, actor_of, offices, reaches

BANK = "90000102"


@pytest.mark.rule("ID-125", "ID-127", "ID-128", "ID-130", "ID-132", "ID-133", "SP-15", "ST-15", "ST-23")
@pytest.mark.security("S25")
async def test_an_upgrade_holds_once_the_holder_is_identified_and_it_is_processed(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, level=Level.EH2_PLUS)
    journey.later(days=30)
    to = (LinkTo(organisation_id=there.id, role=Role.USER),)
    received = await office.upgrade(actor, user, address="Kade 1, Den Haag", to=to, role=Role.ADMINISTRATOR)
    id_ = received.mutation_id
    (row,) = await office.queue()
    assert (row.required_actions, row.level, row.years) == (("identification",), "EH3", 3)
    message_id = uuid4()
    detail = await journey.service.query(GetMutation(actor=FIRST, mutation_id=id_), id_=message_id)
    address = GATEWAY.open(detail.identification_address, message_id=message_id, field="identification_address")
    assert address == "Kade 1, Den Haag"
    assert (await journey.send(ProcessMutation(actor=FIRST, mutation_id=id_))).code == "action_required"
    assert await reaches(journey, user) == {here.id: ("user", "EH2+")}
    assert (await journey.send(RecordHolderIdentification(actor=FIRST, mutation_id=id_))).model_dump() == {}
    assert (await journey.send(ProcessMutation(actor=FIRST, mutation_id=id_))).code == "four_eyes"
    links_first = ProcessMutation(actor=SECOND, mutation_id=id_, organisation_ids=(there.id,))
    assert (await journey.send(links_first)).code == "wrong_status"
    assert (await journey.send(ProcessMutation(actor=SECOND, mutation_id=id_))).status == "processed"
    assert await reaches(journey, user) == {here.id: ("administrator", "EH3"), there.id: ("user", "EH3")}
    after = await office.now(user)
    assert (after.years, after.contract_from, after.second_factor) == (3, journey.now.date(), SecondFactor.OTP)
    (event,) = await journey.service.sent(CredentialUpgraded)
    assert (event.state.level, event.state.years, event.state.contract_from) == ("EH3", 3, journey.now.date())


@pytest.mark.rule("ID-50", "ID-126", "ID-129", "ID-131", "ID-132", "ID-134", "SP-14", "ST-15", "ST-23", "ID-54")
async def test_what_an_upgrade_is_refused_for(journey):
    office, (here,), actor = await offices(journey)
    user = await office.user(here, level=Level.EH2_PLUS)
    bare = await office.user(here, level=Level.EH2, factor=None)
    (own,) = [one for one in await office.held_at(here) if one.role is Role.ADMINISTRATOR]
    tax = await office.user(here, **BELASTINGDIENST)
    document = {"type": "passport", "expires_on": journey.now.date() + timedelta(days=400), "issuing_country": "NL"}
    front, lost = await office.copy(Side.FRONT), await office.copy()
    await journey.service.process.blobs.delete(lost.file)
    for target, given, code in (
        (own, {"level": Level.EH4}, "own_credential"),
        (user, {"level": Level.EH4}, "above_own_level"),
        (user, {"level": Level.EH2_PLUS}, "wrong_level"),
        (tax, {"level": Level.EH4}, "wrong_level"),
        (user, {}, "address_missing"),
        (user, {"address": "Kade 1", "agreed": False}, "agreement_missing"),
        (user, {"address": "Kade 1", "second_factor": SecondFactor.SMS}, "data_fixed"),
        (user, {"address": "Kade 1", "mobile": MOBILE}, "data_fixed"),
        (user, {"address": "Kade 1", "birth_date": journey.now.date()}, "data_fixed"),
        (user, {"address": "Kade 1", "document": document}, "data_fixed"),
        (bare, {"level": Level.EH2_PLUS}, "identity_data_missing"),
        (bare, {"level": Level.EH2_PLUS, "document": document}, "second_factor_missing"),
        (bare, {"level": Level.EH2_PLUS, "document": document, "second_factor": SecondFactor.SMS}, "invalid_mobile"),
        (bare, {"level": Level.EH2_PLUS, "document": {**document, "expires_on": journey.now.date() - timedelta(1)}},
         "document_expires"),
        (bare, {"level": Level.EH2_PLUS, "document": {**document, "type": "identity_card", "files": (front,)}},
         "document_side_missing"),
        (bare, {"level": Level.EH2_PLUS, "document": {**document, "files": (lost,)}, "second_factor": SecondFactor.OTP},
         "file_missing"),
    ):  # fmt: skip
        outcome = await office.upgrade(actor, target, **given)
        assert outcome.code == code, (given, outcome)
    assert await office.queue() == ()


@pytest.mark.rule("ID-128", "ID-131", "SP-22", "SP-24")
async def test_an_upgrade_from_the_lowest_level_brings_document_and_device(journey):
    office, (here,), actor = await offices(journey)
    user = await office.user(here, level=Level.EH2, factor=None)
    document = {
        "type": "passport", "expires_on": journey.now.date() + timedelta(days=400), "issuing_country": "NL",
        "files": (copy := await office.copy(),),
    }  # fmt: skip
    received = await office.upgrade(
        actor, user, level=Level.EH2_PLUS, document=document, second_factor=SecondFactor.OTP
    )
    id_, holder = received.mutation_id, actor_of(user)
    (own,) = (await journey.service.query(GetOwnMutation(actor=holder))).rows
    assert own.required_actions == ("device",)
    blob = copy.file
    other = await office.user(here, level=Level.EH2, factor=None)
    again = await office.upgrade(actor, other, level=Level.EH2_PLUS, document=document, second_factor=SecondFactor.OTP)
    assert again.code == "file_missing"  # it is another document's
    look = ViewDocument(actor=FIRST, document_id=id_, file_id=blob.id, reason="controle")
    assert (await journey.send(look)).blob == blob
    assert (await journey.send(look.model_copy(update={"actor": actor}))).code == "not_allowed"
    assert (await journey.send(look.model_copy(update={"file_id": id_}))).code == "file_missing"
    (noted,) = await office.database["document_looks"].find().to_list()
    assert (noted["by"], noted["reason"], noted["document_id"]) == (FIRST.person_id, "controle", id_)
    enrol_id = uuid4()
    assert (await journey.send(EnrolDevice(actor=actor, mutation_id=id_))).code == "unknown"
    enrolled = await journey.send(EnrolDevice(actor=holder, mutation_id=id_), enrol_id)
    totp = pyotp.parse_uri(GATEWAY.open(enrolled.otp_uri, message_id=enrol_id, field="otp_uri"))
    wrong = await office.sealed(ConfirmDevice, "code", "000000", actor=holder, mutation_id=id_)
    assert wrong.code == "wrong_code"
    right = await office.sealed(ConfirmDevice, "code", totp.at(journey.now), actor=holder, mutation_id=id_)
    assert right.model_dump() == {}
    assert (await office.processed(id_)).status == "processed"
    assert ((await office.now(user)).level, (await office.account(user)).second_factor) == ("EH2+", SecondFactor.OTP)
    assert set(await reaches(journey, user)) == {here.id}
    await journey.service.tick(journey.now + timedelta(days=29))
    assert await journey.service.process.blobs.get(blob)
    await journey.service.tick(journey.now + timedelta(days=30))
    with pytest.raises(BlobMissingError):
        await journey.service.process.blobs.get(blob)
    (kept,) = await office.database["identity_documents"].find().to_list()
    assert (kept["_id"], kept["copies"], kept["type"]) == (id_, [], "passport")


@pytest.mark.rule("ID-131", "ID-59")
async def test_an_upgrade_with_codes_by_sms_brings_the_number(journey):
    office, (here,), actor = await offices(journey)
    user = await office.user(here, level=Level.EH2, factor=None)
    document = {"type": "passport", "expires_on": journey.now.date() + timedelta(days=400), "issuing_country": "NL"}
    received = await office.upgrade(
        actor, user, level=Level.EH2_PLUS, second_factor=SecondFactor.SMS, mobile=MOBILE, document=document
    )
    assert (await office.processed(received.mutation_id)).status == "processed"
    fields, holder = journey.service.process.fields, await office.holder(user)
    assert fields.decrypt(holder.mobile, f"persons:{holder.id}:mobile") == MOBILE
    assert (await office.account(user)).second_factor is SecondFactor.SMS


@pytest.mark.rule("ST-23", "SP-25", "ID-158")
async def test_an_upgrade_that_takes_the_last_administrators_role_is_refused_when_processed(journey):
    office, (here,), actor = await offices(journey)
    low = await office.person((here, {"role": Role.ADMINISTRATOR}), level=Level.EH2_PLUS)
    received = await office.upgrade(actor, low[0], address="Kade 1", role=Role.USER)
    (own,) = [one for one in await office.held_at(here) if one.level == "EH3"]
    await office.change(own, status=CredentialStatus.ENDED)
    await journey.send(RecordHolderIdentification(actor=FIRST, mutation_id=received.mutation_id))
    outcome = await journey.send(ProcessMutation(actor=SECOND, mutation_id=received.mutation_id))
    assert outcome.code == "last_administrator"
    assert (await office.now(low[0])).role == "administrator"
