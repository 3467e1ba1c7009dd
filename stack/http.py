"""The smallest question over HTTP: whether a process answers that it is ready."""

import asyncio
import contextlib

from stack.ports import HOST

_PROBE_S = 2.0
_READY = (b"200", b"204")


async def says_ready(port: int, path: str = "/health/ready", host: str = HOST) -> bool:
    """Whether GET answers 200 or 204 within 2 s; False also when nobody listens."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
    try:
        async with asyncio.timeout(_PROBE_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                status = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
    return status.split(b" ")[1:2] in [[code] for code in _READY]
