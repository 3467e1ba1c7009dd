"""Requests for new persons over HTTP: copies of documents, sealed fields, looks, reports of the partner."""

import json
from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest

from contracts.identity import (
    ApplicationDetail,
    ChangeIdentificationAddress,
    DeviceDecided,
    DeviceStock,
    DocumentOpened,
    GetApplication,
    GetDeviceStock,
    OrderDevice,
    RejectApplication,
    ReportIdentification,
    RequestCredential,
    RequestReceived,
    ResendDevice,
    ViewDocument,
)
from contracts.message import Done, Refusal
from tests.gateway.pictures import BIG_TIFF, BMP, JPEG, PDF, PNG, TIFF, padded
from tests.gateway.test_gateway_files import a_file

COPIES = "/v1/identity-document-copies"
GIF = b"GIF89a" + b"\0" * 60
MEGABYTE = 1024 * 1024
PERSON = str(uuid4())


def a_body(files, **more):
    person = {
        "name": {"initials": "B.", "surname": "Bakker"}, "birthDate": "1990-05-17", "birthPlace": "Utrecht",
        "nationality": "NL", "email": "b@example.org", "mobile": "+31612345678",
    }  # fmt: skip
    document = {
        "type": "identity_card", "number": "SPECI2014", "expiresOn": "2030-01-01", "issuingCountry": "NL",
        "files": [{"file": file, "sides": sides} for file, sides in files],
    }  # fmt: skip
    return {
        "person": person, "level": "EH3", "role": "user", "years": 3, "secondFactor": "sms", "agreed": True,
        "identificationAddress": ["Dorpsstraat 1", "1234 AB Utrecht"], "document": document, "quotation": "q", **more,
    }  # fmt: skip


async def uploaded(gate, data=PDF, name="paspoort.pdf", person=PERSON):
    answer = await gate.client.post(COPIES, files=a_file(data, name), headers=gate.person(sub=person))
    assert answer.status_code == 201, answer.text
    return answer.json()["file"]


@pytest.mark.rule("ID-48", "SP-23")
@pytest.mark.security("S26")
@pytest.mark.parametrize(
    ("data", "names"),
    [
        (PDF, ["a.pdf", "a.PDF"]), (PNG, ["a.png"]),
        (JPEG, ["a.pjp", "a.jpeg", "a.jpg", "a.jfif", "a.pipeg", "a.pjpeg", "A.JPG"]),
        (TIFF, ["a.tif", "a.tiff"]), (BIG_TIFF, ["a.tif"]), (BMP, ["a.bmp"]),
    ],
)  # fmt: skip
async def test_each_listed_type_is_accepted_with_its_content(gate, data, names):
    for name in names:
        assert await uploaded(gate, data, name)


@pytest.mark.rule("ID-48", "SP-23")
@pytest.mark.security("S26")
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PDF, "a.png"), (PNG, "a.pdf"), (JPEG, "a.tif"), (TIFF, "a.jpg"), (BMP, "a.pdf"), (PDF, "a.bmp"),
        (PDF, "a.docx"), (PDF, "a"), (PDF, "a.gif"), (GIF, "a.gif"), (GIF, "a.png"),
        (b"<svg/>", "a.svg"), (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp"), (b"PK\x03\x04" + b"\0" * 60, "a.pdf"),
    ],
)  # fmt: skip
async def test_every_other_type_and_a_content_that_does_not_fit_is_refused(gate, data, name):
    answer = await gate.client.post(COPIES, files=a_file(data, name), headers=gate.person())
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.rule("ID-49", "SP-22")
async def test_exactly_five_megabytes_is_accepted_and_a_byte_more_is_not(gate):
    full = padded(PDF, 5 * MEGABYTE)
    answer = await gate.client.post(COPIES, files=a_file(full, "a.pdf"), headers=gate.person())
    assert (answer.status_code, answer.json()["size"]) == (201, 5 * MEGABYTE)
    over = await gate.client.post(COPIES, files=a_file(full + b"\0", "a.pdf"), headers=gate.person())
    assert (over.status_code, over.json()["code"]) == (413, "too_large")


