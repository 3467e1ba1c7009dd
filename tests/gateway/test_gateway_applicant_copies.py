"""Copies of identity documents that visitors upload: judged like those of people, and used by their uploader alone."""

import asyncio
from datetime import UTC, timedelta
from uuid import uuid4

import pytest

from chassis.time import real_now
from contracts.identity import SubmitApplication
from tests.gateway.clamd import EICAR, clamd
from tests.gateway.conftest import Gate, gateway_settings, running
from tests.gateway.peer import Peer
from tests.gateway.pictures import PDF, PNG, padded
from tests.gateway.test_gateway_applications import APPLICATIONS, applying, receiving, sent, uploaded
from tests.gateway.test_gateway_credential_requests import GIF, MEGABYTE, a_body
from tests.gateway.test_gateway_files import a_file

__all__ = ["receiving"]


@pytest.mark.security("S26", "S32")
async def test_a_foreign_visitor_cannot_use_an_upload(receiving):
    gate = receiving
    file = await uploaded(gate)
    own = dict(gate.client.cookies)
    (proof,) = [name for name in own if name.startswith("__Host-request-")]
    signature, upload, text = file.split(".")
    gate.client.cookies.clear()
    other = await uploaded(gate)
    foreign = dict(gate.client.cookies)
    tokens = (
        file, f"{other.split('.')[0]}.{upload}.{text}", f"{signature}.{other.split('.')[1]}.{text}",
        f"{signature}.{text}", f".{upload}.{text}", f"{signature}..{text}", "x", "é.x.y",
    )  # fmt: skip
    stolen_device = {"__Host-device": own["__Host-device"]}
    guessed = {**foreign, proof: foreign[next(name for name in foreign if name.startswith("__Host-request-"))]}
    for token in tokens:
        for cookies in ({}, foreign, stolen_device, guessed):
            gate.client.cookies.clear()
            gate.client.cookies.update(cookies)
            answer = await gate.client.post(APPLICATIONS, json=applying(token))
            assert answer.status_code == 400, (token, cookies)
            (error,) = answer.json()["errors"]
            assert (error["location"], error["code"]) == ("body.applicants.0.document.files.0.file", "copy_unknown")
    assert gate.peer.of(SubmitApplication) == []
    gate.client.cookies.clear()
    gate.client.cookies.update(own)
    assert (await gate.client.post(APPLICATIONS, json=applying(file))).status_code == 201


@pytest.mark.security("S26")
async def test_uploads_of_visitors_and_of_people_are_not_exchanged(receiving):
    gate, person = receiving, str(uuid4())
    of_visitor = await uploaded(gate)
    headers = gate.person(sub=person)
    answer = await gate.client.post("/v1/identity-document-copies", files=a_file(PDF, "a.pdf"), headers=headers)
    assert answer.status_code == 201
    assert (await gate.client.post(APPLICATIONS, json=applying(answer.json()["file"]))).status_code == 400
    body = a_body([(of_visitor, ["front"])])
    assert (await gate.client.post("/v1/credentials", json=body, headers=headers)).status_code == 400


async def test_a_browser_that_uploads_two_files_at_once_can_use_both(receiving):
    gate = receiving
    files = await asyncio.gather(uploaded(gate), uploaded(gate, PNG, "pas.png"))
    assert (await gate.client.post(APPLICATIONS, json=applying(*files))).status_code == 201


@pytest.mark.rule("ID-13")
async def test_one_cookie_proves_all_uploads_of_a_browser(receiving):
    gate = receiving
    gate.client.cookies.update({f"__Host-request-{uuid4()}": "made-up", "__Host-request-x": "0" * 64})
    files = [await uploaded(gate)]
    held = dict(gate.client.cookies)
    files += [await uploaded(gate, PNG, f"pas{index}.png") for index in range(5)]
    assert dict(gate.client.cookies) == held
    assert len([name for name in held if name.startswith("__Host-request-")]) == 3
    assert (await gate.client.post(APPLICATIONS, json=applying(*files))).status_code == 201


