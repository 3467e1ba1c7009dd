"""Sinks of mail (SMTP), SMS and letters: `python -m stack.sinks` keeps what is sent and shows it over HTTP.

`GET /mails?to=` and `GET /messages?to=` answer a JSON list, newest last; with `wait=` they answer as soon as there is
one numbered above `after=`, at most that many seconds later. `POST /messages` takes {"to", "text", "reference"}.
Letters: `POST /letters` takes {"reference", "to": {"name", "address"}, "pdf": base64, "enclosure"}, `GET /letters?to=`.
`GET /` is a page for people. FORWARD_TO=host:port passes each mail on to another mail server as well.
"""

import asyncio
import base64
import email
import email.policy
import os
from collections import deque
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from stack.page import page
from stack.ports import HOST

KEPT = 5_000
_MAIL_BYTES = 32 * 1024 * 1024
_LONGEST_WAIT_S = 30.0
_FORWARD_S = 5.0

Item = dict[str, Any]


class Box:
    """The newest things that were received, and who waits for one."""

    def __init__(self, kept: int = KEPT) -> None:
        self._items: deque[Item] = deque(maxlen=kept)
        self._arrived = asyncio.Condition()
        self._number = 0

    async def add(self, item: Item) -> Item:
        """Keep an item under the next number; the oldest falls off when there are too many."""
        async with self._arrived:
            self._number += 1
            numbered = {"number": self._number, **item}
            self._items.append(numbered)
            self._arrived.notify_all()
        return numbered

    def find(self, to: str | None, after: int = 0) -> list[Item]:
        """List what went to an address, all when None, numbered above `after`."""
        wanted = to.casefold() if to else None
        return [
            item
            for item in self._items
            if item["number"] > after and (wanted is None or wanted in (name.casefold() for name in item["to"]))
        ]

    async def wait(self, to: str | None, after: int, seconds: float) -> list[Item]:
        """As find, but wait for the first one for at most some seconds."""
        try:
            async with asyncio.timeout(seconds), self._arrived:
                await self._arrived.wait_for(lambda: self.find(to, after))
        except TimeoutError:
            return []
        return self.find(to, after)


def describe(message: EmailMessage, to: list[str]) -> Item:
    """Tell what a reader of the mail would see."""
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    return {
        "to": to,
        "from": str(message["From"] or ""),
        "subject": str(message["Subject"] or ""),
        "language": _language(message),
        "message_id": str(message["Message-ID"] or ""),
        "text": text.get_content().replace("\r\n", "\n") if text else "",
        "html": html.get_content().replace("\r\n", "\n") if html else "",
        "attachments": [part.get_filename() or "" for part in message.iter_attachments()],
    }


def _language(message: EmailMessage) -> str:
    """Read Content-Language, which a mail of several parts may carry on one of them."""
    found = (part["Content-Language"] for part in message.walk())
    return str(next((language for language in found if language), ""))


def parse(raw: bytes) -> EmailMessage:
    """Read a mail as it came over the wire."""
    return email.message_from_bytes(raw, policy=email.policy.default)


