"""First applications over HTTP, without a session: uploads by proof, quotations, sealed persons (S26, S32)."""

import json
from uuid import uuid4

import pytest

from contracts.billing import Quotation, QuotationLine, QuotationMade, QuoteApplication, prospect_id
from contracts.identity import (
    ApplicationDetail,
    ApplicationReceived,
    GetApplication,
    SubmitApplication,
)
from contracts.message import Refusal
from tests.gateway.peer import SILENT
from tests.gateway.pictures import PDF, PNG
from tests.gateway.test_gateway_files import a_file
from tests.gateway.test_gateway_routes import opened

COPIES, APPLICATIONS = "/v1/applicant-document-copies", "/v1/applications"
NAME = {"initials": "A", "surname": "Bakker"}
KVK = "69599084"


def applying(*files, **more):
    """The body of an application, each of whose persons has a document with one file."""
    applicant = {
        "name": NAME, "birthDate": "1980-02-29", "email": "a@example.org", "level": "EH3", "role": "administrator",
        "secondFactor": "sms", "mobile": "+31611111111", "identificationAddress": ["Dorpsstraat 1 ", "", "1234 AB U"],
    }  # fmt: skip
    documents = [
        {
            "type": "passport", "number": f"SPECI{index}", "expiresOn": "2030-01-01", "issuingCountry": "NL",
            "files": [{"file": file, "sides": ["front"]}],
        }
        for index, file in enumerate(files)
    ]  # fmt: skip
    applicants = [{**applicant, "document": document} for document in documents]
    return {
        "kvkNumber": KVK, "representative": {"name": NAME, "birthDate": "1980-02-29"}, "years": 3, "agreed": True,
        "quotation": "q", "applicants": applicants or [applicant], **more,
    }  # fmt: skip


async def sent(gate, data=PDF, name="paspoort.pdf", **headers):
    return await gate.client.post(COPIES, files=a_file(data, name), headers=headers)


async def uploaded(gate, *args, **headers):
    answer = await sent(gate, *args, **headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["file"]


@pytest.fixture
def receiving(gate):
    gate.peer.answers[SubmitApplication] = lambda *_: ApplicationReceived(application_id=uuid4())
    return gate


@pytest.mark.rule("ID-44", "ID-54", "ID-58", "ID-62", "ID-63", "ID-138", "ST-01")
async def test_an_application_reaches_identity_with_the_secrets_of_each_person_sealed(receiving):
    gate = receiving
    files = await uploaded(gate), await uploaded(gate, PNG, "pas.png")
    body = applying(*files)
    body["applicants"][1] |= {"mobile": "", "secondFactor": "otp", "credentialType": "belastingdienst"}
    body["applicants"].append({**body["applicants"][1], "document": None, "identificationAddress": []})
    del body["applicants"][2]["document"]
    answer = await gate.client.post(APPLICATIONS, json=body)
    assert answer.status_code == 201, answer.text
    ((envelope, command),) = gate.peer.of(SubmitApplication)
    assert (command.years, command.agreed, command.quotation) == (3, True, "q")

    def clear(name):
        return [
            opened(gate, envelope, getattr(one, name), f"applicants.{n}.{name}")
            for n, one in enumerate(command.applicants)
        ]

    assert clear("mobile") == ["+31611111111", "", ""]
    assert clear("identification_address") == ["Dorpsstraat 1\n1234 AB U", "Dorpsstraat 1\n1234 AB U", ""]
    documents = [one.document for one in command.applicants]
    numbers = [
        opened(gate, envelope, one.number, f"applicants.{n}.document.number") for n, one in enumerate(documents[:2])
    ]
    assert numbers == ["SPECI0", "SPECI1"]
    assert documents[2] is None
    assert [one.files[0].file.media_type for one in documents[:2]] == ["application/pdf", "image/png"]
    assert await gate.gateway.blobs.get(documents[1].files[0].file) == PNG
    assert [one.type for one in command.applicants] == ["regular", "belastingdienst", "belastingdienst"]
    for secret in ("SPECI", "Dorpsstraat", "+316"):
        assert secret not in command.model_dump_json()


@pytest.mark.rule("ID-62", "ID-63", "ST-01")
@pytest.mark.parametrize("change", [{"years": None}, {"years": 2}, {"agreed": "yes"}, {"quotation": ""}])
async def test_term_agreement_and_quotation_are_said(gate, change):
    body = {name: value for name, value in applying(**change).items() if value is not None}
    answer = await gate.client.post(APPLICATIONS, json=body)
    assert answer.status_code == 400, answer.text
    assert gate.peer.of(SubmitApplication) == []


# quotations


@pytest.mark.rule("BI-12", "SP-111", "ST-01")
async def test_a_quotation_is_asked_without_a_session(gate):
    lines = (QuotationLine(item="credential", quantity=1, unit_price=4_500, vat_per_mille=210, per="year"),)
    quotation = Quotation(
        id=uuid4(),
        organisation_id=prospect_id(KVK),
        lines=lines,
        total=4_500,
        vat=945,
        expires_at="2026-11-22T12:00:00Z",
    )
    gate.peer.answers[QuoteApplication] = lambda *_: QuotationMade(quotation=quotation, token="signed")
    credentials = [
        {"level": "EH3", "secondFactor": "otp"},
        {"level": "EH3", "credentialType": "belastingdienst"},
        {"level": "EH2"},
    ]
    body = {"kvkNumber": KVK, "years": 3, "credentials": credentials}
    answer = await gate.client.post("/v1/application-quotations", json=body)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["token"], answer.json()["total"]) == ("signed", 4_500)
    ((_, query),) = gate.peer.of(QuoteApplication)
    asked = [(one.level, one.second_factor, one.type) for one in query.credentials]
    assert asked == [("EH3", "otp", "regular"), ("EH3", None, "belastingdienst"), ("EH2", None, "regular")]
    assert (query.actor.kind, query.kvk_number, query.years) == ("anyone", KVK, 3)
    for wrong in ({"years": 2}, {"kvkNumber": "1"}, {"credentials": []}, {"credentials": credentials * 17}):
        assert (await gate.client.post("/v1/application-quotations", json={**body, **wrong})).status_code == 400


