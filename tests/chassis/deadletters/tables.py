"""Services whose handlers fail until they are mended, and their operator."""

import json
from typing import Any

from chassis import audit
from chassis.cli import parsed, run_command
from chassis.deadletters import DeadLetters
from chassis.process import Process
from stack.secrets import generate
from tests.chassis.shop import CounterEvent, Shop
from tests.harness import ServiceUnderTest

KEY = generate()["AUDIT_SIGNING_KEY"]


class Fragile(Shop):
    """A shop whose handlers fail until they are mended."""

    broken = True

    async def count(self, command, work):
        if self.broken:
            raise ValueError("handler: 111222333")
        return await super().count(command, work)


class Listener:
    """Hears counters; fails on the second event until it is mended."""

    broken = True

    def __init__(self, process: Process) -> None:
        self.heard: list[int] = []
        process.routes.listen(CounterEvent, Counted=self.on_counted, CounterSnapshot=self.on_counted)
        process.routes.copy(CounterEvent, "counter_copies")

    async def on_counted(self, event: Any, _: Any) -> None:
        if self.broken and event.state.count == 2:
            raise ValueError("reaction")
        self.heard.append(event.state.count)


class Table:
    """A service with an operator."""

    def __init__(self, service: ServiceUnderTest, handlers: Any) -> None:
        self.service = service
        self.handlers = handlers
        process = service.process
        self.database = service.database
        self.letters = DeadLetters(process.client, process.database, process.routes, "piet")

    async def letter(self) -> str:
        [letter] = await self.letters.overview()
        return letter["id"]

    async def audited(self) -> list[tuple[str, str, str]]:
        rows = await self.database[audit.NAME].find({"collection": "command_line"}).sort("order", 1).to_list()
        return [(row["what"], row["actor"]["name"], row["details"].get("reason", "")) for row in rows]

    async def run(self, *argv: str) -> tuple[int, list[Any]]:
        said: list[str] = []
        arguments = parsed("chain", ["--operator", "piet", *argv])
        status = await run_command(self.service.process, arguments, said.append)
        return status, [json.loads(line) for line in said]