@pytest.mark.rule("ID-51", "ID-42", "SP-20", "SP-22")
async def test_a_request_reaches_identity_with_its_secrets_sealed(gate):
    gate.peer.answers[RequestCredential] = lambda *_: RequestReceived(application_id=uuid4(), credential_ids=(uuid4(),))
    front, back = await uploaded(gate), await uploaded(gate, PNG, "achter.png")
    body = a_body([(front, ["front"]), (back, ["back"])])
    answer = await gate.client.post("/v1/credentials", json=body, headers=gate.person(sub=PERSON))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/credentials/{answer.json()['credentialIds'][0]}"
    ((envelope, command),) = gate.peer.of(RequestCredential)
    sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")
    opened = {
        field: sealer.open(sealed, message_id=envelope.id, field=field)
        for field, sealed in (
            ("person.mobile", command.person.mobile), ("person.phone", command.person.phone),
            ("document.number", command.document.number), ("identification_address", command.identification_address),
        )
    }  # fmt: skip
    assert opened == {
        "person.mobile": "+31612345678", "person.phone": "", "document.number": "SPECI2014",
        "identification_address": "Dorpsstraat 1\n1234 AB Utrecht",
    }  # fmt: skip
    assert "SPECI2014" not in command.model_dump_json()
    assert [copy.file.media_type for copy in command.document.files] == ["application/pdf", "image/png"]
    assert await gate.gateway.blobs.get(command.document.files[1].file) == PNG


@pytest.mark.security("S26")
async def test_only_the_own_upload_can_be_named(gate):
    file = await uploaded(gate, person=str(uuid4()))
    signature, _, text = (await uploaded(gate)).partition(".")
    forged = urlsafe_b64encode(b'{"id": 1}').decode()
    for token in (file, f"{signature}.{text[:-2]}AA", f"{signature}.{forged}", "x", "é.x", f".{text}"):
        answer = await gate.client.post(
            "/v1/credentials", json=a_body([(token, ["front"])]), headers=gate.person(sub=PERSON)
        )
        assert answer.status_code == 400, token
        (error,) = answer.json()["errors"]
        assert (error["location"], error["code"]) == ("body.document.files.0.file", "copy_unknown")
    assert gate.peer.of(RequestCredential) == []


@pytest.mark.rule("ID-41", "ID-62")
@pytest.mark.parametrize(
    "change", [{"role": None}, {"role": "owner"}, {"years": 2}, {"years": "3"}, {"agreed": "maybe"}]
)
async def test_role_and_term_are_of_the_list(gate, change):
    body = {key: value for key, value in a_body([], document=None, **change).items() if value is not None}
    answer = await gate.client.post("/v1/credentials", json=body, headers=gate.person())
    assert answer.status_code == 400, answer.text


@pytest.mark.rule("SP-24", "ID-45")
async def test_the_back_office_sees_number_and_copy_and_no_reference(gate):
    blob = await gate.gateway.blobs.put(PDF, "application/pdf", "paspoort.pdf")

    def answer(query, envelope):
        sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")
        number = sealer.seal("SPECI2014", to="gateway", message_id=envelope.id, field="document.number")
        return ApplicationDetail.model_validate({
            "application_id": query.application_id, "status": "waiting", "submitted_at": "2026-11-22T12:00:00Z",
            "credentials": [], "document": {
                "type": "passport", "number": number, "expires_on": "2030-01-01", "issuing_country": "NL",
                "files": [{"file_id": blob.id, "sides": ["front"], "media_type": "application/pdf", "size": 9}],
                "removed": False, "too_short": False,
            },
        })  # fmt: skip

    gate.peer.answers[GetApplication] = answer
    shown = (await gate.client.get(f"/v1/applications/{uuid4()}", headers=gate.staff())).json()
    assert (shown["document"]["number"], shown["document"]["files"][0]["sides"]) == ("SPECI2014", ["front"])
    assert blob.sha256 not in json.dumps(shown)
    gate.peer.answers[ViewDocument] = lambda *_: DocumentOpened(blob=blob)
    look = {"fileId": str(blob.id), "reason": "Controle van de aanvraag"}
    path = f"/v1/applications/{uuid4()}/document-views"
    seen = await gate.client.post(path, json=look, headers=gate.staff())
    assert (seen.status_code, seen.content) == (200, PDF)
    assert seen.headers["content-disposition"].startswith("attachment")
    without = await gate.client.post(path, json={"fileId": str(blob.id)}, headers=gate.staff())
    assert without.status_code == 400


@pytest.mark.rule("ID-73")
async def test_a_rejection_has_a_reason(gate):
    gate.peer.answers[RejectApplication] = lambda *_: Done()
    path = f"/v1/applications/{uuid4()}/rejections"
    for body in ({}, {"reason": ""}, {"reason": "x", "ground": "ugly"}):
        assert (await gate.client.post(path, json=body, headers=gate.staff())).status_code == 400
    answer = await gate.client.post(path, json={"reason": "Onleesbaar", "ground": "unreadable"}, headers=gate.staff())
    assert answer.status_code == 204
    ((_, command),) = gate.peer.of(RejectApplication)
    assert (command.reason, command.ground) == ("Onleesbaar", "unreadable")