@pytest.mark.rule("SP-111", "ID-63")
@pytest.mark.parametrize(
    ("code", "status"),
    [("quotation_invalid", 400), ("quotation_expired", 409), ("quotation_used", 409), ("agreement_missing", 409)],
)
async def test_an_altered_expired_or_used_quotation_is_told(receiving, code, status):
    receiving.peer.answers[SubmitApplication] = lambda *_: Refusal(code=code)
    answer = await receiving.client.post(APPLICATIONS, json=applying())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_application_that_is_answered_late_is_read_by_its_own_proof(receiving):
    gate = receiving
    file = await uploaded(gate)
    gate.peer.answers[SubmitApplication] = lambda *_: SILENT
    answer = await gate.client.post(APPLICATIONS, json=applying(file))
    assert answer.status_code == 202
    assert (await gate.client.get(answer.headers["location"])).json()["status"] == "pending"
    gate.client.cookies.clear()
    assert (await gate.client.get(answer.headers["location"])).status_code == 404


# the back office


@pytest.mark.rule("ID-45", "SP-24", "ST-01")
async def test_the_back_office_sees_the_document_of_each_person_and_no_reference(gate):
    blob = await gate.gateway.blobs.put(PDF, "application/pdf", "paspoort.pdf")

    def answer(query, envelope):
        sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")

        def row(index):
            number = sealer.seal(
                f"SPECI{index}", to="gateway", message_id=envelope.id, field=f"credentials.{index}.document.number"
            )
            return {
                "credential_id": uuid4(), "organisation_name": "A", "kvk_number": KVK, "level": "EH3", "role": "user",
                "type": "regular", "status": "waiting_approval", "name": NAME, "email": "a@example.org",
                "person": None, "second_factor": "otp", "document": {
                    "type": "passport", "number": number, "expires_on": "2030-01-01", "issuing_country": "NL",
                    "files": [{"file_id": blob.id, "sides": ["front"], "media_type": "application/pdf", "size": 9}],
                    "removed": False, "too_short": False,
                },
            }  # fmt: skip

        return ApplicationDetail.model_validate({
            "application_id": query.application_id, "status": "waiting", "submitted_at": "2026-11-22T12:00:00Z",
            "credentials": [row(0), {**row(1), "document": None}, row(2)],
        })  # fmt: skip

    gate.peer.answers[GetApplication] = answer
    shown = (await gate.client.get(f"{APPLICATIONS}/{uuid4()}", headers=gate.staff())).json()
    numbers = [row["document"] and row["document"]["number"] for row in shown["credentials"]]
    assert numbers == ["SPECI0", None, "SPECI2"]
    assert shown["document"] is None
    assert blob.sha256 not in json.dumps(shown)
