"""Changes in treatment on a real MongoDB: links and upgrades, their lock, their lines and their second employee."""

from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest

from chassis.blobs import BlobMissingError
from contracts.actor import StaffRole
from contracts.identity import (
    ConfirmDevice,
    CredentialLinked,
    CredentialStatus,
    CredentialUpgraded,
    EndCredential,
    EnrolDevice,
    GetMutation,
    GetOwnMutation,
    GetProfile,
    LinkPerson,
    LinkTo,
    MutationCancelled,
    MutationRefused,
    MutationSubmitted,
    ProcessMutation,
    RecordHolderIdentification,
    RefuseMutation,
    SecondFactor,
    Side,
    ViewDocument,
)
from contracts.message import Refusal
from contracts.values import Level, Role
from tests.service.identity.journey import GATEWAY, KVK, MOBILE, staff_actor
from tests.service.identity.organisations import BELASTINGDIENST, FIRST, SECOND, Office, actor_of

BANK, THIRD = "90000102", "90004760"


def a_link(actor, credential, *targets, agreed=True, role=Role.USER):
    to = tuple(LinkTo(organisation_id=target.id, role=role) for target in targets)
    return LinkPerson(actor=actor, credential_id=credential.id, to=to, agreed=agreed)


async def offices(journey, *numbers, level=Level.EH3):
    """Organisations with one administrator of them all."""
    office = Office(journey)
    found = [await office.organisation(number) for number in (KVK, *numbers)]
    actor, _ = await office.administrator(*found, level=level)
    return office, found, actor


async def reaches(journey, credential):
    profile = await journey.service.query(GetProfile(actor=actor_of(credential)))
    return {choice.organisation_id: (choice.role, choice.level) for choice in profile.organisations}


@pytest.mark.rule("ID-103", "ID-106", "ID-107", "ID-108", "ID-110", "ID-111", "ID-112", "ID-113", "ID-26")
@pytest.mark.rule("ST-14", "ST-18")
@pytest.mark.security("S25")
async def test_a_link_is_in_force_once_two_employees_have_processed_it(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here)
    received = await journey.send(a_link(actor, user, there, role=Role.ADMINISTRATOR))
    (row,) = await office.queue()
    assert (row.mutation_id, row.kind, row.required_actions) == (received.mutation_id, "link", ())
    assert (await office.overview(actor))[user.id].change_pending
    assert set(await reaches(journey, user)) == {here.id}
    first = await journey.send(ProcessMutation(actor=FIRST, mutation_id=row.mutation_id))
    assert (first.status, first.awaits_second) == ("submitted", True)
    again = await journey.send(ProcessMutation(actor=FIRST, mutation_id=row.mutation_id))
    assert again.code == "four_eyes"
    assert set(await reaches(journey, user)) == {here.id}
    done = await journey.send(ProcessMutation(actor=SECOND, mutation_id=row.mutation_id))
    assert (done.status, done.awaits_second) == ("processed", False)
    assert await reaches(journey, user) == {here.id: ("user", "EH3"), there.id: ("administrator", "EH3")}
    (linked,) = await journey.service.sent(CredentialLinked)
    assert (linked.state.email, linked.state.level, linked.state.status) == (user.email, "EH3", "active")
    assert linked.state.organisation_id == there.id
    assert not (await office.overview(actor))[user.id].change_pending
    assert await office.queue() == ()
    late = await journey.send(ProcessMutation(actor=SECOND, mutation_id=row.mutation_id))
    assert late.code == "wrong_status"


@pytest.mark.rule("ID-104", "ID-105", "ID-109", "ID-137", "ID-66", "SP-19")
async def test_a_link_asks_for_the_own_organisations_the_own_level_and_agreement(journey):
    office, (here, there, low), actor = await offices(journey, BANK, THIRD, level=Level.EH2_PLUS)
    user, high = await office.user(here, level=Level.EH2_PLUS), await office.user(here)
    foreign = await office.organisation("90001354")
    member = await office.organisation("90000749")
    tax = await office.user(here, **BELASTINGDIENST)
    both, _ = await office.person((here, {}), (there, {}), level=Level.EH2_PLUS)
    for command, code in (
        (a_link(actor, high, there), "above_own_level"),
        (a_link(actor, user, foreign), "not_allowed"),
        (a_link(actor, user, member), "not_allowed"),
        (a_link(actor, user, there, agreed=False), "agreement_missing"),
        (a_link(actor, both, there), "already_linked"),
        (a_link(actor, user, there, there), "already_linked"),
        (a_link(actor, user, here), "already_linked"),
        (a_link(actor, tax, there), "role_not_possible"),
        (a_link(actor_of(user), user, there), "not_allowed"),
        (a_link(actor.model_copy(update={"organisation_id": low.id}), user, there), "unknown"),
    ):
        assert (await journey.send(command)).code == code
    await office.change(user, status=CredentialStatus.ENDING_SCHEDULED)
    assert (await journey.send(a_link(actor, user, there))).code == "wrong_status"
    assert await office.queue() == ()
    assert await journey.service.sent(MutationSubmitted) == []


