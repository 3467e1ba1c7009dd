"""Adding an organisation: the steps, the contract by post, the days until it is removed (ID.9, SM 4)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from contracts.actor import StaffRole
from contracts.identity import (
    AdditionAccepted,
    AdditionRefused,
    AdditionReminded,
    AdditionRemoved,
    AdditionSubmitted,
    CredentialActivated,
    GetContract,
    LegalRepresentative,
    OrganisationRegistered,
    PersonName,
    RefuseContract,
    RemoveAddition,
    SwitchOrganisation,
)
from contracts.message import BlobReference
from contracts.notifications import DocumentMade, DocumentState, Purpose
from contracts.values import Level, local_date
from tests.service.identity.journey import HANDLER, an_applicant, identity_settings, running, staff_actor
from tests.service.identity.offices import (
    REGISTER,
    SEVERAL,
    SINGLE,
    TOGETHER,
    accept,
    accept_by_two,
    add,
    additions,
    choices,
    code,
    logged_in_at,
    signer,
    signers,
)

OTHER = "00000104"
CONTRACT = BlobReference(id=uuid4(), sha256="cd" * 32, size=9, media_type="application/pdf", name="contract.pdf")


@pytest_asyncio.fixture(loop_scope="session")
async def weid(mongo):
    async for found in running(identity_settings(mongo, profile="weid")):
        yield found


async def contract_made(journey, addition_id):
    state = DocumentState(id=uuid4(), subject_id=addition_id, purpose=Purpose.CONTRACT, blob=CONTRACT)
    await journey.service.hear(DocumentMade(state=state))


@pytest.mark.rule("ID-114", "CF-16", "GW-15")
async def test_only_an_administrator_adds_and_only_where_the_supplier_offers_it(each_supplier):
    _, (administrator, user) = await logged_in_at(each_supplier, SINGLE)
    assert code(await add(each_supplier, user, OTHER)) == "not_allowed"
    outcome = await add(each_supplier, administrator, OTHER)
    assert code(outcome) == {"zlogin": "not_offered", "weid": None}[each_supplier.profile]


@pytest.mark.rule("ID-115", "ID-116", "ID-117", "ID-118", "ID-119", "ID-121", "SP-32", "ID-15", "SP-45")
async def test_each_step_is_asked(weid):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    stranger = LegalRepresentative(
        name=PersonName(initials="X.", surname="Vreemd"), birth_date=(await signer(OTHER)).birth_date
    )
    right = await signer(OTHER)
    for expected, kvk, more in (
        ("company_unknown", "99999999", {"representative": right}),
        ("register_unavailable", "90004973", {"representative": right}),
        ("company_inactive", "96354429", {"representative": right}),
        ("company_unknown", OTHER, {"branch_number": "999999999999"}),
        ("above_own_level", OTHER, {"level": Level.EH4}),
        ("own_data_unchecked", OTHER, {"own_data_checked": False}),
        ("not_legal_representative", OTHER, {"representative": stranger}),
        ("consent_missing", OTHER, {"terms_accepted": False}),
        ("consent_missing", OTHER, {"authority_declared": False}),
        ("already_added", SINGLE, {}),
    ):
        assert code(await add(weid, administrator, kvk, **more)) == expected, (expected, more)
    assert await additions(weid) == ()
    assert await weid.service.sent(AdditionSubmitted) == []


@pytest.mark.rule("ID-118")
async def test_a_company_whose_representatives_sign_together_is_added_with_all_of_them(weid):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    first, second = await signers(TOGETHER)
    alone = await add(weid, administrator, TOGETHER, representative=first)
    assert (alone.code, alone.details) == ("not_legal_representative", {"authority": "joint"})
    both = await add(weid, administrator, TOGETHER, representative=first, co_representatives=(second,))
    assert both.addition_id
    (event,) = await weid.service.sent(AdditionSubmitted)
    assert (event.state.representative, event.state.co_representatives) == (first.name, (second.name,))


@pytest.mark.rule("ID-120", "ID-122", "ID-123", "ID-124", "ST-25", "ST-26", "GW-04", "GW-01", "SP-31")
@pytest.mark.parametrize("years", [None, 3])
async def test_an_added_organisation_is_usable_once_its_contract_came_by_post_and_was_accepted(weid, years):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    company = await REGISTER.company(OTHER)
    asked_at = weid.now
    received = await add(weid, administrator, OTHER, **({"years": years} if years else {}))
    (event,) = await weid.service.sent(AdditionSubmitted)
    assert (event.state.years, event.state.name) == (years or 1, company.name)
    (row,) = await additions(weid, administrator)
    assert (row.addition_id, row.years, row.contract_ready) == (received.addition_id, years or 1, False)
    asked = GetContract(actor=administrator, addition_id=received.addition_id)
    assert (await weid.service.query(asked)).code == "contract_not_ready"
    await contract_made(weid, received.addition_id)
    assert (await weid.service.query(asked)).blob == CONTRACT
    assert set(await choices(weid, administrator)) == {SINGLE}
    assert code(await add(weid, administrator, OTHER)) == "already_added"

    for channel in ("email", "upload"):
        assert (await accept(weid, received.addition_id, channel=channel)).code == "only_by_post"
    assert (await accept(weid, received.addition_id, signed=False)).code == "not_signed"
    tomorrow = local_date(weid.now) + timedelta(days=1)
    assert (await accept(weid, received.addition_id, day=tomorrow)).code == "received_later"
    yesterday = local_date(weid.now) - timedelta(days=1)
    assert (await accept(weid, received.addition_id, day=yesterday)).code == "received_earlier"
    for actor in (administrator, staff_actor(StaffRole.AUDITOR)):
        assert (await accept(weid, received.addition_id, actor)).code == "not_allowed"
    assert set(await choices(weid, administrator)) == {SINGLE}
    assert (await accept_by_two(weid, received.addition_id)).model_dump() == {}
    chosen = (await choices(weid, administrator))[OTHER]
    assert (chosen.name, chosen.role, chosen.level) == (company.name, "administrator", Level.EH3)
    registered = [event.state.kvk_number for event in await weid.service.sent(OrganisationRegistered)]
    assert registered == [SINGLE, OTHER]
    linked = [event.state for event in await weid.service.sent(CredentialActivated)][-1]
    assert (linked.organisation_id, linked.person_id) == (chosen.organisation_id, administrator.person_id)
    (accepted,) = await weid.service.sent(AdditionAccepted)
    assert accepted.state.submitted_at == event.state.submitted_at == asked_at
    switch = SwitchOrganisation(
        actor=administrator, session_id=administrator.session_id, organisation_id=chosen.organisation_id
    )
    assert hasattr(await weid.send(switch), "access_token")
    assert (await accept(weid, received.addition_id)).code == "wrong_status"
    assert [row.addition_id for row in await additions(weid, status="accepted")] == [received.addition_id]


@pytest.mark.rule("ST-27", "SP-31")
async def test_a_refused_contract_ends_the_addition_with_a_reason_and_frees_the_number(weid):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    received = await add(weid, administrator, OTHER)
    refuse = RefuseContract(actor=HANDLER, addition_id=received.addition_id, reason="Handtekening ontbreekt.")
    assert (await weid.send(refuse.model_copy(update={"actor": administrator}))).code == "not_allowed"
    assert (await weid.send(refuse)).model_dump() == {}
    (event,) = await weid.service.sent(AdditionRefused)
    assert (event.reason, event.state.status) == ("Handtekening ontbreekt.", "refused")
    assert (await accept(weid, received.addition_id)).code == "wrong_status"
    assert set(await choices(weid, administrator)) == {SINGLE}
    assert hasattr(await add(weid, administrator, OTHER), "addition_id")


@pytest.mark.rule("ST-27", "SP-31")
async def test_without_a_contract_it_is_reminded_of_after_30_days_and_removed_after_90(weid):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    received = await add(weid, administrator, OTHER)
    start = weid.now.replace(hour=0)
    await weid.service.tick(start + timedelta(days=29))
    assert await weid.service.sent(AdditionReminded) == []
    await weid.service.tick(start + timedelta(days=31))
    assert len(await weid.service.sent(AdditionReminded)) == 1
    forged = RemoveAddition(actor=administrator, addition_id=received.addition_id)
    assert (await weid.send(forged)).code == "not_allowed"
    await weid.service.tick(start + timedelta(days=89))
    assert await weid.service.sent(AdditionRemoved) == []
    await weid.service.tick(start + timedelta(days=91))
    (event,) = await weid.service.sent(AdditionRemoved)
    assert event.state.status == "removed"
    assert (await accept(weid, received.addition_id)).code == "wrong_status"
    assert await additions(weid, administrator) == ()


@pytest.mark.rule("SP-33")
async def test_a_company_that_is_a_customer_already_can_be_added_as_a_link(weid):
    customer, _ = await logged_in_at(weid, OTHER, an_applicant("Bos"))
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    received = await add(weid, administrator, OTHER)
    (event,) = await weid.service.sent(AdditionSubmitted)
    assert event.state.customer_id is not None
    assert (await accept_by_two(weid, received.addition_id)).model_dump() == {}
    chosen = (await choices(weid, administrator))[OTHER]
    assert chosen.organisation_id == event.state.customer_id
    assert customer.kvk_number == OTHER
    registered = [event.state.kvk_number for event in await weid.service.sent(OrganisationRegistered)]
    assert registered == [OTHER, SINGLE]


@pytest.mark.rule("ST-26")
async def test_a_number_with_a_waiting_first_application_waits(weid):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    received = await add(weid, administrator, SEVERAL)
    await weid.submit(kvk=SEVERAL, representative=await signer(SEVERAL))
    assert (await accept_by_two(weid, received.addition_id)).code == "already_requested"
    assert [row.addition_id for row in await additions(weid)] == [received.addition_id]


@pytest.mark.rule("GW-07")
async def test_nobody_reads_the_additions_of_another_person(weid):
    _, (administrator, _) = await logged_in_at(weid, SINGLE)
    _, (stranger,) = await logged_in_at(weid, "00000107", an_applicant("Bos"))
    received = await add(weid, administrator, OTHER)
    await contract_made(weid, received.addition_id)
    assert await additions(weid, stranger) == ()
    foreign = GetContract(actor=stranger, addition_id=received.addition_id)
    assert (await weid.service.query(foreign)).code == "unknown"
