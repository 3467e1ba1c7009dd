"""Organisations, forms and users over HTTP: what a visitor may ask, uploads, files, sealed fields."""

import asyncio
import json
import re
from uuid import uuid4

import pytest

from chassis.sealed import Sealer
from contracts.authorizations import HolderGrantPage, ListHolderGrants
from contracts.identity import (
    AdditionPage,
    AdditionReceived,
    AdditionView,
    AddOrganisation,
    CompanyView,
    CredentialDetail,
    ExportUsers,
    FormHandled,
    FormSubmitted,
    GetCredential,
    HandleForm,
    ListAdditions,
    ListCredentials,
    LookUpCompany,
    PersonName,
    SubmitForm,
    SubmitOpenForm,
    UsersExported,
)
from contracts.message import Refusal, Reply
from contracts.values import local_date
from tests.gateway.conftest import gateway_settings, running
from tests.gateway.peer import SILENT, Peer
from tests.gateway.pictures import PDF
from tests.harness import NOW

COMPANY = CompanyView(
    kvk_number="00000104", name="Kantoor", legal_form="Stichting", address="Kerkstraat 1", branch_count=1, active=True
)
OPEN_FORM = {
    "code": "remove_branch_number", "kvkNumber": "00000104", "email": "wv@company.example",
    "representative": {"name": {"initials": "R.", "surname": "Berg"}, "birthDate": "1980-01-01"},
    "values": [{"name": "kvk_number", "value": "00000104"}, {"name": "branch_number", "value": "000037178598"}],
}  # fmt: skip


@pytest.mark.rule("CH-13")
@pytest.mark.security("S23")
async def test_a_visitor_looks_up_a_few_companies_a_person_many(mongo, kafka):
    settings = gateway_settings(mongo, kafka, rate_lookup=0.25)
    async with running(settings) as (client, _), Peer(settings) as peer:
        peer.answers[LookUpCompany] = lambda *_: COMPANY
        answers = [(await client.get("/v1/companies/00000104")).status_code for _ in range(4)]
        assert answers[0] == 200
        assert answers[-1] == 429


def entered(gate):
    """What the fields of the form hold that identity has got, opened as identity does."""
    envelope, command = gate.peer.heard[-1]
    sealer = Sealer(gate.gateway.settings.sealing_keys, "identity")
    return {
        name: sealer.open(text, message_id=envelope.id, field=f"values.{name}") for name, text in command.values.items()
    }


@pytest.mark.rule("ID-168")
async def test_a_bsn_reaches_identity_sealed_and_apart_from_the_other_fields(gate):
    gate.peer.answers[SubmitForm] = lambda *_: FormSubmitted(form_id=uuid4())
    body = {"code": "owner_bsn", "values": [{"name": "owner", "value": "A. Jansen"}], "bsn": "123456782"}
    answer = await gate.client.post("/v1/forms", json=body, headers=gate.person())
    assert answer.status_code == 201, answer.text
    _, command = gate.peer.heard[-1]
    assert entered(gate) == {"owner": "A. Jansen"}
    assert not {"123456782", "Jansen"} & set(re.findall(r"\w+", command.model_dump_json()))
    assert command.bsn is not None


@pytest.mark.rule("ID-10", "SP-37")
@pytest.mark.security("S26")
async def test_a_form_without_a_session_needs_the_signed_form(gate):
    gate.peer.answers[SubmitOpenForm] = lambda *_: FormSubmitted(form_id=uuid4())
    fields = {"form": json.dumps(OPEN_FORM)}
    sent = await gate.client.post("/v1/open-forms", data=fields, files={"file": ("formulier.pdf", PDF)})
    assert sent.status_code == 201, sent.text
    _, command = gate.peer.heard[-1]
    assert entered(gate) == {"kvk_number": "00000104", "branch_number": "000037178598"}
    assert await gate.gateway.blobs.get(command.attachment) == PDF
    heard = len(gate.peer.heard)
    missing = await gate.client.post("/v1/open-forms", data=fields, files={"other": ("x.pdf", PDF)})
    assert missing.status_code == 400
    disguised = await gate.client.post("/v1/open-forms", data=fields, files={"file": ("formulier.pdf", b"<html>")})
    assert disguised.status_code == 415
    assert len(gate.peer.heard) == heard


@pytest.mark.rule("ST-84", "ID-165", "ID-97")
async def test_what_is_entered_for_a_form_reaches_identity_with_the_number_sealed(gate):
    gate.peer.answers[HandleForm] = lambda *_: FormHandled(awaits_second=True)
    staff, form = gate.staff(), uuid4()
    body = {"credentialId": str(uuid4()), "person": {"role": "administrator", "mobile": "+31687654321"}}
    answer = await gate.client.post(f"/v1/forms/{form}/handlings", json=body, headers=staff)
    assert (answer.status_code, answer.json()) == (200, {"byHand": False, "awaitsSecond": True})
    envelope, command = gate.peer.heard[-1]
    assert (command.form_id, command.person.role, command.person.email) == (form, "administrator", None)
    assert "31687654321" not in command.model_dump_json()
    sealer = Sealer(gate.gateway.settings.sealing_keys, "identity")
    number = sealer.open(command.person.mobile, message_id=envelope.id, field="person.mobile")
    assert number == "+31687654321"
    heard = len(gate.peer.heard)
    for wrong in ({"mobile": "0612345678"}, {"role": "owner"}, {"name": "x"}, {"email": "x"}):
        refused = await gate.client.post(f"/v1/forms/{form}/handlings", json={"person": wrong}, headers=staff)
        assert refused.status_code == 400
    assert len(gate.peer.heard) == heard