@pytest.mark.rule("SP-18", "SP-17", "ST-19", "ID-112")
async def test_lines_are_decided_one_by_one_and_the_lock_ends_with_the_last(journey):
    office, (here, there, third), actor = await offices(journey, BANK, THIRD)
    user = await office.user(here, level=Level.EH2_PLUS)
    id_ = (await journey.send(a_link(actor, user, there, third))).mutation_id
    assert (await office.processed(id_, there.id)).status == "submitted"
    assert set(await reaches(journey, user)) == {here.id, there.id}
    assert (await office.holder(user)).mutation_id == id_
    refuse = RefuseMutation(actor=FIRST, mutation_id=id_, organisation_ids=(third.id,), reason="geen contract")
    assert (await journey.send(refuse)).status == "processed"
    (event,) = await journey.service.sent(MutationRefused)
    assert (event.reason, [line.reason for line in event.state.lines]) == ("geen contract", [None, "geen contract"])
    assert set(await reaches(journey, user)) == {here.id, there.id}
    assert (await office.holder(user)).mutation_id is None
    assert (await journey.send(refuse)).code == "wrong_status"
    foreign = ProcessMutation(actor=FIRST, mutation_id=id_, organisation_ids=(uuid4(),))
    assert (await journey.send(foreign)).code == "unknown"


@pytest.mark.rule("SP-17", "ST-19", "ID-70", "ID-130")
async def test_a_refused_change_leaves_everything_as_it_was(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, level=Level.EH2_PLUS)
    to = (LinkTo(organisation_id=there.id, role=Role.USER),)
    id_ = (await office.upgrade(actor, user, address="Kade 1", to=to)).mutation_id
    for stranger in (actor, staff_actor(StaffRole.AUDITOR)):
        assert (await journey.send(RefuseMutation(actor=stranger, mutation_id=id_, reason="x"))).code == "not_allowed"
        assert (await journey.send(ProcessMutation(actor=stranger, mutation_id=id_))).code == "not_allowed"
    refuse = RefuseMutation(actor=FIRST, mutation_id=id_, organisation_ids=(here.id,), reason="kopie onleesbaar")
    assert (await journey.send(refuse)).status == "refused"
    assert (await office.now(user)).level == "EH2+"
    assert set(await reaches(journey, user)) == {here.id}
    assert (await office.holder(user)).mutation_id is None
    assert await journey.service.sent(CredentialUpgraded, CredentialLinked) == []


@pytest.mark.rule("ID-125", "ID-127", "ID-128", "ID-130", "ID-132", "ID-133", "SP-15", "ST-15", "ST-23", "SP-112")
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
    await office.change(user, role=Role.ADMINISTRATOR)  # identity data were asked of an administrator (ID-44)
    received = await office.upgrade(
        actor, user, level=Level.EH2_PLUS, second_factor=SecondFactor.SMS, mobile=MOBILE, role=Role.USER
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


@pytest.mark.rule("SP-16")
async def test_ending_cancels_the_pending_change(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here)
    id_ = (await journey.send(a_link(actor, user, there))).mutation_id
    await journey.send(EndCredential(actor=actor, credential_id=user.id, confirmed=True))
    (event,) = await journey.service.sent(MutationCancelled)
    assert (event.state.id, event.state.status) == (id_, "cancelled")
    assert (await office.holder(user)).mutation_id is None
    assert (await journey.send(ProcessMutation(actor=FIRST, mutation_id=id_))) == Refusal(code="wrong_status")


@pytest.mark.rule("SP-18", "ID-113")
async def test_nobody_is_linked_to_an_organisation_that_is_no_customer_any_more(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, level=Level.EH2_PLUS)
    id_ = (await journey.send(a_link(actor, user, there))).mutation_id
    await office.database["organisations"].update_one({"_id": there.id}, {"$set": {"active": False}})
    assert (await office.processed(id_)).code == "wrong_status"
    assert (await journey.send(RefuseMutation(actor=FIRST, mutation_id=id_, reason="gestopt"))).status == "refused"
