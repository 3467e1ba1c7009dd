"""How a process serves."""

import asyncio
import sys

from stack.ports import HOST, free_ports
from stack.process import base_environment
from tests.probes import until

APP = """
import gc
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from chassis.serve import serve
from chassis.settings import ChassisSettings

kept = [{"number": number} for number in range(50_000)]

async def looked_through(_):
    return JSONResponse({"kept": sum(1 for each in gc.get_objects() if isinstance(each, dict) and "number" in each)})

serve(Starlette(routes=[Route("/", looked_through)]), ChassisSettings())
"""


async def test_what_a_process_starts_with_is_not_looked_through_for_garbage():
    """A full collection of all of it held each request up for 150 ms, every two seconds under load."""
    (port,) = free_ports(1)
    environment = {**base_environment(), "HTTP_HOST": HOST, "HTTP_PORT": str(port), "DEPLOYMENT": "t"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", APP, env=environment)
    try:
        found = await until(lambda: answer(port))
        assert b'{"kept":0}' in found
    finally:
        process.terminate()
        await process.wait()


async def answer(port: int) -> bytes:
    """Return an answer; nothing as long as nobody listens."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return b""
    writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
    found = await reader.read()
    writer.close()
    await writer.wait_closed()
    return found
