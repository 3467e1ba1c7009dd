"""A load over HTTP with as little of its own as can be: one connection for each question in flight."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httptools


class Connection:
    """A connection that is kept open; one question at a time."""

    def __init__(self, url: str, token: str) -> None:
        self._where = urlsplit(url)
        self._token = token
        self._reader: Any = None
        self._writer: Any = None
        self.status = 0
        self._whole = False

    async def ask(self, kind: str, counter: UUID) -> None:
        """Ask once; raise ConnectionError for an answer that is no success, and use the connection no more."""
        try:
            await self._ask(kind, counter)
        except BaseException:
            if self._writer is not None:
                self._writer.close()
            self._writer = None
            raise

    async def _ask(self, kind: str, counter: UUID) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._where.hostname, self._where.port)
        self._writer.write(self._request(kind, counter))
        self._whole = False
        parser = httptools.HttpResponseParser(self)
        while not self._whole:
            data = await self._reader.read(65_536)
            if not data:
                raise ConnectionError("closed")
            parser.feed_data(data)
        if parser.get_status_code() not in {200, 201}:
            raise ConnectionError(f"status {parser.get_status_code()}")

    def on_message_complete(self) -> None:
        """Hear from the parser that the answer is whole."""
        self._whole = True

    def _request(self, kind: str, counter: UUID) -> bytes:
        common = f"Host: {self._where.netloc}\r\nAuthorization: Bearer {self._token}\r\n"
        if kind == "queries":
            return f"GET /v1/counts/{counter} HTTP/1.1\r\n{common}\r\n".encode()
        body = json.dumps({"counter": str(counter), "note": "y" * 230})
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"POST /v1/counts HTTP/1.1\r\n{common}{length}\r\n{body}".encode()
