"""Uploads and downloads: types, sizes, names; encrypted in the blob store (S26, S27)."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.authorizations import CatalogueImported, ImportCatalogue
from contracts.chain import (
    ExportChainAuthorizations,
    ExportReady,
    Imported,
    ImportPreview,
    ImportRelations,
    InvitationView,
    ListReceivedAgreements,
    PreviewImport,
    ReadInvitation,
    ReceivedAgreement,
    ReceivedAgreementPage,
    ReturnAgreement,
)
from contracts.identity import CompanyView, LookUpCompany
from contracts.message import BlobReference, Done, Refusal
from contracts.values import Language
from tests.gateway.pictures import JPEG, MARK, PDF, PNG, padded
from tests.gateway.test_gateway_input import headers_for
from tests.gateway.test_gateway_matrix import filled

TOKEN = "t" * 43
AGREEMENT = f"/v1/invitations/{TOKEN}/agreement"
WORKBOOK = Path(__file__).parents[1] / "files/relations-500.xlsx"


def an_archive():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("evil.txt", "x")
    return kept.getvalue()


def an_invitation(**more):
    return InvitationView(
        chain_authorization_id=uuid4(), status="sent", relation={"kvk_number": "69599084", "name": "Relatie"},
        intermediary_name="Kantoor", sender={"name": "Anna", "email": "anna@example.org"}, scope={"general": True},
        years=5, end=None, language=Language.NL, answer_by=date(2027, 2, 22), **{"agreement": None, **more},
    )  # fmt: skip


@pytest.fixture
def invited(gate):
    invitation = an_invitation()
    gate.peer.answers[ReadInvitation] = lambda *_: invitation
    gate.peer.answers[ReturnAgreement] = lambda *_: Done()
    return invitation


def a_file(data, name, media_type="application/octet-stream"):
    return {"file": (name, data, media_type)}


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [(PDF, "getekend.pdf", "application/pdf"), (PNG, "scan.PNG", "image/png"), (JPEG, "foto.jpeg", "image/jpeg")],
)
async def test_a_signed_agreement_reaches_chain_as_a_reference(gate, invited, data, name, media_type):
    answer = await gate.client.post(AGREEMENT, files=a_file(data, name))
    assert answer.status_code == 204, answer.text
    ((envelope, command),) = gate.peer.of(ReturnAgreement)
    assert command.chain_authorization_id == invited.chain_authorization_id
    assert (command.agreement.media_type, command.agreement.size) == (media_type, len(data))
    assert await gate.gateway.blobs.get(command.agreement) == data
    sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "chain")
    assert sealer.open(command.token, message_id=envelope.id, field="token") == TOKEN


async def test_a_file_lies_in_the_store_encrypted_only(gate, invited):
    await gate.client.post(AGREEMENT, files=a_file(PDF, "getekend.pdf"))
    ((_, command),) = gate.peer.of(ReturnAgreement)
    chunks = gate.gateway.client.get_database(f"{gate.deployment}_blobs")["blob_chunks"]
    kept = [chunk async for chunk in chunks.find({})]
    assert command.agreement.size == len(PDF)
    assert kept
    assert not any(MARK in bytes(chunk["data"]) for chunk in kept)


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"MZ\x90\x00" + b"\0" * 80, "getekend.pdf"), (PDF, "getekend.exe"), (PDF, "getekend.png"), (PDF, "getekend"),
     (b"<script>alert(1)</script>", "x.pdf"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg"),
     (an_archive(), "x.zip"),
     (an_archive(), "x.pdf"), (b"GIF89a" + b"\0" * 40, "x.png"), (PDF, "getekend.pdf.html")],
)  # fmt: skip
async def test_a_file_that_is_not_what_it_says_is_refused(gate, invited, data, name):
    answer = await gate.client.post(AGREEMENT, files=a_file(data, name))
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert gate.peer.of(ReturnAgreement) == []


@pytest.mark.rule("SP-131")
async def test_an_empty_file_is_told_to_be_empty_by_every_upload(gate, invited):
    document = (await gate.client.get("/openapi.json")).json()
    uploads = [
        (filled(path), operation) for path, methods in document["paths"].items() for operation in methods.values()
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    ]  # fmt: skip
    assert len(uploads) >= 8
    for language, word in (("nl", "Het bestand is leeg"), ("en", "The file is empty")):
        for path, operation in uploads:
            headers = {**headers_for(gate, operation), "Accept-Language": language}
            for name in ("leeg.pdf", "leeg.xlsx", "leeg"):
                answer = await gate.client.post(path, files=a_file(b"", name), headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (400, "file_empty"), (path, answer.text)
                assert word in answer.json()["detail"]
    assert {type(heard) for _, heard in gate.peer.heard} == {ReadInvitation}


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\temp\\a.pdf", "a.pdf"),
     ("x" * 400 + ".pdf", "x" * 251 + ".pdf")],
)  # fmt: skip
async def test_a_name_loses_its_path(gate, invited, name, kept):
    await gate.client.post(AGREEMENT, files=a_file(PDF, name))
    ((_, command),) = gate.peer.of(ReturnAgreement)
    assert command.agreement.name == kept


async def test_a_file_over_five_megabytes_is_413_while_reading(gate, invited):
    large = PDF + b"\0" * (5 * 1024 * 1024)
    answer = await gate.client.post(AGREEMENT, files=a_file(large, "getekend.pdf"))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    larger = PDF + b"\0" * (6 * 1024 * 1024)
    assert (await gate.client.post(AGREEMENT, files=a_file(larger, "getekend.pdf"))).status_code == 413
    fits = padded(PDF, 4 * 1024 * 1024)
    assert (await gate.client.post(AGREEMENT, files=a_file(fits, "getekend.pdf"))).status_code == 204


async def test_who_leaves_in_mid_upload_is_no_failure_of_the_gateway(gate, invited):
    pieces = [{"type": "http.request", "body": b"--x\r\n", "more_body": True}, {"type": "http.disconnect"}]
    answers = []

    async def receive():
        return pieces.pop(0)

    async def send(part):
        answers.append(part)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https",
        "path": AGREEMENT, "raw_path": AGREEMENT.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"gateway.test"), (b"content-type", b"multipart/form-data; boundary=x")],
        "client": ("127.0.0.1", 1234), "server": ("gateway.test", 443),
    }  # fmt: skip
    await gate.client._transport.app(scope, receive, send)  # an error that got so far would be raised here
    assert [part["status"] for part in answers if part["type"] == "http.response.start"] == [400]
    assert gate.peer.of(ReturnAgreement) == []


@pytest.mark.parametrize(
    ("options", "status"),
    [({"json": {}}, 415), ({"files": {"other": ("a.pdf", PDF)}}, 400), ({"data": {"file": "text"}}, 415),
     ({"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 400),
     ({"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data"}}, 400),
     ({"files": [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))]}, 400)],
)  # fmt: skip
async def test_a_body_without_one_file_is_refused(gate, invited, options, status):
    assert (await gate.client.post(AGREEMENT, **options)).status_code == status
    assert gate.peer.of(ReturnAgreement) == []


async def test_a_catalogue_is_xml_uploaded_by_staff(gate):
    gate.peer.answers[ImportCatalogue] = lambda *_: CatalogueImported(providers=1, services=2, changed=1)
    xml = b'<?xml version="1.0"?><esc:ServiceCatalogue xmlns:esc="urn:etoegang:1.13:service-catalog"/>'
    answer = await gate.client.post("/v1/service-catalogues", files=a_file(xml, "dc.xml"), headers=gate.staff())
    assert (answer.status_code, answer.json()) == (201, {"providers": 1, "services": 2, "changed": 1})
    refused = await gate.client.post("/v1/service-catalogues", files=a_file(PDF, "dc.xml"), headers=gate.staff())
    assert refused.status_code == 415


TERMS = {
    "scope": {"general": True}, "sender": {"name": "Anna", "email": "anna@example.org"}, "language": "nl",
    "quotation": "q",
}  # fmt: skip


@pytest.mark.rule("CH-13")
async def test_an_import_carries_the_names_of_the_trade_register(gate):
    contact = {"name": {"initials": "A", "surname": "B"}, "email": "a@example.org", "phone": "+31612345678"}
    rows = [
        {"row": 2, "relation": {"kvk_number": "69599084", "name": "?"}, "contact": contact},
        {"row": 3, "relation": {"kvk_number": "11111111", "name": "?"}, "contact": contact},
    ]
    gate.peer.answers[PreviewImport] = lambda *_: ImportPreview.model_validate({"rows": rows, "faults": []})
    gone = Refusal(code="company_unknown")
    known = CompanyView(
        kvk_number="69599084", name="Relatie BV", legal_form="bv", address="x", branch_count=1, active=True
    )
    gate.peer.answers[LookUpCompany] = lambda query, _: known if query.kvk_number == "69599084" else gone
    gate.peer.answers[ImportRelations] = lambda *_: Imported(import_id=uuid4(), requests=1)
    answer = await gate.client.post(
        "/v1/chain-authorization-imports?faultlessOnly=true", files=a_file(WORKBOOK.read_bytes(), "relaties.xlsx"),
        data={"terms": json.dumps(TERMS)}, headers=gate.person(),
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"].startswith("/v1/chain-authorization-imports/")
    ((_, command),) = gate.peer.of(ImportRelations)
    assert command.names == {"69599084": "Relatie BV"}
    assert command.faultless_only
    assert command.terms.sender.name == "Anna"


async def test_faults_of_a_part_name_the_part(gate):
    answer = await gate.client.post(
        "/v1/chain-authorization-imports", files=a_file(WORKBOOK.read_bytes(), "relaties.xlsx"),
        data={"terms": json.dumps({**TERMS, "sender": {**TERMS["sender"], "canary": "x"}})}, headers=gate.person(),
    )  # fmt: skip
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["location"], {"name", "email"} <= set(fault["allowed"])) == ("terms.sender", True)
    assert "canary" not in answer.text
    archive = await gate.client.post(
        "/v1/chain-authorization-imports/previews", files=a_file(an_archive(), "x.xlsx"), headers=gate.person()
    )
    assert archive.status_code == 415


@pytest.mark.rule("GW-08")
@pytest.mark.security("S27")
async def test_an_export_is_streamed_as_an_attachment(gate):
    data = b"\xef\xbb\xbfReferentie;Naam\r\n" + b"x" * 600_000
    blob = await gate.gateway.blobs.put(data, "text/csv", 'keten "é".csv')
    gate.peer.answers[ExportChainAuthorizations] = lambda *_: ExportReady(blob=blob)
    path = "/v1/chain-authorizations/exports?tab=expired&format=csv"
    answer = await gate.client.get(path, headers=gate.person())
    assert (answer.status_code, answer.content) == (200, data)
    ((_, query),) = gate.peer.of(ExportChainAuthorizations)
    assert (query.tab, query.format) == ("expired", "csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-length"] == str(len(data))
    disposition = answer.headers["content-disposition"]
    assert disposition == "attachment; filename=\"keten_.csv\"; filename*=UTF-8''keten%20%22%C3%A9%22.csv"
    assert "sandbox" in answer.headers["content-security-policy"]
    another = await gate.client.get(path.replace("csv", "pdf"), headers=gate.person())
    assert another.status_code == 400


async def test_a_file_that_is_gone_is_a_problem(gate):
    blob = await gate.gateway.blobs.put(PDF, "application/pdf", "a.pdf")
    gate.peer.answers[ReadInvitation] = lambda *_: an_invitation(agreement=blob)
    assert (await gate.client.get(AGREEMENT)).content == PDF
    await gate.gateway.blobs.delete(blob)
    answer = await gate.client.get(AGREEMENT)
    assert (answer.status_code, answer.json()["code"]) == (404, "file_missing")
    gate.peer.answers[ReadInvitation] = lambda *_: an_invitation()
    waiting = await gate.client.get(AGREEMENT)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "agreement_not_ready")


async def test_the_invitation_shows_no_reference(gate, invited):
    gate.peer.answers[ReadInvitation] = lambda *_: an_invitation(
        agreement=BlobReference(id=uuid4(), sha256="0" * 64, size=1, media_type="application/pdf", name="x.pdf")
    )
    shown = (await gate.client.get(f"/v1/invitations/{TOKEN}")).json()
    assert shown["agreementReady"] is True
    assert not {"agreement", "chainAuthorizationId"} & set(shown)


async def test_staff_downloads_an_agreement_of_the_queue(gate):
    blob = await gate.gateway.blobs.put(PDF, "application/pdf", "getekend.pdf")
    row = ReceivedAgreement(
        chain_authorization_id=uuid4(), relation={"kvk_number": "69599084", "name": "Relatie"},
        intermediary_name="Kantoor",
        status="received", received_at="2026-11-22T12:00:00Z", agreement=blob,
    )  # fmt: skip
    other = row.model_copy(update={"chain_authorization_id": uuid4()})

    def queue(query, _):
        if query.cursor is None:
            return ReceivedAgreementPage(rows=(other,), next="second")
        return ReceivedAgreementPage(rows=(row,))

    gate.peer.answers[ListReceivedAgreements] = queue
    path = f"/v1/received-agreements/{row.chain_authorization_id}/document"
    assert (await gate.client.get(path, headers=gate.staff())).content == PDF
    assert (
        await gate.client.get(f"/v1/received-agreements/{uuid4()}/document", headers=gate.staff())
    ).status_code == 404
