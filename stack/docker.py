"""MongoDB and Kafka in containers, started once for all stacks of a process and removed at its end.

MONGO_IMAGE and KAFKA_IMAGE name the images: the official ones, or any with mongod as entrypoint, and with Kafka's jars
in /opt/kafka/libs and Java 17. Ports are the same inside and outside, published on 127.0.0.1, and survive a restart.
"""

import asyncio
import atexit
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from stack import broker as kafka_protocol, kafka, mongo
from stack.checks import CannotStartError
from stack.ports import HOST, free_ports
from stack.supervisor import NotReadyError, Supervisor

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

MONGO_IMAGE = "mongo:8.0"
KAFKA_IMAGE = "apache/kafka:4.1.1"
_READY_S = 180.0
_PROBE_S = 0.1
_SHOWN = 300


@dataclass
class Contained:
    """A server in a container."""

    name: str
    address: str
    image: str
    port: int
    command: Sequence[str]
    probe: Callable[[int], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    _container: "DockerContainer | None" = field(default=None, init=False)

    async def begin(self, supervisor: Supervisor) -> None:
        """Start it, unless it runs already; raises CannotStartError without an engine or image."""
        del supervisor
        if self._container is None:
            await asyncio.to_thread(self._start)

    async def ready(self) -> None:
        """Wait until its probe says it answers; raises NotReadyError with the last it said."""
        try:
            async with asyncio.timeout(_READY_S):
                while not await self.probe(self.port):  # noqa: ASYNC110 - a container sets no event
                    await asyncio.sleep(_PROBE_S)
        except TimeoutError:
            raise NotReadyError(f"{self.image} is not ready after {_READY_S:g} s: {self._said()}") from None

    async def restart(self, number: signal.Signals, *, wipe: bool) -> None:
        """End it by a signal and wait for it to come back, or for a new one when its data is not wanted."""
        await asyncio.to_thread(self._again, number, wipe=wipe)
        await self.ready()

    def remove(self) -> None:
        """Remove the container and its data."""
        if self._container is not None:
            self._container.stop()
            self._container = None

    def _start(self) -> None:
        # Its reaper is one more image to fetch; what is started here is removed at exit.
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
        from docker.errors import DockerException  # noqa: PLC0415 (slow, and only for this kind of stack)
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415

        try:
            made = DockerContainer(self.image).with_command(list(self.command)).with_envs(**self.environment)
            made.ports[f"{self.port}/tcp"] = (HOST, self.port)  # type: ignore[assignment] # Docker's client takes both
            self._container = made.start()
        except DockerException as error:
            raise CannotStartError(f"{self.image} cannot be started by Docker: {str(error)[:_SHOWN]}") from error

    def _again(self, number: signal.Signals, *, wipe: bool) -> None:
        assert self._container is not None, "begin() comes first"
        wrapped = self._container.get_wrapped_container()
        wrapped.kill(number.name)
        wrapped.wait()
        if wipe:
            self.remove()
            self._start()
        else:
            wrapped.start()

    def _said(self) -> str:
        if self._container is None:
            return "it was never started"
        out, err = self._container.get_logs()
        return (out + err).decode(errors="replace").strip()[-_SHOWN:]


@cache
def replica_set() -> Contained:
    """Return the MongoDB of this process: a replica set of one."""
    port = free_ports(1)[0]
    command = ["--replSet", mongo.REPLICA_SET, "--port", str(port), "--quiet"]
    command += ["--setParameter", f"transactionLifetimeLimitSeconds={mongo.TRANSACTION_LIFETIME_S}"]
    command += ["--wiredTigerCacheSizeGB", f"{mongo.CACHE_GB:g}"]
    image = os.environ.get("MONGO_IMAGE") or MONGO_IMAGE
    return _kept(Contained("mongod", mongo.uri(port), image, port, command, mongo.is_primary))


@cache
def broker() -> Contained:
    """Return the Kafka of this process."""
    port = free_ports(1)[0]
    image = os.environ.get("KAFKA_IMAGE") or KAFKA_IMAGE
    command = ["sh", "-c", kafka.START.read_text()]
    settings = {"KAFKA_HOST": HOST, "KAFKA_PORT": str(port), **kafka.jvm()}
    address = kafka_protocol.bootstrap(port)
    return _kept(Contained("broker", address, image, port, command, kafka_protocol.answers, settings))


def _kept(container: Contained) -> Contained:
    atexit.register(container.remove)
    return container
