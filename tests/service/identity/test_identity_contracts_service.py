"""What an accepted contract of an added organisation brings, and for whom it is not accepted (ID.9, S25)."""

from datetime import timedelta

import pytest

from contracts.actor import SYSTEM
from contracts.identity import (
    AdditionSubmitted,
    DowngradeCredential,
    EndCredential,
    EndingScheduled,
    EndMoment,
    GetCredential,
    GetEndingOptions,
    LinkPerson,
    LinkTo,
    ListCredentials,
    RecordCompanyEnded,
    SubscriptionTerm,
)
from contracts.message import Refusal
from contracts.values import Level, Role, add_years, local_date
from services.identity.store import CREDENTIALS
from tests.service.identity.journey import REVIEWER, an_applicant
from tests.service.identity.offices import (
    SEVERAL,
    SINGLE,
    accept,
    accept_by_two,
    add,
    additions,
    choices,
    logged_in_at,
    stored_organisation,
)
from tests.service.identity.organisations import Office
from tests.service.identity.requesting import Desk

OTHER = "00000104"


@pytest.mark.rule("SP-128")
@pytest.mark.security("S25")
async def test_two_employees_accept_where_four_eyes_are_asked(we_id):
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    received = await add(we_id, administrator, OTHER)
    assert (await accept(we_id, received.addition_id)).model_dump() == {}
    (row,) = await additions(we_id)
    assert (row.status, row.awaits_second) == ("pending_contract", True)
    assert set(await choices(we_id, administrator)) == {SINGLE}
    assert (await accept(we_id, received.addition_id)).code == "four_eyes"
    assert (await accept(we_id, received.addition_id, REVIEWER)).model_dump() == {}
    assert set(await choices(we_id, administrator)) == {SINGLE, OTHER}
    (row,) = await additions(we_id, status="accepted")
    assert not row.awaits_second
    lower = await add(we_id, administrator, SEVERAL, level=Level.EH2_PLUS)
    assert (await accept(we_id, lower.addition_id)).model_dump() == {}
    assert (await choices(we_id, administrator))[SEVERAL].level == "EH2+"


@pytest.mark.rule("ID-120", "ID-151", "ST-10", "BI-15", "BI-25", "SP-12", "ID-88")
async def test_the_term_that_was_chosen_runs_from_acceptance(we_id):
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    asked_at, received = we_id.now, await add(we_id, administrator, OTHER, years=3)
    we_id.later(days=9)
    assert (await accept_by_two(we_id, received.addition_id)).model_dump() == {}
    there = (await choices(we_id, administrator))[OTHER].organisation_id
    actor = administrator.model_copy(update={"organisation_id": there})
    (row,) = (await we_id.service.query(ListCredentials(actor=actor))).rows
    asked = {"actor": actor, "credential_id": row.credential_id}
    until = add_years(local_date(we_id.now), 3) - timedelta(days=1)
    assert (await we_id.service.query(GetEndingOptions(**asked))).contract_end == until
    assert (await we_id.service.query(GetCredential(**asked))).subscription == SubscriptionTerm(
        years=3, agreed_at=asked_at
    )
    office = Office(we_id)
    colleague, _ = await office.administrator(await stored_organisation(we_id, there))
    lower = DowngradeCredential(actor=colleague, credential_id=row.credential_id, level=Level.EH2_PLUS, agreed=True)
    await office.processed((await we_id.send(lower)).mutation_id)
    (planned,) = await office.reads.many(CREDENTIALS, {"_id": row.credential_id}, [("_id", 1)], 1)
    assert (planned.level, planned.level_until) == (Level.EH3, until)
    at_the_end = EndCredential(**asked, moment=EndMoment.CONTRACT_END, confirmed=True)
    assert (await we_id.send(at_the_end)).model_dump() == {}
    (event,) = await we_id.service.sent(EndingScheduled)
    assert event.state.ends_on == until


@pytest.mark.rule("SP-19", "ST-26")
async def test_who_is_linked_meanwhile_gets_no_second_credential_by_an_addition(we_id):
    await logged_in_at(we_id, OTHER, an_applicant("Bos"))
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    received = await add(we_id, administrator, OTHER)
    office, customer = Office(we_id), (await we_id.service.sent(AdditionSubmitted))[-1].state.customer_id
    both, _ = await office.administrator(
        *[await stored_organisation(we_id, id_) for id_ in (administrator.organisation_id, customer)]
    )
    (mine,) = await office.reads.many(CREDENTIALS, {"person_id": administrator.person_id}, [("_id", 1)], 2)
    to = (LinkTo(organisation_id=customer, role=Role.USER),)
    link = await we_id.send(LinkPerson(actor=both, credential_id=mine.id, to=to, agreed=True))
    assert (await office.processed(link.mutation_id)).status == "processed"
    assert (await accept(we_id, received.addition_id)).code == "already_linked"
    assert (await choices(we_id, administrator))[OTHER].role == "user"


@pytest.mark.rule("SP-19")
async def test_who_added_an_organisation_is_not_requested_there_anew(we_id):
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    await accept_by_two(we_id, (await add(we_id, administrator, OTHER)).addition_id)
    there = (await choices(we_id, administrator))[OTHER].organisation_id
    desk = Desk(we_id, administrator.model_copy(update={"organisation_id": there}), "weid")
    document = {"type": "passport", "number": "FA Jansen jansen@company.example"}
    assert await desk.request(surname="Anders", document=document) == Refusal(code="already_requested")


@pytest.mark.rule("ST-28", "SP-33")
async def test_no_contract_is_accepted_for_a_customer_that_is_suspended(we_id):
    customer, _ = await logged_in_at(we_id, OTHER, an_applicant("Bos"))
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    received = await add(we_id, administrator, OTHER)
    told = {"kvk_number": customer.kvk_number, "signal_id": "s", "told_at": we_id.now}
    await we_id.send(RecordCompanyEnded(actor=SYSTEM, **told))
    assert (await accept(we_id, received.addition_id)).code == "organisation_inactive"
    assert [row.awaits_second for row in await additions(we_id)] == [False]
