"""The sinks take a real mail over SMTP and a real message over HTTP, and show them."""

import asyncio
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def http(sinks):
    async with httpx.AsyncClient(base_url=sinks.url, timeout=10) as client:
        yield client


def a_mail(to, subject="Uw middel is geactiveerd", text="Geachte mevrouw Jansén,\n"):
    mail = EmailMessage()
    mail["From"] = "noreply@zlogin.example"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{to}>"
    mail.set_content(text)
    mail["Content-Language"] = "nl"
    mail.add_alternative("<p>hallo</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="brief.pdf")
    return mail


async def deliver(sinks, mail):
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=sinks.smtp_port, start_tls=False)


async def test_a_mail_is_shown_to_who_asks_for_its_receiver(sinks, http):
    await deliver(sinks, a_mail("jansen@example.nl", subject="Één code"))
    await deliver(sinks, a_mail("pietersen@example.nl"))

    (shown,) = (await http.get("/mails", params={"to": "JANSEN@example.nl"})).json()

    assert shown["subject"] == "Één code"
    assert shown["to"] == ["jansen@example.nl"]
    assert shown["language"] == "nl"
    assert shown["text"] == "Geachte mevrouw Jansén,\n"
    assert shown["message_id"] == "<jansen@example.nl>"
    assert shown["attachments"] == ["brief.pdf"]
    assert b"Message-ID: <jansen@example.nl>" in (sinks.folder / shown["file"]).read_bytes()


async def test_who_waits_is_answered_when_the_mail_arrives(sinks, http):
    waiting = asyncio.create_task(http.get("/mails", params={"to": "late@example.nl", "wait": "8"}))

    await deliver(sinks, a_mail("late@example.nl"))

    (shown,) = (await waiting).json()
    assert (await http.get("/mails", params={"to": "late@example.nl", "after": shown["number"]})).json() == []


async def test_who_waits_in_vain_is_told_so(http):
    assert (await http.get("/mails", params={"to": "nobody@example.nl", "wait": "0.1"})).json() == []


async def test_mails_are_there_after_a_restart_and_keep_their_files(running_sinks, tmp_path):
    async with running_sinks(tmp_path) as sinks, httpx.AsyncClient(base_url=sinks.url) as http:
        await deliver(sinks, a_mail("first@example.nl"))
        await sinks.supervisor.restart("sinks")
        await deliver(sinks, a_mail("second@example.nl"))

        shown = (await http.get("/mails")).json()

    assert [mail["to"] for mail in shown] == [["first@example.nl"], ["second@example.nl"]]
    assert len({mail["file"] for mail in shown}) == 2


async def test_a_text_message_is_shown_to_who_asks_for_its_number(sinks, http):
    sent = await http.post("/messages", json={"to": "+31612345678", "text": "123456", "reference": "r-1"})
    await http.post("/messages", json={"to": "+31687654321", "text": "654321", "reference": "r-2"})

    (shown,) = (await http.get("/messages", params={"to": "+31612345678"})).json()

    assert sent.status_code == 201
    assert (shown["text"], shown["reference"]) == ("123456", "r-1")


@pytest.mark.parametrize("body", [b"[]", b"{}", b"not json", b'{"to": "+31612345678"}'])
async def test_a_text_message_without_receiver_or_text_is_refused(http, body):
    refused = await http.post("/messages", content=body)

    assert refused.status_code == 400