@pytest.mark.rule("ID-91")
async def test_the_refusal_of_a_new_address_names_the_site(gate):
    refusal = Refusal(code="change_at_partner", details={"url": "https://www.mijnafspraak.nl"})
    gate.peer.answers[ChangeIdentificationAddress] = lambda *_: refusal
    path = f"/v1/credentials/{uuid4()}/identification-address"
    answer = await gate.client.put(path, json={"address": ["Kade 2"]}, headers=gate.person())
    assert (answer.status_code, answer.json()["details"]["url"]) == (409, "https://www.mijnafspraak.nl")
    assert "mijnafspraak.nl" in answer.json()["detail"]


async def test_a_report_reaches_identity_sealed_and_other_bodies_do_not(gate):
    gate.peer.answers[ReportIdentification] = lambda *_: Done()
    id_ = uuid4()
    payload = urlsafe_b64encode(json.dumps({"sub": str(id_)}).encode()).decode().rstrip("=")
    token, jwt = f"e30.{payload}.c2ln", {"Content-Type": "application/jwt"}
    answer = await gate.client.post("/v1/identification-reports", content=token, headers=jwt)
    assert answer.status_code == 204, answer.text
    ((envelope, command),) = gate.peer.of(ReportIdentification)
    sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")
    assert command.identification_id == id_
    assert sealer.open(command.report, message_id=envelope.id, field="report") == token
    for content in (b"", b"a.b.c", b"\xff.\xff.\xff", b"e30.e30.x", b"[" * 5000):
        bad = await gate.client.post("/v1/identification-reports", content=content, headers=jwt)
        assert (bad.status_code, bad.json()["code"]) == (400, "invalid_report")
    large = await gate.client.post("/v1/identification-reports", content=b"x" * 9000, headers=jwt)
    assert large.status_code == 413
    other = await gate.client.post("/v1/identification-reports", json={})
    assert other.status_code == 415


@pytest.mark.rule("ID-61", "ID-164")
async def test_the_back_office_sees_the_stock_and_orders_a_device(gate):
    gate.peer.answers[GetDeviceStock] = lambda *_: DeviceStock(free=1, waiting=4)
    for language, text in (("nl", "Er zijn 3 OTP devices te weinig"), ("en", "There are 3 OTP devices too few")):
        headers = gate.staff() | {"Accept-Language": language}
        shown = (await gate.client.get("/v1/otp-devices", headers=headers)).json()
        assert (shown["free"], shown["waiting"]) == (1, 4)
        assert shown["message"].startswith(text)
    gate.peer.answers[GetDeviceStock] = lambda *_: DeviceStock(free=1, waiting=1)
    assert (await gate.client.get("/v1/otp-devices", headers=gate.staff())).json()["message"] == ""
    gate.peer.answers[OrderDevice] = lambda *_: DeviceDecided(awaits_second=True)
    body = {"credentialId": str(uuid4()), "address": ["Kade 2 ", "", "1000 AA Elders"], "agreed": True}
    answer = await gate.client.post("/v1/otp-devices/orders", json=body, headers=gate.staff())
    assert (answer.status_code, answer.json()) == (200, {"awaitsSecond": True})
    ((envelope, command),) = gate.peer.of(OrderDevice)
    sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")
    assert sealer.open(command.address, message_id=envelope.id, field="address") == "Kade 2\n1000 AA Elders"


@pytest.mark.rule("MS-06", "SP-116")
async def test_the_back_office_has_a_device_posted_again(gate):
    gate.peer.answers[ResendDevice] = lambda *_: DeviceDecided()
    id_, sealer = uuid4(), type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")
    for body, address in (({}, None), ({"address": ["Kade 3", "1000 AA Elders "]}, "Kade 3\n1000 AA Elders")):
        path = f"/v1/otp-devices/orders/{id_}/letters"
        answer = await gate.client.post(path, json=body, headers=gate.staff())
        assert (answer.status_code, answer.json()) == (200, {"awaitsSecond": False})
        envelope, command = gate.peer.of(ResendDevice)[-1]
        told = command.address and sealer.open(command.address, message_id=envelope.id, field="address")
        assert (command.order_id, told) == (id_, address)
