"""A running mongod and broker for tests: real ones, as STACK chooses them; own ones on free ports."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from stack import servers
from stack.ports import free_ports
from stack.supervisor import Supervisor


class Infrastructure:
    """A mongod and a broker that run; ask only for what was started."""

    def __init__(self, data: Path, mongo_port: int, kafka_port: int) -> None:
        self.data = data
        self.mongo_port = mongo_port
        self.kafka_port = kafka_port
        self._servers = servers.choose(data, mongo_port, kafka_port)
        self.mongo_uri = self._servers.mongo.address
        self.kafka = self._servers.broker.address
        self.kafka_kind = self._servers.kafka_kind
        self.supervisor = Supervisor(data / "logs", say=lambda _line: None)

    async def start(self, *, with_mongo: bool, with_broker: bool) -> None:
        """Start both at once and wait until they answer."""
        wanted = [self._servers.mongo] * with_mongo + [self._servers.broker] * with_broker
        await servers.start(wanted, self.supervisor)

    async def restart_broker(self, *, wipe: bool = False) -> None:
        """Kill the broker and wait for a new one at the same address; the embedded one is always empty then."""
        await self._servers.broker.restart(signal.SIGKILL, wipe=wipe)

    async def restart_mongo(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End mongod with a signal and wait for a new one on the same data."""
        await self._servers.mongo.restart(number, wipe=False)

    async def stop(self) -> None:
        """Stop what was started."""
        await self.supervisor.stop()


# The names of the arguments are what a reader asks for: infrastructure(data, broker=False).
@asynccontextmanager
async def infrastructure(
    data: Path,
    mongo: bool = True,  # noqa: FBT001, FBT002
    broker: bool = True,  # noqa: FBT001, FBT002
) -> AsyncIterator[Infrastructure]:
    """Run mongod and the broker as long as the block lasts; `data` keeps data and logs."""
    mongo_port, kafka_port = free_ports(2)
    infra = Infrastructure(data, mongo_port, kafka_port)
    try:
        await infra.start(with_mongo=mongo, with_broker=broker)
        yield infra
    finally:
        await infra.stop()
