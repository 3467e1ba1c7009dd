"""Company data, settings, the branch number, and what the trade register tells (ID.1, GW.4, SM 4)."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.actor import ANYONE, SYSTEM, StaffRole
from contracts.identity import (
    ExportUsers,
    GetSettings,
    GetSupplier,
    LookUpCompany,
    OrganisationChanged,
    OrganisationResumed,
    OrganisationSuspended,
    RecordCompanyEnded,
    RemoveBranchNumber,
    ResumeOrganisation,
    SessionEnded,
)
from contracts.values import Language
from tests.service.identity.journey import HANDLER, KVK, actor_of, an_applicant, staff_actor
from tests.service.identity.offices import (
    REGISTER,
    SEVERAL,
    SINGLE,
    code,
    logged_in_at,
    organisation_of,
    signer,
)


@pytest.mark.rule("ID-01", "ID-02", "CF-43", "ID-14")
async def test_an_administrator_reads_the_company_data_and_can_change_none_of_them(each_supplier):
    company = await REGISTER.company(KVK)
    others = (an_applicant("Peters"), an_applicant("Bos"))
    received = await each_supplier.submit(*others, representative=await signer(KVK), phone="+31201234567")
    await each_supplier.approve(received.application_id)
    (row,) = await each_supplier.queue("approved")
    await each_supplier.identify(row.credentials[0].credential_id)
    seed = await each_supplier.activate(row.credentials[0].credential_id, "peters")
    each_supplier.later(minutes=1)
    access, _ = await each_supplier.log_in("peters", seed)
    seen = await organisation_of(each_supplier, actor_of(access))
    assert (seen.name, seen.kvk_number, seen.rsin) == (company.name, KVK, company.rsin)
    assert seen.address == str(company.address).replace(", ", "\n")
    assert seen.phone == "+31201234567"
    assert seen.editable_fields == ()
    assert seen.branch_removal == "nothing_to_remove"


@pytest.mark.rule("GW-15", "GW-16", "CF-15")
async def test_settings_are_for_administrators_and_hold_what_the_supplier_has(each_supplier):
    _, (administrator, user) = await logged_in_at(each_supplier, SINGLE)
    seen = await each_supplier.service.query(GetSettings(actor=administrator))
    assert (seen.sections, seen.sender_defaults, seen.self_add) == {
        "zlogin": (("general", "invoicing"), True, False),
        "weid": (("general", "invoicing", "organisations"), False, True),
    }[each_supplier.profile]
    for query in (GetSettings(actor=user), ExportUsers(actor=user, format="csv"), GetSettings(actor=ANYONE)):
        assert code(await each_supplier.service.query(query)) == "not_allowed"
    assert code(await organisation_of(each_supplier, user)) == "not_allowed"


@pytest.mark.rule("GW-17", "GW-18", "GW-19", "GW-23", "GW-26", "CF-28", "CF-49")
async def test_the_supplier_has_its_own_login_page_help_and_languages(each_supplier):
    seen = await each_supplier.service.query(GetSupplier(actor=ANYONE))
    assert (seen.login_url, seen.login_entry.nl, seen.support_url, seen.languages) == {
        "zlogin": ("https://zlogin.example/inloggen", "Beheermodule", "https://zlogin.example/support", (Language.NL,)),
        "weid": (
            "https://we-id.example/inloggen",
            seen.login_entry.nl,
            "https://we-id.example/support",
            (Language.NL, Language.EN),
        ),
    }[each_supplier.profile]
    assert seen.recovery_path == "/v1/recoveries"
    assert set(seen.invitation_languages) == {Language.NL, Language.EN}


@pytest.mark.rule("ID-07", "ID-08", "ID-11", "ID-04", "ST-30", "CF-18")
async def test_an_administrator_removes_the_branch_number_of_a_company_with_one_branch(each_supplier):
    row, (administrator, user) = await logged_in_at(each_supplier, SINGLE, branch=True)
    before = await organisation_of(each_supplier, administrator)
    assert before.branch_number is not None
    assert before.branch_removal == "self_service"
    own = administrator.organisation_id
    assert code(await each_supplier.send(RemoveBranchNumber(actor=user, organisation_id=own))) == "not_allowed"
    foreign = RemoveBranchNumber(actor=administrator, organisation_id=uuid4())
    assert code(await each_supplier.send(foreign)) == "unknown"
    assert (await organisation_of(each_supplier, administrator)).branch_number is not None
    outcome = await each_supplier.send(RemoveBranchNumber(actor=administrator, organisation_id=own))
    assert outcome.model_dump() == {}
    after = await organisation_of(each_supplier, administrator)
    assert (after.branch_number, after.kvk_number) == (None, row.kvk_number)
    (event,) = await each_supplier.service.sent(OrganisationChanged)
    assert (event.state.branch_number, event.state.active) == (None, True)
    again = await each_supplier.send(RemoveBranchNumber(actor=administrator, organisation_id=own))
    assert again.code == "no_branch_number"


@pytest.mark.rule("ID-09", "CF-18", "SP-45")
async def test_several_branches_go_by_form_and_an_unreachable_register_leaves_all_as_it_was(each_supplier):
    _, (administrator, _) = await logged_in_at(each_supplier, SEVERAL, branch=True)
    command = RemoveBranchNumber(actor=administrator, organisation_id=administrator.organisation_id)
    refused = await each_supplier.send(command)
    assert (refused.code, refused.details) == ("several_branches", {"form": "remove_branch_number"})
    seen = await organisation_of(each_supplier, administrator)
    assert (seen.branch_removal, seen.branch_number is None) == ("form", False)
    organisations = each_supplier.service.database["organisations"]
    await organisations.update_one({"_id": administrator.organisation_id}, {"$set": {"kvk_number": "90004973"}})
    assert (await each_supplier.send(command)).code == "register_unavailable"
    assert (await organisation_of(each_supplier, administrator)).branch_removal == "register_unavailable"
    assert await each_supplier.service.sent(OrganisationChanged) == []


@pytest.mark.rule("SP-45")
async def test_a_signal_that_a_company_ended_suspends_it_until_the_back_office_resumes_it(journey):
    _, (administrator, user) = await logged_in_at(journey, SINGLE)
    signal = RecordCompanyEnded(
        actor=SYSTEM, kvk_number=SINGLE, signal_id="s-1", told_at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    forged = signal.model_copy(update={"actor": administrator})
    assert (await journey.send(forged)).code == "not_allowed"
    assert (await journey.send(signal)).model_dump() == {}
    (event,) = await journey.service.sent(OrganisationSuspended)
    assert (event.state.kvk_number, event.state.active, event.state.suspended) == (SINGLE, False, True)
    assert {over.state.person_id for over in await journey.service.sent(SessionEnded)} == {
        administrator.person_id, user.person_id,
    }  # fmt: skip
    assert code(await organisation_of(journey, administrator)) == "not_allowed"
    assert (await journey.start_login(f"user0.{SINGLE}")).code == "not_allowed"
    other = signal.model_copy(update={"kvk_number": KVK})
    assert (await journey.send(other)).model_dump() == {}
    assert len(await journey.service.sent(OrganisationSuspended)) == 1

    resume = ResumeOrganisation(actor=HANDLER, organisation_id=administrator.organisation_id, reason="vergissing")
    auditor = replace_actor(resume, staff_actor(StaffRole.AUDITOR))
    assert (await journey.send(auditor)).code == "not_allowed"
    assert (await journey.send(resume)).model_dump() == {}
    assert (await journey.send(resume)).code == "wrong_status"
    (back,) = await journey.service.sent(OrganisationResumed)
    assert (back.state.active, back.state.suspended) == (True, False)
    assert (await organisation_of(journey, administrator)).kvk_number == SINGLE


def replace_actor(command, actor):
    return command.model_copy(update={"actor": actor})


@pytest.mark.rule("CH-13", "ID-115")
async def test_a_visitor_looks_a_company_up_by_either_number_and_sees_public_data_only(journey):
    company = await REGISTER.company(SEVERAL)
    branch = company.branches[1].branch_number
    by_branch = await journey.service.query(LookUpCompany(actor=ANYONE, branch_number=branch))
    by_number = await journey.service.query(LookUpCompany(actor=ANYONE, kvk_number=SEVERAL))
    assert by_branch == by_number
    assert (by_number.name, by_number.branch_count, by_number.rsin) == (company.name, company.branch_count, None)
    unknown = LookUpCompany(actor=ANYONE, branch_number="999999999999")
    assert (await journey.service.query(unknown)).code == "company_unknown"
    outage = LookUpCompany(actor=ANYONE, kvk_number="90004973")
    assert (await journey.service.query(outage)).code == "register_unavailable"
