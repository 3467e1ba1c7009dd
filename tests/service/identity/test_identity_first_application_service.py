"""The first application of an organisation, up to its activation."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.actor import ANYONE, SYSTEM, Actor, ActorKind, StaffRole
from contracts.identity import (
    ApproveApplication,
    CredentialActivated,
    CredentialApproved,
    CredentialRejected,
    CredentialRequested,
    LegalRepresentative,
    ListApplications,
    OrganisationRegistered,
    PersonName,
    RejectApplication,
    SecondFactor,
)
from contracts.message import Refusal
from contracts.notifications import SendActivationLetter
from contracts.values import Level, Role, end_of_day, local_date
from tests.harness import NOW
from tests.service.identity.journey import HANDLER, KVK, REPRESENTATIVE, REVIEWER, an_applicant, staff_actor


@pytest.mark.rule("ID-13", "ID-70", "ID-71", "ID-79", "ST-01", "ST-02", "ST-05", "ST-24")
async def test_a_representative_applies_the_back_office_approves_and_the_holder_activates(each_supplier):
    journey = each_supplier
    received = await journey.submit()
    (waiting,) = await journey.queue()
    assert waiting.application_id == received.application_id
    assert waiting.organisation_name == "Van den Berg Administratie Maatschap"
    (view,) = waiting.credentials
    assert view.status == "waiting_approval"

    await journey.approve(received.application_id)
    letter, opened = await journey.newest(SendActivationLetter)
    assert letter.activate_by == end_of_day(local_date(NOW) + timedelta(days=30))
    assert "\n" in letter.address
    assert len(opened("code").replace("-", "")) == 16

    assert (await journey.identify(view.credential_id)).model_dump() == {}
    assert await journey.activate(view.credential_id, "Anna.Jansen") is not None
    events = await journey.service.sent(
        CredentialRequested, CredentialApproved, CredentialActivated, OrganisationRegistered
    )
    assert [type(event).__name__ for event in events] == [
        "CredentialRequested",
        "OrganisationRegistered",
        "CredentialApproved",
        "CredentialActivated",
    ]
    assert events[-1].state.status == "active"
    assert events[1].state.kvk_number == KVK
    assert await journey.queue() == ()


async def test_every_change_is_in_the_audit_trail_of_the_organisation(journey):
    row = await journey.approved()
    credential = await journey.service.database["credentials"].find_one({"_id": row.credentials[0].credential_id})
    entries = await journey.service.database["audit"].find({"collection": "credentials"}).to_list()
    assert {entry["scope"] for entry in entries} == {str(credential["organisation_id"])}
    assert [entry["actor"]["kind"] for entry in entries] == ["anyone", "staff"]


@pytest.mark.rule("ID-15")
@pytest.mark.parametrize(
    "representative",
    [
        LegalRepresentative(name=REPRESENTATIVE.name, birth_date=date(1994, 7, 29)),
        LegalRepresentative(name=PersonName(initials="R.", surname="Berg"), birth_date=REPRESENTATIVE.birth_date),
        LegalRepresentative(
            name=PersonName(initials="X.", infix="van den", surname="Berg"), birth_date=REPRESENTATIVE.birth_date
        ),
    ],
)
async def test_who_may_not_sign_for_the_company_is_refused(journey, representative):
    outcome = await journey.submit(representative=representative)
    assert outcome == Refusal(code="not_legal_representative")
    assert await journey.service.sent() == []


@pytest.mark.rule("ID-15")
async def test_who_signs_together_with_another_applies_together_with_another(journey):
    mulder = LegalRepresentative(name=PersonName(initials="B.A.", surname="Mulder"), birth_date=date(1992, 4, 9))
    haan = LegalRepresentative(name=PersonName(initials="L", infix="de", surname="Haan"), birth_date=date(1984, 7, 4))
    alone = await journey.submit(kvk="00000110", representative=mulder)
    twice = await journey.submit(kvk="00000110", representative=mulder, co_representatives=(mulder,))
    assert alone == twice == Refusal(code="not_legal_representative", details={"authority": "joint"})
    together = await journey.submit(kvk="00000110", representative=mulder, co_representatives=(haan,))
    assert together.application_id


@pytest.mark.rule("SP-45")
@pytest.mark.parametrize(
    ("kvk", "code"),
    [("90004973", "register_unavailable"), ("99999990", "company_unknown"), ("96354429", "company_inactive")],
)
async def test_without_an_active_company_in_the_register_nothing_is_stored(journey, kvk, code):
    outcome = await journey.submit(kvk=kvk)
    assert outcome.code == code
    assert await journey.service.database["applications"].count_documents({}) == 0
    assert await journey.service.database["reservations"].count_documents({}) == 0


@pytest.mark.rule("ID-05")
async def test_a_branch_must_be_one_of_the_company(journey):
    outcome = await journey.submit(branch_number="000000000001")
    assert outcome.code == "company_unknown"


@pytest.mark.rule("ID-13", "ID-12")
async def test_an_application_without_an_administrator_is_refused(journey):
    outcome = await journey.submit(an_applicant(role=Role.USER))
    assert outcome == Refusal(code="no_administrator")


@pytest.mark.rule("ID-35", "ID-20")
async def test_levels_are_those_of_the_supplier(each_supplier):
    user = an_applicant("Peters", level=Level.EH2, role=Role.USER, factor=SecondFactor.SMS)
    outcome = await each_supplier.submit(an_applicant(), user)
    if each_supplier.profile == "weid":
        assert outcome == Refusal(code="level_not_offered", details={"applicant": 1, "level": "EH2", "role": "user"})
    else:
        assert outcome.application_id


@pytest.mark.rule("ID-59")
@pytest.mark.parametrize("mobile", ["", "0612345678", "+4412345678", "+31612"])
async def test_codes_by_sms_need_a_dutch_mobile_number(journey, mobile):
    outcome = await journey.submit(an_applicant(factor=SecondFactor.SMS, mobile=mobile))
    assert outcome == Refusal(code="invalid_mobile", details={"applicant": 0})


@pytest.mark.rule("SP-19")
async def test_the_same_person_twice_is_refused(journey):
    outcome = await journey.submit(an_applicant(), an_applicant(role=Role.USER))
    assert outcome == Refusal(code="already_requested")


async def test_a_number_has_one_customer_at_most(journey):
    first = await journey.submit()
    assert (await journey.submit(an_applicant("Peters"))).code == "already_customer"
    await journey.approve(first.application_id)
    assert (await journey.submit(an_applicant("Peters"))).code == "already_customer"


@pytest.mark.rule("ID-72", "ID-74", "ID-75", "ST-03")
async def test_a_rejected_application_is_gone_and_hinders_nobody(journey):
    received = await journey.submit()
    reject = RejectApplication(actor=HANDLER, application_id=received.application_id, reason="Onleesbare kopie")
    assert (await journey.send(reject)).model_dump() == {}
    (event,) = await journey.service.sent(CredentialRejected)
    assert (event.reason, event.state.status) == ("Onleesbare kopie", "rejected")
    assert await journey.queue() == ()
    assert await journey.service.database["persons"].count_documents({}) == 0
    assert (await journey.approve(received.application_id)).code == "wrong_status"
    assert (await journey.submit()).application_id


@pytest.mark.rule("ID-70", "SP-128")
@pytest.mark.parametrize(
    "actor",
    [ANYONE, SYSTEM, Actor(kind=ActorKind.PERSON, person_id=uuid4()), staff_actor(StaffRole.AUDITOR)],
    ids=lambda actor: f"{actor.kind}",
)
async def test_only_the_back_office_decides(journey, actor):
    received = await journey.submit()
    assert (await journey.approve(received.application_id, actor)).code == "not_allowed"
    reject = RejectApplication(actor=actor, application_id=received.application_id, reason="x")
    assert (await journey.send(reject)).code == "not_allowed"
    listed = await journey.service.query(ListApplications(actor=actor))
    if StaffRole.AUDITOR in actor.staff_roles:
        assert len(listed.rows) == 1
    else:
        assert listed.code == "not_allowed"


async def test_an_unknown_application_cannot_be_approved(journey):
    assert (await journey.send(ApproveApplication(actor=HANDLER, application_id=uuid4()))).code == "unknown"


@pytest.mark.rule("SP-128")
async def test_two_employees_issue_a_credential_of_eh3(each_supplier):
    journey = each_supplier
    received = await journey.submit()
    (row,) = await journey.queue()
    credential_id = row.credentials[0].credential_id
    await journey.identify(credential_id, REVIEWER)
    assert (await journey.approve(received.application_id, REVIEWER)).code == "four_eyes"
    await journey.approve(received.application_id, HANDLER)
    assert (await journey.identify(credential_id, HANDLER)).code == "four_eyes"


@pytest.mark.rule("ID-54", "ID-56", "ST-01")
async def test_from_eh3_on_an_applicant_says_where_the_identification_is(each_supplier):
    nowhere = [{"identification_address": text} for text in (None, "", "  ")]
    for given in nowhere:
        refused = await each_supplier.submit(an_applicant(), an_applicant("Peters").model_copy(update=given))
        assert (refused.code, refused.details) == ("address_missing", {"applicant": 1})
    lower = an_applicant(level=Level.EH2_PLUS).model_copy(update=nowhere[0])
    assert (await each_supplier.submit(lower)).application_id
