"""What a link brings besides a level: identity data that were asked, marks, a term (ID.8, SP-19)."""

from datetime import date, timedelta

import pytest

from contracts.identity import GetCredential, LinkPerson, LinkTo, SecondFactor, SubscriptionTerm
from contracts.message import Refusal
from contracts.values import Level, Role
from tests.service.identity.journey import BANK, MOBILE, an_applicant
from tests.service.identity.organisations import Office, offices, reaches
from tests.service.identity.requesting import Desk

IDENTITY_DATA_MISSING = Refusal(code="identity_data_missing")


async def linked(office, actor, credential, organisation, role=Role.USER):
    """Ask for a link and let it be processed; returns the refusal of the first step that is refused."""
    to = (LinkTo(organisation_id=organisation.id, role=role),)
    received = await office.journey.send(LinkPerson(actor=actor, credential_id=credential.id, to=to, agreed=True))
    return received if isinstance(received, Refusal) else await office.processed(received.mutation_id)


async def credential_at(office, organisation, person_id):
    (found,) = [held for held in await office.held_at(organisation) if held.person_id == person_id]
    return found


@pytest.mark.rule("ID-43", "ID-44", "ID-103")
async def test_who_never_gave_identity_data_is_linked_as_user_and_not_as_administrator(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, level=Level.EH2, factor=None)
    assert await linked(office, actor, user, there, Role.ADMINISTRATOR) == IDENTITY_DATA_MISSING
    assert (await office.holder(user)).mutation_id is None
    assert (await linked(office, actor, user, there)).status == "processed"
    assert await reaches(journey, user) == {here.id: ("user", "EH2"), there.id: ("user", "EH2")}


@pytest.mark.rule("ID-128", "ID-129", "ID-44")
async def test_a_role_is_no_sign_that_identity_data_were_given(journey):
    office, (here,), actor = await offices(journey)
    user = await office.user(here, level=Level.EH2, factor=None, role=Role.ADMINISTRATOR)
    document = {"type": "passport", "expires_on": date(2030, 1, 1), "issuing_country": "NL"}
    asked = {"level": Level.EH2_PLUS, "second_factor": SecondFactor.SMS, "mobile": MOBILE}
    assert await office.upgrade(actor, user, **asked) == IDENTITY_DATA_MISSING
    received = await office.upgrade(actor, user, **asked, document=document)
    assert (await office.processed(received.mutation_id)).status == "processed"


@pytest.mark.rule("ID-44", "ID-128", "ID-129")
async def test_data_that_were_given_stay_known_whatever_the_level_is_now(journey):
    lowest = an_applicant("Peters", Level.EH2, factor=None)
    row, office = await journey.approved(an_applicant(), lowest, identified=True), Office(journey)
    held = await office.credential(row.credentials[1].credential_id)
    await journey.activate(held.id, "peters")
    here, there = await office.of(held), await office.organisation(BANK)
    actor, _ = await office.administrator(here, there)
    await office.change(held, role=Role.USER)
    document = {"type": "passport", "expires_on": date(2030, 1, 1), "issuing_country": "NL"}
    refused = await office.upgrade(actor, held, level=Level.EH2_PLUS, document=document)
    assert (refused.code, refused.details) == ("data_fixed", {"field": "document"})
    assert (await linked(office, actor, held, there, Role.ADMINISTRATOR)).status == "processed"


@pytest.mark.rule("ID-88", "BI-14", "BI-22", "BI-25", "ID-151")
async def test_a_link_has_the_term_of_its_credential_and_was_agreed_to_when_it_was_asked(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, years=3, contract_from=date(2026, 1, 1))
    asked_at = journey.now
    assert (await linked(office, actor, user, there)).status == "processed"
    held = await credential_at(office, there, user.person_id)
    at_there = actor.model_copy(update={"organisation_id": there.id})
    detail = await journey.service.query(GetCredential(actor=at_there, credential_id=held.id))
    assert detail.subscription == SubscriptionTerm(years=3, agreed_at=asked_at)
    assert held.contract_from == date(2026, 1, 1)


@pytest.mark.rule("SP-19")
@pytest.mark.parametrize(
    "other", [{"surname": "Anders", "email": "anders@company.example"}, {"document": {"number": "OTHER1"}}]
)
async def test_who_was_linked_is_not_requested_there_anew(journey, other):
    desk, office = await Desk.open(journey), Office(journey)
    there = await office.organisation(BANK)
    (credential_id,) = (await desk.approved(level=Level.EH2_PLUS)).credential_ids
    await journey.activate(credential_id, "bakker")
    held = await office.credential(credential_id)
    both, (_, mine) = await office.administrator(await office.of(held), there)
    assert (await linked(office, both, held, there)).status == "processed"
    at_there = Desk(journey, both.model_copy(update={"organisation_id": mine.organisation_id}))
    known = {"number": "NRBakker"} | other.get("document", {})
    again = await at_there.request(level=Level.EH2_PLUS, **{**other, "document": known})
    assert again == Refusal(code="already_requested")
    assert (await at_there.request(level=Level.EH2_PLUS, surname="Visser", email="v@x.example")).credential_ids


@pytest.mark.rule("SP-19", "SP-18")
async def test_a_line_is_not_processed_where_the_person_came_to_be_meanwhile(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here)
    to = (LinkTo(organisation_id=there.id, role=Role.ADMINISTRATOR),)
    received = await journey.send(LinkPerson(actor=actor, credential_id=user.id, to=to, agreed=True))
    await office.also_at(user, there)
    assert (await office.processed(received.mutation_id)).code == "already_linked"
    assert await reaches(journey, user) == {here.id: ("user", "EH3"), there.id: ("user", "EH3")}


@pytest.mark.rule("SP-19", "ID-128")
async def test_the_document_of_an_upgrade_makes_its_holder_known_again(journey):
    desk, office = await Desk.open(journey), Office(journey)
    (credential_id,) = (await desk.approved(level=Level.EH2, second_factor=None)).credential_ids
    await journey.activate(credential_id, "bakker")
    held = await office.credential(credential_id)
    document = {"type": "passport", "expires_on": journey.now.date() + timedelta(days=400), "issuing_country": "NL"}
    factor = {"second_factor": SecondFactor.SMS, "mobile": None}
    other = {"surname": "Anders", "email": "anders@company.example"}
    upgrade = await office.upgrade(desk.actor, held, level=Level.EH2_PLUS, document=document, **factor)
    assert (await office.processed(upgrade.mutation_id)).status == "processed"
    for number in ("NP12345", "NRBakker"):
        again = await desk.request(level=Level.EH2_PLUS, **other, document={"number": number})
        assert again == Refusal(code="already_requested")
