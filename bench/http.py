"""A load over HTTP with as little of its own as can be: one connection for each question in flight."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httptools

from chassis.time import real_now
from services.identity.crypto.tokens import Tokens


def administrator_token(environment: Mapping[str, str], person_id: UUID, organisation_id: UUID) -> str:
    """Return an access token as identity gives them to an administrator."""
    tokens = Tokens(json.loads(environment["TOKEN_SIGNING_KEY"]), "", environment["DEPLOYMENT"])
    claims = {
        "sub": str(person_id), "kind": "person", "sid": str(uuid4()), "auth_time": int(real_now().timestamp()),
        "tenant": str(organisation_id), "role": "administrator", "acr": "EH3", "lang": "nl",
    }  # fmt: skip
    return tokens.access(claims, uuid4(), real_now())


class Connection:
    """A connection that is kept open; one question at a time."""

    def __init__(self, url: str, token: str) -> None:
        self._where = urlsplit(url)
        self._common = f"Host: {self._where.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._reader: Any = None
        self._writer: Any = None
        self._whole = False
        self._body = bytearray()

    async def get(self, path: str) -> bytes:
        """Return the body of an answer; raise ConnectionError for one that is no success, and use a new connection."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._common}\r\n".encode())

    async def post(self, path: str, body: object) -> bytes:
        """Send JSON; as `get`."""
        text = json.dumps(body)
        length = f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
        return await self._ask(f"POST {path} HTTP/1.1\r\n{self._common}{length}\r\n{text}".encode())

    async def _ask(self, request: bytes) -> bytes:
        try:
            return await self._exchange(request)
        except BaseException:
            if self._writer is not None:
                self._writer.close()
            self._writer = None
            raise

    async def _exchange(self, request: bytes) -> bytes:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._where.hostname, self._where.port)
        self._writer.write(request)
        self._whole, self._body = False, bytearray()
        parser = httptools.HttpResponseParser(self)
        while not self._whole:
            data = await self._reader.read(65_536)
            if not data:
                raise ConnectionError("closed")
            parser.feed_data(data)
        if parser.get_status_code() not in {200, 201}:
            raise ConnectionError(f"status {parser.get_status_code()}: {self._body.decode()}")
        return bytes(self._body)

    def on_body(self, piece: bytes) -> None:
        """Hear a piece of the answer from the parser."""
        self._body += piece

    def on_message_complete(self) -> None:
        """Hear from the parser that the answer is whole."""
        self._whole = True
