"""A server that speaks clamd's INSTREAM: it knows one virus, EICAR's harmless test file."""

import asyncio
from contextlib import asynccontextmanager

# In two parts, so that no scanner stops at this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """What it has read, and how it answers: `says` in place of a verdict, or `silent`."""

    def __init__(self):
        self.read = []
        self.says = None
        self.silent = False
        self.address = ""

    async def serve(self, reader, writer):
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            data = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                data += await reader.readexactly(size)
            self.read.append(data)
            if self.silent:
                await reader.read()  # until who asks gives up
                return
            verdict = b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"
            writer.write((verdict if self.says is None else self.says) + b"\0")
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def clamd():
    """Run one on a free port."""
    found = Clamd()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    found.address = f"{host}:{port}"
    async with server:
        yield found