class MailHandler:
    """Takes a mail from SMTP: an .eml file in the folder, and an entry in the box."""

    def __init__(self, folder: Path, box: Box, forward_to: str = "") -> None:
        self._folder = folder
        self._box = box
        self._forward_to = forward_to
        folder.mkdir(parents=True, exist_ok=True)
        self._last = max((int(path.stem) for path in folder.glob("*.eml") if path.stem.isdigit()), default=0)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's
        """Store first, then say that it was taken."""
        raw = envelope.original_content or b""
        self._last += 1
        path = self._folder / f"{self._last:08d}.eml"
        try:
            path.write_bytes(raw)
        except OSError:
            return "452 4.3.1 the disk is full"
        await self._box.add({**describe(parse(raw), list(envelope.rcpt_tos)), "file": path.name})
        if self._forward_to:
            await self._forward(str(envelope.mail_from), list(envelope.rcpt_tos), raw)
        return "250 2.0.0 stored"

    async def _forward(self, sender: str, to: list[str], raw: bytes) -> None:
        """Pass a mail on; it is kept here, so one that the other does not take is only told of."""
        host, _, port = self._forward_to.rpartition(":")
        try:
            await aiosmtplib.send(
                raw, sender=sender, recipients=to, hostname=host, port=int(port), timeout=_FORWARD_S, start_tls=False
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            print(f"not passed on to {self._forward_to}: {error}", flush=True)

    async def recall(self) -> None:
        """Read the newest stored mails, after a restart."""
        for path in sorted(self._folder.glob("*.eml"))[-KEPT:]:
            message = parse(path.read_bytes())
            to = [address.addr_spec for address in getattr(message["To"], "addresses", ())]
            await self._box.add({**describe(message, to), "file": path.name})


async def _listed(request: Request, box: Box) -> Response:
    query = request.query_params
    try:
        after, seconds = int(query.get("after", "0")), float(query.get("wait", "0"))
    except ValueError:
        return JSONResponse({"detail": "after and wait are numbers"}, status_code=400)
    to = query.get("to")
    if seconds > 0:
        return JSONResponse(await box.wait(to, after, min(seconds, _LONGEST_WAIT_S)))
    return JSONResponse(box.find(to, after))


async def _take_message(request: Request, box: Box) -> Response:
    try:
        body = await request.json()
        item = {"to": [str(body["to"])], "text": str(body["text"]), "reference": str(body.get("reference", ""))}
    except (ValueError, KeyError, TypeError, AttributeError):
        return JSONResponse({"detail": "expected to, text and reference"}, status_code=400)
    return JSONResponse(await box.add(item), status_code=201)


async def _take_letter(request: Request, box: Box) -> Response:
    try:
        body = await request.json()
        item = {
            "to": [str(body["to"]["name"])],
            "address": str(body["to"]["address"]),
            "reference": str(body["reference"]),
            "pdf": base64.b64encode(base64.b64decode(body["pdf"], validate=True)).decode(),
            "enclosure": str(body.get("enclosure", "")),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return JSONResponse({"detail": "expected reference, to.name, to.address and pdf in base64"}, status_code=400)
    return JSONResponse({"number": (await box.add(item))["number"]}, status_code=201)


def create_app(mails: Box, messages: Box, letters: Box) -> Starlette:
    """Build the HTTP side of the sinks."""

    async def list_mails(request: Request) -> Response:
        return await _listed(request, mails)

    async def list_messages(request: Request) -> Response:
        return await _listed(request, messages)

    async def take_message(request: Request) -> Response:
        return await _take_message(request, messages)

    async def list_letters(request: Request) -> Response:
        return await _listed(request, letters)

    async def take_letter(request: Request) -> Response:
        return await _take_letter(request, letters)

    async def live(_request: Request) -> Response:
        return Response(status_code=204)

    async def show(_request: Request) -> Response:
        return HTMLResponse(page(mails.find(None), messages.find(None), letters.find(None)))

    return Starlette(
        routes=[
            Route("/", show),
            Route("/mails", list_mails),
            Route("/messages", list_messages, methods=["GET"]),
            Route("/messages", take_message, methods=["POST"]),
            Route("/letters", list_letters, methods=["GET"]),
            Route("/letters", take_letter, methods=["POST"]),
            Route("/health/ready", live),
        ]
    )


async def serve(folder: Path, smtp_port: int, http_port: int, host: str = HOST, forward_to: str = "") -> None:
    """Run the sinks on an address of this machine until SIGTERM."""
    mails, messages, letters = Box(), Box(), Box()
    handler = MailHandler(folder, mails, forward_to)
    await handler.recall()
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=_MAIL_BYTES, enable_SMTPUTF8=True, hostname="localhost", loop=loop),
        host,
        smtp_port,
    )
    config = uvicorn.Config(
        create_app(mails, messages, letters),
        host=host,
        port=http_port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    async with smtp:
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    given = os.environ
    asyncio.run(
        serve(
            Path(given["MAIL_FOLDER"]),
            int(given["SMTP_PORT"]),
            int(given["HTTP_PORT"]),
            given.get("HTTP_HOST", HOST),
            given.get("FORWARD_TO", ""),
        )
    )
