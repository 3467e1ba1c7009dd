"""The MongoDB and the broker that everything stands on; the environment variable STACK chooses them.

embedded: mongod and Tansu from wheels, in processes of their own (default)
kafka: the same mongod, and Apache Kafka from its jars
containers: a replica set and Kafka in containers of testcontainers, one pair for all stacks of a process
external: servers that run already, at MONGO_URI and KAFKA_BOOTSTRAP
"""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import Literal, Protocol, get_args

from stack import broker, docker, kafka, mongo
from stack.checks import CannotStartError
from stack.process import Program
from stack.settings import KafkaKind
from stack.supervisor import Supervisor

Kind = Literal["embedded", "kafka", "containers", "external"]
_READY_S = 180.0


class NotOursError(Exception):
    """A server that somebody else runs cannot be stopped or restarted here."""


class Server(Protocol):
    """One server: where it is, and how it comes and goes."""

    @property
    def address(self) -> str:
        """What clients connect to."""

    async def begin(self, supervisor: Supervisor) -> None:
        """Start it; returns before it answers."""

    async def ready(self) -> None:
        """Wait until it answers; raises NotReadyError."""

    async def restart(self, number: signal.Signals, *, wipe: bool) -> None:
        """End it by a signal and wait for a new one, on the same data unless `wipe`; raises NotOursError."""


@dataclass
class Own:
    """A server that is a process of this machine, kept running by a supervisor; `data` is what it keeps."""

    name: str
    address: str
    program: Callable[[], Program]
    data: Path
    supervisor: Supervisor | None = field(default=None, init=False)

    async def begin(self, supervisor: Supervisor) -> None:
        """Start it; a program may have to be fetched first."""
        self.supervisor = supervisor
        await supervisor.start(await asyncio.to_thread(self.program))

    async def ready(self) -> None:
        """Wait until its probe says it answers."""
        assert self.supervisor is not None, "begin() comes first"
        await self.supervisor.ready(self.name, _READY_S)

    async def restart(self, number: signal.Signals, *, wipe: bool) -> None:
        """End it by a signal and wait for a new one."""
        assert self.supervisor is not None, "begin() comes first"
        await self.supervisor.down(self.name, number)
        if wipe:
            await asyncio.to_thread(shutil.rmtree, self.data, ignore_errors=True)
        await self.supervisor.up(self.name, _READY_S)


@dataclass(frozen=True)
class Given:
    """A server that somebody else runs."""

    address: str

    async def begin(self, supervisor: Supervisor) -> None:
        """Leave it as it is."""

    async def ready(self) -> None:
        """Take it as it is: who uses it hears what is wrong."""

    async def restart(self, number: signal.Signals, *, wipe: bool) -> None:
        """Refuse."""
        del number, wipe
        raise NotOursError(f"the server at {self.address} is not ours to restart")


@dataclass(frozen=True)
class Servers:
    """A MongoDB and a broker; `shared` when other stacks may stand on them too, so that names must differ."""

    mongo: Server
    broker: Server
    kafka_kind: KafkaKind
    shared: bool


def kind() -> Kind:
    """Read STACK; raises CannotStartError when it names none."""
    asked = os.environ.get("STACK") or "embedded"
    for known in get_args(Kind):
        if asked == known:
            return known  # type: ignore[no-any-return]
    raise CannotStartError(f"STACK={asked} is not known; choose one of {', '.join(get_args(Kind))}")


def kafka_kind() -> KafkaKind:
    """Tell which broker STACK means: Kafka itself, or the embedded one. KAFKA_KIND may say so of an external one."""
    chosen = kind()
    if chosen == "external":
        return "embedded" if os.environ.get("KAFKA_KIND") == "embedded" else "kafka"
    return "embedded" if chosen == "embedded" else "kafka"


def choose(data: Path, mongo_port: int, kafka_port: int) -> Servers:
    """Return the servers that STACK names, not yet started; own ones keep their data below `data`."""
    chosen = kind()
    if chosen == "containers":
        return Servers(docker.replica_set(), docker.broker(), "kafka", shared=True)
    if chosen == "external":
        return Servers(Given(_given("MONGO_URI")), Given(_given("KAFKA_BOOTSTRAP")), kafka_kind(), shared=True)
    own = own_mongo(data / "mongo", mongo_port)
    return Servers(own, own_broker(data / "broker", kafka_port, kafka_kind()), kafka_kind(), shared=False)


async def start(wanted: Sequence[Server], supervisor: Supervisor) -> None:
    """Start servers at once and wait until all of them answer."""
    for server in wanted:
        await server.begin(supervisor)
    await asyncio.gather(*(server.ready() for server in wanted))


def beside(other: Servers) -> Servers:
    """Return the servers of another stack, for one that neither starts nor restarts them."""
    return replace(other, mongo=Given(other.mongo.address), broker=Given(other.broker.address))


def deployment(data: Path, profile: str, *, shared: bool) -> str:
    """Name a deployment after its profile; on shared servers with an addition that stays with the data."""
    if not shared:
        return profile
    kept = data / "deployment"
    if not kept.exists():
        data.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"{profile}-{token_hex(4)}\n")
    return kept.read_text().strip()


def own_mongo(data: Path, port: int) -> Own:
    """Return a mongod of this machine."""
    return Own("mongod", mongo.uri(port), lambda: mongo.program(port, data), data)


def own_broker(data: Path, port: int, kind: KafkaKind) -> Own:
    """Return a broker of this machine; the embedded one keeps nothing."""
    if kind == "embedded":
        return Own("broker", broker.bootstrap(port), lambda: broker.program(port), data)
    return Own("broker", broker.bootstrap(port), lambda: kafka.program(port, data), data)


def _given(variable: str) -> str:
    if address := os.environ.get(variable):
        return address
    raise CannotStartError(f"STACK=external needs {variable}, the address of a server that runs")
