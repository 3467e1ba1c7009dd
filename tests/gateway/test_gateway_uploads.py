"""What becomes of an upload: the original kept, a copy drawn anew shown, viruses and too much refused (S26)."""

import asyncio
import io
from datetime import date
from uuid import uuid4

import pytest
from PIL import Image, PngImagePlugin

from contracts.chain import InvitationView, ReadInvitation, ReturnAgreement
from contracts.identity import DocumentOpened, ViewDocument
from contracts.message import BlobReference, Done
from contracts.values import Language
from gateway.redraw import PAGES, PIXELS
from tests.gateway.clamd import EICAR, clamd
from tests.gateway.conftest import Gate, gateway_settings, running
from tests.gateway.peer import Peer
from tests.gateway.pictures import BMP, JPEG, PDF, PNG, TIFF, action, document, pages_of, picture, seen
from tests.gateway.test_gateway_credential_requests import COPIES
from tests.gateway.test_gateway_files import AGREEMENT, a_file

pytestmark = pytest.mark.security("S26")
GPS = 34853
ORANGE = (255, 165, 0)


async def sent(gate, data, name, **more):
    return await gate.client.post(COPIES, files=a_file(data, name), headers=gate.person(**more))


async def kept(gate):
    """The files in the store."""
    return await gate.gateway.client.get_database(f"{gate.deployment}_blobs")["blobs"].find({}).to_list()


async def looked(gate, data, name):
    """Upload a file, and give the original's reference and what an employee gets to see."""
    before = {file["_id"] for file in await kept(gate)}
    assert (answer := await sent(gate, data, name)).status_code == 201, answer.text
    original, shown = sorted((f for f in await kept(gate) if f["_id"] not in before), key=lambda f: f["name"] != name)
    blob = BlobReference.model_validate({**original, "id": original["_id"]})
    assert await gate.gateway.blobs.get(blob) == data
    assert shown["_id"] != original["_id"]
    gate.peer.answers[ViewDocument] = lambda *_: DocumentOpened(blob=blob)
    look = {"fileId": str(blob.id), "reason": "Controle"}
    return await gate.client.post(f"/v1/applications/{uuid4()}/document-views", json=look, headers=gate.staff())


@pytest.mark.parametrize(
    ("data", "name"),
    [(PNG, "pas.png"), (JPEG, "pas.pjpeg"), (TIFF, "pas.tif"), (BMP, "pas.bmp"), (PDF, "pas.pdf")],
    ids=["png", "jpeg", "tiff", "bmp", "pdf"],
)
async def test_an_employee_sees_a_picture_drawn_anew_of_each_type(gate, data, name):
    answer = await looked(gate, data, name)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content != data
    (width, height), colour = seen(answer.content)
    assert width / height == pytest.approx(1.5, abs=0.01)
    assert colour == pytest.approx(ORANGE, abs=6)
    assert 'filename="pas.jpg"' in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_photo_loses_where_it_was_taken_and_stands_upright(gate):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "canary description"
    exif.get_ifd(GPS)[1] = "N"
    photo = picture("JPEG", exif=exif, comment=b"canary comment")
    assert b"canary description" in photo
    answer = await looked(gate, photo, "foto.jpg")
    assert seen(answer.content)[0] == (40, 60)
    assert b"canary" not in answer.content
    assert dict(Image.open(io.BytesIO(answer.content)).getexif()) == {}


async def test_what_hangs_behind_a_picture_is_gone(gate):
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "<script>canary</script>", zip=False)
    data = picture("PNG", pnginfo=words) + b"PK\x03\x04 canary archive"
    answer = await looked(gate, data, "pas.png")
    assert b"canary" in data
    assert b"canary" not in answer.content


