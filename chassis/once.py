"""Commands of one's own: through the service's loop, with inbox and audit, without a broker."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from chassis.commit import INBOX
from chassis.held import record
from chassis.ids import fresh
from chassis.mongo import close
from chassis.process import Process
from contracts.message import Command, Model, Refusal, Reply


async def run_once(process: Process, command: Command[Any]) -> tuple[UUID, Model | Refusal]:
    """Handle a command against the service's database and return its id and outcome; the process is spent by it.

    What the command sends stays in the outbox until the running service publishes it.
    """
    (handled,) = await run_each(process, [command])
    return handled


async def run_each(process: Process, commands: Iterable[Command[Any]]) -> list[tuple[UUID, Model | Refusal]]:
    """Handle commands one after the other as `run_once` does one."""
    process.assemble()
    try:
        await process.prepare()
        ids = ((fresh(), command) for command in commands)
        return [(id_, await handle_once(process, command, id_)) for id_, command in ids]
    finally:
        await close(process.client)


async def handle_once(process: Process, command: Command[Any], id_: UUID) -> Model | Refusal:
    """Handle a command in a service that runs and return its outcome; the same id again has no second effect.

    What the command sends is handed to the relay when it is committed.
    """
    row = process.sender.row(command, id_, process.clock.now())
    await process.commands.handle([record({**row, "key": row["key"].encode()})])
    stored = await process.database[INBOX].find_one({"_id": id_})
    assert stored is not None, "a handled command is in the inbox"
    reply = Reply.model_validate_json(bytes(stored["reply"]))
    if reply.refusal is not None:
        return reply.refusal
    return command.result_type().model_validate(reply.result)
