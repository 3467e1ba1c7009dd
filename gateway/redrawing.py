"""The shown copy of an uploaded file, drawn anew by a program apart (S26)."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from gateway.errors import ProblemError

_PROGRAM = Path(__file__).with_name("redraw.py")  # not imported: what reads strangers' files stays out of this process
_REFUSED = 1


class Redrawing:
    """Draws some files at a time; others wait."""

    def __init__(self, limit_s: float, at_once: int) -> None:
        self._limit_s = limit_s
        self._free = asyncio.Semaphore(at_once)

    async def draw(self, data: bytes) -> tuple[str, bytes]:
        """Return the media type and bytes of what a file looks like; raise a problem when it cannot be seen."""
        async with self._free:
            status, drawn = await self._run(data)
        head, _, content = drawn.partition(b"\n")
        if status:  # one that does not refuse by a code of its own has met a limit of memory or time
            raise ProblemError(head.decode() if status == _REFUSED and head else "file_too_complex")
        return head.decode(), content

    async def _run(self, data: bytes) -> tuple[int, bytes]:
        """Run the program with an empty environment: it knows no key."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(_PROGRAM), env={},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        drawn = b""
        try:
            with suppress(TimeoutError):
                drawn, _ = await asyncio.wait_for(process.communicate(data), self._limit_s)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            status = await process.wait()
        return status, drawn