@pytest.mark.parametrize(
    "hidden",
    [
        {"action": action("/JavaScript", "/JS", "app.alert('canary')")}, {"attached": b"canary"},
        {"action": action("/Launch", "/F", "canary.exe")},
    ],
    ids=["script", "attachment", "launch"],
)  # fmt: skip
async def test_a_document_loses_what_is_active_and_keeps_its_pages(gate, hidden):
    data = document(pages=3, **hidden)
    assert b"canary" in data
    answer = await looked(gate, data, "formulier.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert pages_of(answer.content) == 3
    for word in (b"canary", b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/AA"):
        assert word not in answer.content


async def test_pages_of_a_scan_are_pages_of_the_copy(gate):
    data = picture("TIFF", save_all=True, append_images=[Image.new("L", (60, 40)), Image.new("1", (60, 40))])
    answer = await looked(gate, data, "scan.tiff")
    assert (answer.headers["content-type"], pages_of(answer.content)) == ("application/pdf", 3)


async def test_a_transparent_picture_is_shown_on_white(gate):
    answer = await looked(gate, picture("PNG", mode="RGBA", color=(0, 0, 0, 0)), "pas.png")
    assert seen(answer.content)[1] == (255, 255, 255)


@pytest.mark.parametrize(
    ("make", "name", "status", "code"),
    [
        (lambda: PNG[:60] + b"\0" * 60, "a.png", 400, "file_unreadable"),
        (lambda: JPEG[:30], "a.jpg", 400, "file_unreadable"),
        (lambda: b"%PDF-1.7\n" + b"\0" * 60 + b"%%EOF\n", "a.pdf", 400, "file_unreadable"),
        (lambda: document(password="secret"), "a.pdf", 400, "file_unreadable"),
        (lambda: picture("PNG", mode="1", color=0, size=(PIXELS // 1000 + 1, 1000)), "a.png", 413, "file_too_complex"),
        (lambda: picture("TIFF", mode="1", color=0, size=(30_000, 30_000), compression="group4"), "a.tif", 413,
         "file_too_complex"),
        (lambda: document(pages=PAGES + 1), "a.pdf", 413, "file_too_complex"),
    ],
    ids=["half-png", "half-jpeg", "no-pdf", "locked-pdf", "png-bomb", "tiff-bomb", "too-many-pages"],
)  # fmt: skip
async def test_a_file_that_cannot_be_seen_is_refused_and_nothing_is_kept(gate, make, name, status, code):
    data, before = make(), await kept(gate)
    assert len(data) < 200_000
    answer = await sent(gate, data, name)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await kept(gate) == before


async def test_a_file_that_takes_too_long_is_refused(gate, monkeypatch):
    monkeypatch.setattr(gate.gateway.redrawing, "_limit_s", 0.001)
    answer = await sent(gate, PDF, "a.pdf")
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_complex")


async def test_the_program_that_draws_knows_no_key(gate, monkeypatch, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import os, sys\nsys.stdout.write('text/plain\\n' + repr(sorted(os.environ)))\n")
    monkeypatch.setenv("BLOB_KEYS", "secret")
    monkeypatch.setattr("gateway.redrawing._PROGRAM", program)
    _, told = await gate.gateway.redrawing.draw(b"")
    assert b"BLOB_KEYS" not in told


# the scan


@pytest.fixture
async def scanned(mongo, kafka):
    async with clamd() as scanner:
        settings = gateway_settings(mongo, kafka, scan_address=scanner.address, scan_limit_s=2.0)
        async with running(settings) as (client, gateway), Peer(settings) as peer:
            yield Gate(client, gateway, peer), scanner


async def test_clamd_sees_the_whole_file_and_its_verdict_holds(scanned):
    gate, scanner = scanned
    noise = Image.effect_noise((900, 900), 90)
    held = io.BytesIO()
    noise.save(held, "PNG")
    assert (await sent(gate, held.getvalue(), "a.png")).status_code == 201
    assert scanner.read == [held.getvalue()]
    assert len(held.getvalue()) > 512 * 1024
    before = await kept(gate)
    for language, word in (("nl", "virus gevonden"), ("en", "virus was found")):
        headers = gate.person() | {"Accept-Language": language}
        answer = await gate.client.post(COPIES, files=a_file(PNG + EICAR, "a.png"), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "file_infected")
        assert word in answer.json()["detail"]
    assert await kept(gate) == before


async def test_a_visitors_agreement_is_scanned_too(scanned):
    gate, scanner = scanned
    invitation = InvitationView(
        chain_authorization_id=uuid4(), status="sent", relation={"kvk_number": "69599084", "name": "Relatie"},
        intermediary_name="Kantoor", sender={"name": "Anna", "email": "anna@example.org"}, scope={"general": True},
        years=5, end=None, language=Language.NL, answer_by=date(2027, 2, 22), agreement=None,
    )  # fmt: skip
    gate.peer.answers[ReadInvitation] = lambda *_: invitation
    gate.peer.answers[ReturnAgreement] = lambda *_: Done()
    infected = await gate.client.post(AGREEMENT, files=a_file(PDF + EICAR, "getekend.pdf"))
    assert infected.json()["code"] == "file_infected"
    assert gate.peer.of(ReturnAgreement) == []
    assert (await gate.client.post(AGREEMENT, files=a_file(PDF, "getekend.pdf"))).status_code == 204
    assert len(scanner.read) == 2


@pytest.mark.parametrize(
    "says", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: OK but not quite", b"x" * 9000],
    ids=["error", "nothing", "unknown", "endless"],
)  # fmt: skip
async def test_any_other_answer_lets_nothing_in(scanned, says):
    gate, scanner = scanned
    scanner.says, before = says, await kept(gate)
    answer = await sent(gate, PNG, "a.png")
    assert (answer.status_code, answer.json()["code"]) == (503, "scan_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert await kept(gate) == before


async def test_a_scanner_that_is_silent_or_gone_lets_nothing_in(scanned, monkeypatch):
    gate, scanner = scanned
    scanner.silent, before = True, await kept(gate)
    monkeypatch.setattr(gate.gateway.scanner, "_limit_s", 0.2)
    assert (await sent(gate, PNG, "a.png")).json()["code"] == "scan_unavailable"
    monkeypatch.setattr(gate.gateway.scanner, "_port", 1)
    assert (await sent(gate, PNG, "a.png")).json()["code"] == "scan_unavailable"
    assert await kept(gate) == before


# the quota


async def test_a_person_uploads_so_many_files_a_day_and_another_is_not_hindered(mongo, kafka):
    settings = gateway_settings(mongo, kafka, upload_files_a_day=3)
    async with running(settings) as (client, gateway), Peer(settings) as peer:
        gate, one, other = Gate(client, gateway, peer), str(uuid4()), str(uuid4())
        answers = await asyncio.gather(*(sent(gate, PNG, "a.png", sub=one) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["code"] == "upload_quota"
        assert (await sent(gate, PNG, "a.png", sub=other)).status_code == 201


async def test_a_person_uploads_so_many_bytes_a_day(mongo, kafka):
    settings = gateway_settings(mongo, kafka, upload_bytes_a_day=len(PNG) * 2 + 1)
    async with running(settings) as (client, gateway), Peer(settings) as peer:
        gate, one = Gate(client, gateway, peer), str(uuid4())
        statuses = [(await sent(gate, PNG, "a.png", sub=one)).status_code for _ in range(3)]
        assert statuses == [201, 201, 429]
