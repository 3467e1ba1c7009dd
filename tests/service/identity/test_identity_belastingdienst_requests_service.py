"""Requests for a Belastingdienst credential by the fully authorised person, without a session (ID.11, SP-34)."""

from uuid import uuid4

import pytest

from contracts.identity import (
    ConvertCredential,
    CredentialType,
    EndCredential,
    HandleForm,
    LegalRepresentative,
    PersonName,
    RejectApplication,
)
from contracts.values import Level, Role
from tests.service.identity.accounts import at_once
from tests.service.identity.journey import HANDLER, KVK, REPRESENTATIVE, an_applicant
from tests.service.identity.offices import CARRIED_OUT, handle, signer, submit
from tests.service.identity.organisations import Office
from tests.service.identity.requesting import Desk

NEW = "00000104"


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


@pytest.mark.rule("ID-137", "ID-170")
async def test_a_new_kvk_number_takes_the_one_credential_along(journey):
    desk = await Desk.open(journey, an_applicant())
    await journey.submit(personal())
    (held,) = [row for row in await desk.users() if row.status == "waiting_approval"]
    form = await submit(journey, desk.actor, "kvk_number", new_kvk_number=NEW)
    assert await handle(journey, form.form_id) == CARRIED_OUT
    representative = await signer(NEW)
    asked = {"kvk": NEW, "representative": representative}
    assert (await journey.submit(personal(representative), **asked)).code == "belastingdienst_taken"
    fresh = await journey.submit(an_applicant(), personal())
    assert fresh.application_id, "the old number is another company's from now on, its credential too"
    await journey.send(EndCredential(actor=desk.actor, credential_id=held.credential_id, confirmed=True))
    assert (await journey.submit(personal(representative), **asked)).application_id


@pytest.mark.rule("ID-137", "ID-170")
async def test_a_place_that_is_taken_while_the_number_changes_is_at_the_new_one(we_id):
    office = Office(we_id)
    for _ in range(5):
        organisation = await office.organisation(KVK)
        actor, _ = await office.administrator(organisation)
        user = await office.representative(organisation)
        form = await submit(we_id, actor, "kvk_number", new_kvk_number=NEW)
        convert = ConvertCredential(
            actor=actor, credential_id=user.id, to_type=CredentialType.BELASTINGDIENST, years=1, consent=True
        )
        made = [(uuid4(), convert), (uuid4(), HandleForm(actor=HANDLER, form_id=form.form_id))]
        received, handled = await at_once(we_id, made)
        assert (bool(received.mutation_id), handled) == (True, CARRIED_OUT)
        places = await we_id.service.database["reservations"].find({"owner": user.id}).to_list()
        assert [place["_id"] for place in places] == [f"belastingdienst:{NEW}"]
        assert (await we_id.send(EndCredential(actor=actor, credential_id=user.id, confirmed=True))).model_dump() == {}
        assert await we_id.service.database["reservations"].count_documents({"owner": user.id}) == 0
        await we_id.service.database["reservations"].delete_many({})
        await we_id.service.database["organisations"].delete_many({})
