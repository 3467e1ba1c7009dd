"""SMS and letters: two providers behind plain HTTP, each told our reference, by which it knows a repetition (R22)."""

import ssl
from base64 import b64encode
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.notifications.domain.deliveries import Outcome, Verdict

_TIMEOUT_S = 15
_TRUST = ssl.create_default_context()
_PASSES = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class SmsProvider:
    """Takes {"to", "text", "reference"}."""

    def __init__(self, url: str) -> None:
        self._url = address(url, "messages")

    async def send(self, reference: str, to: str, text: str) -> Outcome:
        """Send a text message to a number (E.164)."""
        return await _post("sms", self._url, {"to": to, "text": text, "reference": reference})


class PrintHouse:
    """Takes {"reference", "to": {"name", "address"}, "pdf"}, the PDF in base64; "enclosure" is what goes along."""

    def __init__(self, url: str) -> None:
        self._url = address(url, "letters")

    async def send(self, reference: str, name: str, postal_address: str, pdf: bytes, enclosure: str = "") -> Outcome:
        """Have a letter printed and posted; a failure at once where no print house is set.

        `enclosure` is the serial number of the OTP device that the print house puts into the envelope.
        """
        to = {"name": name, "address": postal_address}
        body: dict[str, Any] = {"reference": reference, "to": to, "pdf": b64encode(pdf).decode()}
        if enclosure:
            body["enclosure"] = enclosure
        return await _post("letter", self._url, body)


def address(url: str, path: str) -> str:
    """Return where to post: an address without a path gets the usual one; empty stays empty."""
    return f"{url.rstrip('/')}/{path}" if url and urlsplit(url).path in {"", "/"} else url


async def _post(what: str, url: str, body: dict[str, Any]) -> Outcome:
    if not url:
        return Outcome(Verdict.PERMANENT, f"{what}_not_configured")
    try:
        async with httpx.AsyncClient(verify=_TRUST, timeout=_TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.post(url, json=body)
    except httpx.TransportError as error:
        return Outcome(Verdict.TEMPORARY, f"{what}_{type(error).__name__}")
    if answer.is_success:
        return Outcome(Verdict.SENT)
    passes = answer.is_server_error or answer.status_code in _PASSES
    return Outcome(Verdict.TEMPORARY if passes else Verdict.PERMANENT, f"{what}_{answer.status_code}")
