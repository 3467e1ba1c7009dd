"""Where it is measured: a broker and a mongod, and processes of a deployment that nobody used before."""

import json
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bench.usage import cpu_s
from stack import secrets
from stack.http import says_ready
from stack.ports import HOST, free_ports
from stack.process import Program, base_environment
from stack.supervisor import Supervisor
from stack.testing import Infrastructure

_READY_S = 40.0
_RATES = {"RATE_ADDRESS": "1e9", "RATE_PRINCIPAL": "1e9", "RATE_ORGANISATION": "1e9"}
_KINDS = {
    "owner": ("bench.peer", "owner"),
    "copier": ("bench.peer", "copier"),
    "bare": ("bench.bare",),
    "gateway": ("bench.edge", "gateway"),
    "clock": ("clock",),
    "identity": ("services.identity",),
    "fastapi": ("bench.edge", "fastapi"),
}


@dataclass(frozen=True)
class Running:
    """Processes that run."""

    supervisor: Supervisor
    environment: dict[str, str]
    ports: dict[str, int]

    def url(self, name: str) -> str:
        """Return the address of a process."""
        return f"http://{HOST}:{self.ports[name]}"

    def cpu_s(self) -> dict[str, float]:
        """Return the processor seconds that each process has used."""
        pids = {name: self.supervisor.pid(name) for name in self.ports}
        return {name: cpu_s(pid) for name, pid in pids.items() if pid is not None}

    def metric(self, name: str, metric: str) -> float:
        """Return the sum of a metric of a process."""
        with urllib.request.urlopen(f"{self.url(name)}/metrics", timeout=5) as answer:  # noqa: S310 (http, our own)
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(metric))


@asynccontextmanager
async def running(infra: Infrastructure, data: Path, *names: str) -> AsyncIterator[Running]:
    """Run processes on an empty broker as long as the block lasts."""
    await infra.restart_broker(wipe=True)
    kept = secrets.generate()
    given = {
        **base_environment(), "DEPLOYMENT": f"b{uuid4().hex[:8]}", "MONGO_URI": infra.mongo_uri, "LOG_LEVEL": "ERROR",
        "KAFKA_BOOTSTRAP": infra.kafka, "KAFKA_KIND": infra.kafka_kind, "HTTP_HOST": HOST, **_RATES,
        **secrets.environment(kept, "identity"), **secrets.environment(kept, "gateway"),
        "TOKEN_SIGNING_KEY": json.dumps(kept["TOKEN_SIGNING_KEY"]),
    }  # fmt: skip
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    supervisor = Supervisor(data / "logs", say=lambda _line: None)
    try:
        for name, port in ports.items():
            await supervisor.start(_program(name, port, given))
        for name in names:
            await supervisor.ready(name, _READY_S)
        yield Running(supervisor, given, ports)
    finally:
        await supervisor.stop()


def _program(name: str, port: int, given: dict[str, str]) -> Program:
    async def ready() -> bool:
        return await says_ready(port)

    environment = {**given, "HTTP_PORT": str(port), "INSTANCE": name}
    probe = None if name == "bare" else ready  # the client's first question tells that the bare loop is there
    return Program(name, (sys.executable, "-m", *_KINDS[name]), environment, probe)
