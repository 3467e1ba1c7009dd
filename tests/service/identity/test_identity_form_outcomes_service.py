"""Who has submitted a change form hears what became of it (ST-84, SP-37)."""

import pytest

from contracts.actor import ANYONE
from contracts.identity import ChangeLanguage, CompanyDataEntry, RefuseForm
from contracts.notifications import SendFormOutcome
from contracts.values import Language
from profiles.model import load_profile
from tests.service.identity.device_orders import stocked
from tests.service.identity.journey import HANDLER, REVIEWER
from tests.service.identity.offices import (
    AWAITS_SECOND,
    CARRIED_OUT,
    SINGLE,
    handle,
    logged_in_at,
    organisation_of,
    signer,
    submit,
    submit_open,
)

REASON = "Geen bewijs bijgevoegd."


async def told(journey):
    """The mails, with whom they go to and what they say."""
    return [
        (mail.email, mail.name, mail.language, mail.title.nl, mail.status.value, mail.reason)
        for mail in await journey.service.sent(SendFormOutcome)
    ]


async def refuse(journey, form):
    return await journey.send(RefuseForm(actor=HANDLER, form_id=form, reason=REASON))


@pytest.mark.rule("SP-37", "ST-84", "ID-10")
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("status", ["handled", "refused"])
async def test_who_has_no_session_is_told_at_the_address_of_the_form(each_supplier, language, status):
    _, (administrator, _) = await logged_in_at(each_supplier, SINGLE, branch=True)
    branch = (await organisation_of(each_supplier, administrator)).branch_number
    values, right = {"kvk_number": SINGLE, "branch_number": branch}, await signer(SINGLE)
    visitor = ANYONE.model_copy(update={"language": language})
    form = (await submit_open(each_supplier, "remove_branch_number", SINGLE, right, visitor, **values)).form_id
    assert await told(each_supplier) == []
    await (handle(each_supplier, form, note="Intern") if status == "handled" else refuse(each_supplier, form))
    title = load_profile(each_supplier.profile).forms.find("remove_branch_number").title.nl
    reason = REASON if status == "refused" else ""
    assert await told(each_supplier) == [("wv@company.example", right.name.full, language, title, status, reason)]


@pytest.mark.rule("ST-84", "ID-177", "ID-169")
async def test_an_administrator_is_told_at_the_own_address_in_the_own_language(we_id):
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    await we_id.send(ChangeLanguage(actor=administrator, language=Language.EN))
    forms = [(await submit(we_id, administrator, "company_data", change="x")).form_id for _ in range(2)]
    assert (await handle(we_id, forms[0])).code == "invalid_form"
    assert await told(we_id) == []
    assert await handle(we_id, forms[0], company=CompanyDataEntry(name="Nieuw B.V.")) == CARRIED_OUT
    await refuse(we_id, forms[1])
    person = await we_id.service.database["persons"].find_one({"_id": administrator.person_id})
    mails = await told(we_id)
    assert [mail[:3] for mail in mails] == [(person["email"], mails[0][1], Language.EN)] * 2
    assert [mail[4:] for mail in mails] == [("handled", ""), ("refused", REASON)]


@pytest.mark.rule("ST-84", "ID-164")
@pytest.mark.security("S25")
async def test_nobody_is_told_while_a_second_employee_is_awaited(journey):
    row, (administrator, _) = await logged_in_at(journey, SINGLE)
    await stocked(journey, "AB-1001", "AB-1002")  # what they chose with their credentials goes out
    values = {"person": "B. Bakker", "address": "Kade 2\n1000 AA Elders"}
    form = (await submit(journey, administrator, "otp_device", **values)).form_id
    asked = {"credential_id": row.credentials[1].credential_id, "agreed": True}
    assert await handle(journey, form, **asked) == AWAITS_SECOND
    assert await told(journey) == []
    assert await handle(journey, form, REVIEWER, **asked) == CARRIED_OUT
    assert len(await told(journey)) == 1