@pytest.mark.security("S32")
async def test_the_proof_of_an_upload_is_a_cookie_and_stands_in_no_answer(gate):
    answer = await sent(gate)
    (proof,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-request-")]
    assert all(part in proof for part in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=strict", "; Max-Age=86400"))
    assert proof.partition("=")[2].partition(";")[0] not in answer.text
    again = await sent(gate, PNG, "a.png")
    assert proof in again.headers.get_list("set-cookie")  # its day begins anew
    refused = await sent(gate, GIF, "a.gif")
    assert "__Host-request-" not in "".join(refused.headers.get_list("set-cookie"))


@pytest.mark.rule("ID-48", "ID-49", "SP-22", "SP-23")
@pytest.mark.security("S26")
@pytest.mark.parametrize(
    ("make", "name", "status", "code"),
    [
        (lambda: GIF, "a.gif", 415, "unsupported_media_type"), (lambda: PDF, "a.png", 415, "unsupported_media_type"),
        (lambda: padded(PDF, 5 * MEGABYTE + 1), "a.pdf", 413, "too_large"),
        (lambda: PNG[:60] + b"\0" * 60, "a.png", 400, "file_unreadable"),
    ],
)  # fmt: skip
async def test_a_visitors_file_is_judged_like_a_persons(gate, make, name, status, code):
    answer = await sent(gate, make(), name)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    exactly = await sent(gate, padded(PDF, 5 * MEGABYTE), "a.pdf")
    assert (exactly.status_code, exactly.json()["size"]) == (201, 5 * MEGABYTE)


@pytest.mark.rule("SP-24")
@pytest.mark.security("S26")
async def test_an_upload_that_nobody_names_goes_after_a_day_with_the_copy_that_is_shown(gate):
    before = real_now()
    await uploaded(gate, PNG, "ongebruikt.png")
    database = gate.gateway.client.get_database(f"{gate.deployment}_blobs")
    kept = await database["blobs"].find({"name": {"$in": ["ongebruikt.png", "ongebruikt.jpg"]}}).to_list()
    chunks = await database["blob_chunks"].find({"blob": {"$in": [file["_id"] for file in kept]}}).to_list()
    assert (len(kept), len({chunk["blob"] for chunk in chunks})) == (2, 2)
    for found in (*kept, *chunks):
        assert before + timedelta(hours=23) < found["expires_at"].replace(tzinfo=UTC) < real_now() + timedelta(hours=25)


@pytest.mark.security("S26")
async def test_visitors_of_one_network_share_ten_times_the_quota_of_a_person(mongo, kafka):
    settings = gateway_settings(mongo, kafka, upload_files_a_day=1)
    async with running(settings, "10.0.0.1") as (client, gateway), Peer(settings) as peer:
        gate = Gate(client, gateway, peer)

        async def ask(address):
            client.cookies.clear()
            return (await sent(gate, PNG, "a.png", **{"X-Forwarded-For": address})).status_code

        statuses = await asyncio.gather(*(ask("198.51.100.7") for _ in range(12)))
        assert sorted(statuses) == [201] * 10 + [429] * 2
        assert await ask("203.0.113.9") == 201


@pytest.mark.security("S26")
async def test_a_virus_of_a_visitor_is_refused(mongo, kafka):
    async with clamd() as scanner:
        settings = gateway_settings(mongo, kafka, scan_address=scanner.address)
        async with running(settings) as (client, gateway), Peer(settings) as peer:
            gate = Gate(client, gateway, peer)
            answer = await sent(gate, padded(PDF, 2000) + EICAR, "a.pdf")
            assert (answer.status_code, answer.json()["code"]) == (400, "file_infected")
            assert (await sent(gate, PNG, "a.png")).status_code == 201
