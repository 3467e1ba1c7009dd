"""Requests for a Belastingdienst credential by the fully authorised person, without a session (ID.11, SP-34)."""

import pytest

from contracts.identity import CredentialType, EndCredential, LegalRepresentative, PersonName, RejectApplication
from contracts.values import Level, Role
from tests.service.identity.journey import HANDLER, KVK, REPRESENTATIVE, an_applicant
from tests.service.identity.requesting import Desk


def personal(representative=REPRESENTATIVE, **more):
    """An applicant who is the representative in person."""
    given = {
        "name": representative.name, "birth_date": representative.birth_date, "role": Role.USER,
        "type": CredentialType.BELASTINGDIENST, **more,
    }  # fmt: skip
    return an_applicant().model_copy(update=given)


@pytest.mark.rule("ID-136", "ID-137", "ID-138", "SP-34")
async def test_a_customer_adds_one_by_its_fully_authorised_person(each_supplier):
    journey = each_supplier
    desk = await Desk.open(journey, profile=journey.profile)
    received = await journey.submit(personal())
    assert (await journey.submit(personal())).code == "belastingdienst_taken"
    (new,) = [row for row in await desk.users() if row.status == "waiting_approval"]
    assert (await desk.detail(new.credential_id)).type == "belastingdienst"
    reject = RejectApplication(actor=HANDLER, application_id=received.application_id, reason="x")
    assert (await journey.send(reject)).model_dump() == {}
    second = await journey.submit(personal())
    await journey.approve(second.application_id)
    (waiting,) = [row for row in await desk.users() if row.status == "waiting_activation"]
    assert (await journey.submit(personal())).code == "belastingdienst_taken"
    await journey.send(EndCredential(actor=desk.actor, credential_id=waiting.credential_id, confirmed=True))
    assert (await journey.submit(personal())).application_id


@pytest.mark.rule("ID-136", "ID-140", "ID-33", "CF-23")
@pytest.mark.parametrize("more", [{"level": Level.EH2_PLUS}, {"level": Level.EH4}, {"role": Role.ADMINISTRATOR}])
async def test_it_is_of_eh3_and_for_a_user(each_supplier, more):
    assert (await each_supplier.submit(an_applicant(), personal(**more))).code == "belastingdienst_rules"


@pytest.mark.rule("ID-138", "SP-34")
async def test_nobody_asks_for_another_or_without_full_authority(journey):
    for_another = an_applicant("Peters", role=Role.USER).model_copy(update={"type": CredentialType.BELASTINGDIENST})
    assert (await journey.submit(an_applicant(), for_another)).code == "belastingdienst_personal"
    mulder = LegalRepresentative(name=PersonName(initials="B.A.", surname="Mulder"), birth_date="1992-04-09")
    haan = LegalRepresentative(name=PersonName(initials="L", infix="de", surname="Haan"), birth_date="1984-07-04")
    jointly = await journey.submit(
        an_applicant(), personal(mulder), kvk="00000110", representative=mulder, co_representatives=(haan,)
    )
    assert jointly.code == "belastingdienst_personal"


@pytest.mark.rule("ID-13", "ID-137")
async def test_with_a_first_application_it_comes_beside_an_administrator_and_once(journey):
    assert (await journey.submit(personal())).code == "no_administrator"
    assert (await journey.submit(an_applicant(), personal(), personal())).code == "belastingdienst_taken"
    assert (await journey.submit(an_applicant(), personal(), kvk=KVK)).application_id
