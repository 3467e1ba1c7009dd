"""The way in over HTTP: `python -m bench.edge gateway|fastapi`, our gateway beside the barest one."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from bench.counters import Count, ReadCounter
from chassis.bus import Producer, connection, fetch_wait_ms
from chassis.envelope import topic
from chassis.serve import serve
from chassis.topics import make_topics, replies_topic
from contracts.message import Command, Kind, Query
from gateway.app import create_app
from gateway.dependencies import InjectedCaller
from gateway.policy import PolicyRoute, administrator
from gateway.routes import ROUTERS
from gateway.settings import Settings

router = APIRouter(prefix="/v1", route_class=PolicyRoute)


class CountIn(BaseModel):
    """Which counter is to go up."""

    counter: UUID
    note: str = ""


class CountOut(BaseModel):
    """How far it is."""

    count: int


@router.post("/counts", status_code=201)
@administrator
async def count(body: CountIn, caller: InjectedCaller) -> CountOut:
    """Count up."""
    done = await caller.command(Count(counter=body.counter, note=body.note))
    return CountOut(count=done.count)


@router.get("/counts/{counter}")
@administrator
async def read(counter: UUID, caller: InjectedCaller) -> CountOut:
    """Read a counter."""
    return CountOut(count=(await caller.ask(ReadCounter(counter=counter))).count)


def gateway(settings: Settings) -> FastAPI:
    """Return our gateway with the two routes that are measured."""
    return create_app(settings, (*ROUTERS, router))


class Bare:
    """Puts a message on the topic and waits for its reply; nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = Producer(settings)
        self._waiting: dict[bytes, asyncio.Future[bytes]] = {}
        self._consumer: Any = None

    async def start(self) -> asyncio.Task[None]:
        """Listen on partition 0 of the replies."""
        await make_topics(self._settings)
        await self._producer.start()
        self._consumer = AIOKafkaConsumer(
            **connection(self._settings), enable_auto_commit=False, auto_offset_reset="latest",
            fetch_max_wait_ms=fetch_wait_ms(self._settings, "replies"),
        )  # fmt: skip
        await self._consumer.start()
        self._consumer.assign([TopicPartition(replies_topic(self._settings.deployment), 0)])
        return asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for record in self._consumer:
            id_ = dict(record.headers)["ce_correlationid"]
            if (future := self._waiting.pop(id_, None)) is not None:
                future.set_result(record.value)

    async def ask(self, message: Command[Any] | Query[Any], kind: Kind) -> bytes:
        """Return the value of the reply."""
        id_ = str(uuid4()).encode()
        headers = [("ce_id", id_), ("ce_time", b"2026-01-01T00:00:00Z"), ("ce_replyto", b"0")]
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[id_] = future
        name = topic(self._settings.deployment, "chain", kind)
        await self._producer.send(name, message.key.encode() or None, message.model_dump_json().encode(), headers)
        return await future


def fastapi(settings: Settings) -> FastAPI:
    """Return the barest gateway: FastAPI, aiokafka, a dictionary of those who wait."""
    bare = Bare(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        task = await bare.start()
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app = FastAPI(lifespan=life)

    @app.post("/v1/counts", status_code=201)
    async def count(body: CountIn) -> Any:
        return JSONResponse({"reply": (await bare.ask(Count(counter=body.counter), Kind.COMMAND)).decode()})

    @app.get("/v1/counts/{counter}")
    async def read(counter: UUID) -> Any:
        return JSONResponse({"reply": (await bare.ask(ReadCounter(counter=counter), Kind.QUERY)).decode()})

    @app.get("/health/ready")
    async def ready(_: Request) -> Any:
        return JSONResponse({})

    return app


if __name__ == "__main__":
    given = Settings()
    serve({"gateway": gateway, "fastapi": fastapi}[sys.argv[1]](given), given)
