"""The scan of uploads: clamd's INSTREAM over TCP, where the supplier runs one (S26)."""

import asyncio
import logging
from contextlib import suppress

from gateway.errors import ProblemError

log = logging.getLogger(__name__)
_PIECE = 256 * 1024
_ANSWER = 4096


class Scanner:
    """Asks clamd about a file; without an address nothing is asked."""

    def __init__(self, address: str | None, limit_s: float) -> None:
        self._host, _, port = (address or "").rpartition(":")
        self._port = int(port or 0)
        self._limit_s = limit_s

    async def check(self, data: bytes) -> None:
        """Raise a problem for a file with a virus, and for one of which clamd does not say that it has none."""
        if not self._port:
            return
        try:
            answer = await asyncio.wait_for(self._ask(data), self._limit_s)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            answer = repr(error)
        if answer == "stream: OK":
            return
        log.warning("an upload was not let in", extra={"scan": answer[:200]})
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            raise ProblemError("file_infected")
        raise ProblemError("scan_unavailable", headers={"Retry-After": "30"})

    async def _ask(self, data: bytes) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=_ANSWER)
        try:
            writer.write(b"zINSTREAM\0")
            with suppress(ConnectionError):  # clamd may answer, and close, before it has read all
                for start in range(0, len(data), _PIECE):
                    piece = data[start : start + _PIECE]
                    writer.write(len(piece).to_bytes(4, "big") + piece)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
