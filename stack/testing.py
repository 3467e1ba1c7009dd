"""A running mongod and broker for tests: real ones, on free ports."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from stack import broker, mongo
from stack.ports import free_ports
from stack.supervisor import Supervisor

_READY_S = 30.0


class Infrastructure:
    """A mongod and a broker that run; ask only for what was started."""

    def __init__(self, data: Path, mongo_port: int, kafka_port: int) -> None:
        self.data = data
        self.mongo_port = mongo_port
        self.kafka_port = kafka_port
        self.mongo_uri = mongo.uri(mongo_port)
        self.kafka_kind = "embedded"
        self.kafka = broker.bootstrap(kafka_port)
        self.supervisor = Supervisor(data / "logs", say=lambda _line: None)

    async def start(self, *, with_mongo: bool, with_broker: bool) -> None:
        """Start both at once and wait until they answer."""
        names = []
        if with_mongo:
            await self.supervisor.start(mongo.program(self.mongo_port, self.data / "mongo"))
            names.append("mongod")
        if with_broker:
            await self.supervisor.start(broker.program(self.kafka_port))
            names.append("broker")
        await asyncio.gather(*(self.supervisor.ready(name, _READY_S) for name in names))

    async def restart_broker(self) -> None:
        """Kill the broker and wait for a new, empty one on the same port."""
        await self.supervisor.restart("broker", signal.SIGKILL)

    async def restart_mongo(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End mongod with a signal and wait for a new one on the same data."""
        await self.supervisor.restart("mongod", number)

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
    """Run mongod and the broker on free ports as long as the block lasts; `data` keeps data and logs."""
    mongo_port, kafka_port = free_ports(2)
    infra = Infrastructure(data, mongo_port, kafka_port)
    try:
        await infra.start(with_mongo=mongo, with_broker=broker)
        yield infra
    finally:
        await infra.stop()
