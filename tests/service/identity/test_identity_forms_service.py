"""Change forms: the supplier's list, submitting with and without a session, handling and refusing (ID.13, ST-84)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.actor import ANYONE, StaffRole
from contracts.identity import (
    CompanyDataEntry,
    CredentialEnded,
    EndOrganisation,
    GetFormAttachment,
    LegalRepresentative,
    ListFormTypes,
    OrganisationChanged,
    OrganisationEnded,
    PersonName,
    RefuseForm,
)
from contracts.notifications import SendFormOutcome
from services.identity.handlers.forms import bsn_place
from tests.service.identity.journey import HANDLER, KVK, staff_actor
from tests.service.identity.offices import (
    BY_HAND,
    CARRIED_OUT,
    FILE,
    REGISTER,
    SINGLE,
    code,
    forms,
    handle,
    logged_in_at,
    organisation_of,
    signer,
    stored_organisation,
    submit,
    submit_open,
)

BOTH = {
    "activation_letter": "ID-163", "otp_device": "ID-164", "other_changes": "ID-165", "owner_bsn": "ID-168",
    "company_data": "ID-169", "kvk_number": "ID-170", "remove_branch_number": "ID-171", "module_ev_mv": "ID-172",
}  # fmt: skip
ONLY = {
    "zlogin": {"end_credential", "end_agreement", "end_issued_chain"},
    "weid": {"own_mobile"},
}
SOLE = "00000101"
BSN = "123456782"


@pytest.mark.rule(
    "ID-162", "ID-163", "ID-164", "ID-165", "ID-166", "ID-167", "ID-168", "ID-169", "ID-170", "ID-171", "ID-172",
    "CF-19", "ID-10",
)  # fmt: skip
async def test_the_supplier_lists_its_forms_and_to_a_visitor_those_without_a_session(each_supplier):
    _, (administrator, _) = await logged_in_at(each_supplier, SINGLE)
    listed = (await each_supplier.service.query(ListFormTypes(actor=administrator))).rows
    assert {*BOTH} | ONLY[each_supplier.profile] == {row.code for row in listed}
    visitor = (await each_supplier.service.query(ListFormTypes(actor=ANYONE))).rows
    assert "remove_branch_number" in {row.code for row in visitor}
    assert all(row.without_session for row in visitor)
    assert len(visitor) < len(listed)


@pytest.mark.rule("ID-176", "ID-166", "ID-167", "CF-19", "CF-20")
async def test_a_form_that_the_supplier_does_not_list_is_refused(each_supplier):
    _, (administrator, user) = await logged_in_at(each_supplier, SINGLE)
    for form in sorted(ONLY["zlogin"] | ONLY["weid"]):
        outcome = await submit(each_supplier, administrator, form)
        expected = "invalid_form" if form in ONLY[each_supplier.profile] else "form_not_offered"
        assert outcome.code == expected, form
    assert code(await submit(each_supplier, user, "company_data", change="x")) == "not_allowed"
    assert code(await submit(each_supplier, administrator, "no_such_form")) == "form_not_offered"
    assert await forms(each_supplier) == ()


@pytest.mark.rule("ID-169", "ID-02", "ID-177", "ST-84", "SP-37")
@pytest.mark.security("S37")
async def test_company_data_change_only_when_the_back_office_handles_the_form(each_supplier):
    _, (administrator, user) = await logged_in_at(each_supplier, SINGLE)
    before = await organisation_of(each_supplier, administrator)
    sent = await submit(each_supplier, administrator, "company_data", change="Wij zijn verhuisd naar Delft.")
    assert await organisation_of(each_supplier, administrator) == before
    (queued,) = await forms(each_supplier)
    assert "Delft" not in str(await each_supplier.service.database["forms"].find_one())
    assert (queued.form_id, queued.kvk_number, queued.values) == (
        sent.form_id, SINGLE, {"change": "Wij zijn verhuisd naar Delft."},
    )  # fmt: skip
    assert [row.form_id for row in await forms(each_supplier, administrator)] == [sent.form_id]
    entered = CompanyDataEntry(address="Oude Delft 1\n2611 AA Delft", phone="+31152121212")
    assert (await handle(each_supplier, sent.form_id, company=None)).code == "invalid_form"
    for actor in (administrator, user, staff_actor(StaffRole.AUDITOR)):
        assert (await handle(each_supplier, sent.form_id, actor, company=entered)).code == "not_allowed"
    assert await organisation_of(each_supplier, administrator) == before
    assert await handle(each_supplier, sent.form_id, company=entered) == CARRIED_OUT
    after = await organisation_of(each_supplier, administrator)
    assert (after.address, after.phone, after.name) == (entered.address, entered.phone, before.name)
    assert len(await each_supplier.service.sent(OrganisationChanged)) == 1
    assert (await handle(each_supplier, sent.form_id, company=entered)).code == "wrong_status"
    assert (await handle(each_supplier, uuid4())).code == "unknown"
    assert await forms(each_supplier) == ()
    assert [row.form_id for row in await forms(each_supplier, status="handled")] == [sent.form_id]


@pytest.mark.rule("ST-84", "ID-177")
async def test_a_refused_form_keeps_its_reason_and_changes_nothing(journey):
    _, (administrator, _) = await logged_in_at(journey, SINGLE)
    before = await organisation_of(journey, administrator)
    sent = await submit(journey, administrator, "kvk_number", new_kvk_number=KVK)
    refuse = RefuseForm(actor=HANDLER, form_id=sent.form_id, reason="Geen bewijs bijgevoegd.")
    assert (await journey.send(refuse.model_copy(update={"actor": administrator}))).code == "not_allowed"
    assert (await journey.send(refuse)).model_dump() == {}
    (row,) = await forms(journey, administrator, "refused")
    assert row.reason == "Geen bewijs bijgevoegd."
    assert (await journey.send(refuse)).code == "wrong_status"
    assert (await handle(journey, sent.form_id)).code == "wrong_status"
    assert await organisation_of(journey, administrator) == before


@pytest.mark.rule("ID-170", "ID-04", "SP-45")
async def test_the_kvk_number_changes_by_form_to_a_company_that_the_register_knows(journey):
    _, (administrator, _) = await logged_in_at(journey, SINGLE)
    outage = await submit(journey, administrator, "kvk_number", new_kvk_number="90004973")
    assert (await handle(journey, outage.form_id)).code == "register_unavailable"
    unknown = await submit(journey, administrator, "kvk_number", new_kvk_number="99999999")
    assert (await handle(journey, unknown.form_id)).code == "company_unknown"
    bad = await submit(journey, administrator, "kvk_number", new_kvk_number="1234567")
    assert (bad.code, bad.details) == ("invalid_form", {"field": "new_kvk_number"})
    await journey.submit(kvk=KVK)
    taken = await submit(journey, administrator, "kvk_number", new_kvk_number=KVK)
    assert (await handle(journey, taken.form_id)).code == "already_customer"
    own = await submit(journey, administrator, "kvk_number", new_kvk_number=SINGLE)
    assert (await handle(journey, own.form_id)).code == "already_customer"
    again = await journey.submit(kvk=SINGLE, representative=await signer(SINGLE))
    assert again.code == "already_customer"  # the number stays the organisation's
    assert (await organisation_of(journey, administrator)).kvk_number == SINGLE
    good = await submit(journey, administrator, "kvk_number", new_kvk_number="00000104")
    assert await handle(journey, good.form_id) == CARRIED_OUT
    seen, company = await organisation_of(journey, administrator), await REGISTER.company("00000104")
    assert (seen.kvk_number, seen.name) == ("00000104", company.name)
    assert seen.address.splitlines() == str(company.address).split(", ")
    freed = await journey.submit(kvk=SINGLE, representative=await signer(SINGLE))
    assert hasattr(freed, "application_id")


@pytest.mark.rule("ID-10", "ID-171", "ID-09", "SP-37", "ST-30")
async def test_without_an_administrator_the_branch_number_goes_by_a_form_with_proof(each_supplier):
    _, (administrator, _) = await logged_in_at(each_supplier, SINGLE, branch=True)
    branch = (await organisation_of(each_supplier, administrator)).branch_number
    values = {"kvk_number": SINGLE, "branch_number": branch}
    stranger = LegalRepresentative(name=PersonName(initials="X.", surname="Vreemd"), birth_date=date(1980, 1, 1))
    kind = "remove_branch_number"
    assert (await submit_open(each_supplier, kind, SINGLE, stranger, **values)).code == "not_legal_representative"
    right = await signer(SINGLE)
    other = await submit_open(each_supplier, kind, KVK, await signer(KVK), **values)
    assert (other.code, other.details) == ("invalid_form", {"field": "kvk_number"})
    assert (await submit_open(each_supplier, "company_data", SINGLE, right, change="x")).code == "form_not_offered"
    signed_in = await submit_open(each_supplier, kind, SINGLE, right, administrator, **values)
    assert signed_in.code == "not_allowed"
    sent = await submit_open(each_supplier, kind, SINGLE, right, **values)
    (row,) = await forms(each_supplier)
    assert (row.organisation_id, row.representative, row.has_attachment) == (
        administrator.organisation_id, right.name.full, True,
    )  # fmt: skip
    assert (await organisation_of(each_supplier, administrator)).branch_number == branch
    attachment = GetFormAttachment(actor=HANDLER, form_id=sent.form_id)
    assert (await each_supplier.service.query(attachment)).blob == FILE
    foreign = attachment.model_copy(update={"actor": administrator})
    assert (await each_supplier.service.query(foreign)).code == "not_allowed"
    assert await handle(each_supplier, sent.form_id) == CARRIED_OUT
    assert (await organisation_of(each_supplier, administrator)).branch_number is None


@pytest.mark.security("S40")
async def test_a_field_that_a_form_does_not_have_is_not_named_but_those_that_it_has(journey):
    _, (administrator, _) = await logged_in_at(journey, SOLE)
    refused = await submit(journey, administrator, "owner_bsn", owner="A. Jansen", bsn=BSN, canary_81="x")
    assert (refused.code, refused.details) == ("invalid_form", {"field": "values", "allowed": "owner"})
    assert await forms(journey) == ()


@pytest.mark.rule("ID-168", "ID-16")
async def test_the_bsn_of_a_sole_proprietor_is_registered_encrypted_and_never_shown(journey):
    _, (administrator, _) = await logged_in_at(journey, SOLE)
    assert (await submit(journey, administrator, "owner_bsn", owner="A. Jansen")).code == "invalid_form"
    assert (await submit(journey, administrator, "owner_bsn", owner="A. Jansen", bsn="123456789")).details == {
        "field": "bsn"
    }
    in_clear = await submit(journey, administrator, "company_data", change="x", owner_bsn=BSN)
    assert (in_clear.code, in_clear.details["field"]) == ("invalid_form", "values")
    sent = await submit(journey, administrator, "owner_bsn", owner="A. Jansen", bsn=BSN)
    (row,) = await forms(journey)
    assert (row.has_bsn, row.values) == (True, {"owner": "A. Jansen"})
    kept = await journey.service.database["forms"].find_one({"_id": sent.form_id})
    assert BSN not in str(kept)
    assert await handle(journey, sent.form_id) == CARRIED_OUT
    organisation = await stored_organisation(journey, administrator.organisation_id)
    place = bsn_place(organisation.id)
    assert journey.service.process.fields.decrypt(organisation.owner_bsn, place) == BSN
    (row,) = await forms(journey, status="handled")
    assert not row.has_bsn
    everything = [str(view) async for view in journey.service.database["audit"].find()]
    everything += [str(message) for message in await journey.service.sent()]
    everything.append(str(await organisation_of(journey, administrator)))
    assert everything
    assert not any(BSN in text for text in everything)


@pytest.mark.rule("ID-168")
async def test_only_a_sole_proprietorship_has_an_owner_with_a_bsn(journey):
    _, (administrator, _) = await logged_in_at(journey, SINGLE)
    sent = await submit(journey, administrator, "owner_bsn", owner="A. Jansen", bsn=BSN)
    assert (await handle(journey, sent.form_id)).code == "no_sole_proprietor"
    assert (await stored_organisation(journey, administrator.organisation_id)).owner_bsn is None


@pytest.mark.rule("ID-167", "ST-29", "ID-177", "SP-27")
@pytest.mark.parametrize("days", [-1, 3])
async def test_handling_the_form_ends_the_company_on_its_date_with_everything_of_it(journey, days):
    row, (administrator, _) = await logged_in_at(journey, SINGLE)
    last_day = (journey.now + timedelta(days=days)).date()
    sent = await submit(journey, administrator, "end_agreement", end_date=last_day.isoformat())
    assert await journey.service.sent(OrganisationEnded) == []
    early = EndOrganisation(actor=administrator, organisation_id=administrator.organisation_id)
    assert (await journey.send(early)).code == "not_allowed"
    assert await handle(journey, sent.form_id) == CARRIED_OUT
    if days > 0:
        assert await journey.service.sent(OrganisationEnded) == []
        assert (await organisation_of(journey, administrator)).ends_on == last_day
        await journey.service.tick(journey.now + timedelta(days=days + 1))
    (event,) = await journey.service.sent(OrganisationEnded)
    assert (event.state.id, event.state.active) == (administrator.organisation_id, False)
    ended = {over.state.id for over in await journey.service.sent(CredentialEnded)}
    assert ended == {view.credential_id for view in row.credentials}
    assert code(await organisation_of(journey, administrator)) == "not_allowed"
    assert hasattr(await journey.submit(kvk=SINGLE, representative=await signer(SINGLE)), "application_id")


@pytest.mark.rule("ID-165", "ID-172", "SP-36")
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("other_changes", {"person": "B. Bakker", "change": "Andere achternaam"}),
        ("module_ev_mv", {"change": "Van EV naar MV"}),
        ("end_issued_chain", {"kvk_number": "00000104", "end_date": "2027-01-01"}),
    ],
)
async def test_what_the_module_does_not_hold_is_done_by_hand_and_the_answer_says_so(journey, kind, values):
    _, (administrator, _) = await logged_in_at(journey, SINGLE)
    before = await organisation_of(journey, administrator)
    sent = await submit(journey, administrator, kind, **values)
    told = len(await journey.service.sent())
    assert await handle(journey, sent.form_id, note="Gedaan.") == BY_HAND
    (row,) = await forms(journey, administrator, "handled")
    assert (row.code, row.values, row.reason, row.by_hand) == (kind, values, "Gedaan.", True)
    assert await organisation_of(journey, administrator) == before
    (mail,) = (await journey.service.sent())[told:]
    assert isinstance(mail, SendFormOutcome)


@pytest.mark.rule("ID-10", "SP-37")
async def test_the_signed_form_stays_and_one_of_a_refused_form_goes(journey):
    blobs = journey.service.process.blobs
    signed, other = [await blobs.put(b"%PDF-1.7", "application/pdf", name) for name in ("signed.pdf", "other.pdf")]
    values = {"kvk_number": SINGLE, "branch_number": "000037178598"}
    right, stranger = await signer(SINGLE), await signer(KVK)
    kind = "remove_branch_number"
    assert hasattr(await submit_open(journey, kind, SINGLE, right, attachment=signed, **values), "form_id")
    assert hasattr(await submit_open(journey, kind, SINGLE, stranger, attachment=other, **values), "code")
    await journey.service.settle()
    files = journey.service.process.client[f"{journey.service.process.settings.deployment}_blobs"]["blobs"]
    expiring = await files.find({"expires_at": {"$exists": True}}).to_list()
    assert [file["name"] for file in expiring] == ["other.pdf"]