@pytest.mark.rule("ID-115")
async def test_an_organisation_is_added_by_either_number(gate):
    gate.peer.answers[AddOrganisation] = lambda *_: AdditionReceived(addition_id=uuid4())
    gate.peer.answers[LookUpCompany] = lambda *_: COMPANY
    body = {
        "level": "EH3", "email": "a@company.example", "ownDataChecked": True, "phone": "+31201234567",
        "representative": OPEN_FORM["representative"], "termsAccepted": True, "authorityDeclared": True,
    }  # fmt: skip
    for number in ({"kvkNumber": "00000104"}, {"branchNumber": "000037178598"}):
        answer = await gate.client.post("/v1/organisation-additions", json={**body, **number}, headers=gate.person())
        assert answer.status_code == 201, answer.text
        assert gate.peer.heard[-1][1].kvk_number == "00000104"
    without = await gate.client.post("/v1/organisation-additions", json=body, headers=gate.person())
    assert without.status_code == 400
    gate.peer.answers[LookUpCompany] = lambda *_: Refusal(code="company_unknown")
    unknown = {**body, "branchNumber": "000037178598"}
    refused = await gate.client.post("/v1/organisation-additions", json=unknown, headers=gate.person())
    assert (refused.status_code, refused.json()["code"]) == (404, "company_unknown")


@pytest.mark.security("S25")
async def test_the_queue_of_contracts_tells_which_wait_for_a_second_employee(gate):
    name = "A. Jansen"
    row = AdditionView(
        addition_id=uuid4(), kvk_number="00000104", branch_number=None, name="Kantoor", level="EH3", years=1,
        administrator=name, representative=name, representative_checked=True, submitted_at=NOW,
        remove_on=local_date(NOW), status="pending_contract", contract_ready=True, awaits_second=True,
    )  # fmt: skip
    gate.peer.answers[ListAdditions] = lambda *_: AdditionPage(rows=(row,))
    answer = await gate.client.get("/v1/organisation-additions", headers=gate.staff())
    assert [shown["awaitsSecond"] for shown in answer.json()["rows"]] == [True]


@pytest.mark.rule("GW-08")
async def test_the_export_of_users_is_a_file_in_one_of_two_formats(gate):
    blob = await gate.gateway.blobs.put(b"ID;Naam\r\n", "text/csv; charset=utf-8", "gebruikers.csv")
    gate.peer.answers[ExportUsers] = lambda *_: UsersExported(blob=blob)
    answer = await gate.client.get("/v1/credentials/exports?format=csv&text=jan&role=user", headers=gate.person())
    assert (answer.status_code, answer.content) == (200, b"ID;Naam\r\n")
    assert answer.headers["content-disposition"].startswith('attachment; filename="gebruikers.csv"')
    _, query = gate.peer.heard[-1]
    assert (query.format, query.text, query.role) == ("csv", "jan", "user")
    other = await gate.client.get("/v1/credentials/exports?format=pdf", headers=gate.person())
    assert other.status_code == 400


@pytest.mark.rule("GW-08")
async def test_an_export_that_takes_longer_than_any_other_question_is_waited_for(gate):
    gate.peer.answers |= {ExportUsers: lambda *_: SILENT, ListCredentials: lambda *_: SILENT}
    export = asyncio.create_task(gate.client.get("/v1/credentials/exports?format=csv", headers=gate.person()))
    ((asked, _),) = await gate.peer.hears(ExportUsers)
    page = await gate.client.get("/v1/credentials", headers=gate.person())
    assert page.status_code == 503, "the service is silent; the export was asked before"
    blob = await gate.gateway.blobs.put(b"ID;Naam\r\n", "text/csv; charset=utf-8", "gebruikers.csv")
    await gate.peer.answer(asked, Reply(result=UsersExported(blob=blob).model_dump(mode="json")))
    assert (await export).content == b"ID;Naam\r\n"


@pytest.mark.rule("ID-199", "ID-200", "ID-76", "ID-78", "ID-69")
async def test_the_detail_opens_the_mobile_number_names_what_is_needed_and_leads_to_the_authorizations(gate):
    person = uuid4()

    def detail(query, envelope):
        sealed = gate.gateway.sealer.seal("+31612345678", to="gateway", message_id=envelope.id, field="mobile")
        return CredentialDetail(
            credential_id=query.credential_id, person_id=person, name=PersonName(initials="A.", surname="Jansen"),
            birth_date="1980-02-29", email="a@company.example", language="nl", mobile=sealed, user_name="jansen",
            role="user", level="EH3", type="regular", status="waiting_activation", second_factor="sms",
            activate_by="2026-12-22", is_self=False, required_actions=("identification", "activation"),
        )  # fmt: skip

    gate.peer.answers[GetCredential] = detail
    gate.peer.answers[ListHolderGrants] = lambda *_: HolderGrantPage()
    credential = uuid4()
    seen = await gate.client.get(f"/v1/credentials/{credential}", headers=gate.person())
    assert (seen.status_code, seen.json()["mobile"], seen.json()["personId"]) == (200, "+31612345678", str(person))
    assert (seen.json()["status"], seen.json()["activateBy"]) == ("waiting_activation", "2026-12-22")
    assert seen.json()["requiredActions"] == ["identification", "activation"]
    grants = await gate.client.get(f"/v1/credentials/{credential}/authorizations", headers=gate.person())
    assert (grants.status_code, grants.json()["rows"]) == (200, [])
    assert gate.peer.heard[-1][1].person_id == person
