"""The gateway's process: database, broker, watch, health and routines, put together and run."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from pymongo.errors import PyMongoError

from chassis.asking import Asker
from chassis.blobs import BlobStore
from chassis.bus import Producer
from chassis.health import Health
from chassis.mongo import close, connect, database
from chassis.sealed import Sealer
from chassis.tasks import end
from chassis.time import Clock
from chassis.topics import make_topics
from chassis.watch import Watch
from gateway import limits, pending, quotas, sessions
from gateway.admission import Admission
from gateway.limits import RateLimits
from gateway.pending import StoredRequests
from gateway.quotas import Quotas
from gateway.redrawing import Redrawing
from gateway.scanning import Scanner
from gateway.sessions import EndedSessions, SessionHearing
from gateway.settings import Settings
from gateway.tokens import TokenReader
from profiles.model import load_profile

log = logging.getLogger(__name__)
NAME = "gateway"
_START_S = 60.0


class Gateway:
    """What the routes stand on; `start` and `stop` run it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.profile = load_profile(settings.profile)
        self.clock = Clock(settings.time)
        self.tokens = TokenReader(settings.token_public_keys, settings.deployment)
        self.sealer = Sealer(settings.sealing_keys, NAME)
        self.digest_key = settings.sealing_keys[NAME].encode()
        self.client = connect(settings, NAME)
        self.database = database(self.client, settings, NAME)
        self.blobs = BlobStore(self.client, settings)
        self.producer = Producer(settings)
        self.asker = Asker(settings, NAME, self.producer)
        self.ended = EndedSessions(self.database)
        self.hearing = SessionHearing(settings, self.ended)
        self.limits = RateLimits(self.database)
        self.quotas = Quotas(self.database, settings.upload_files_a_day, settings.upload_bytes_a_day)
        self.scanner = Scanner(settings.scan_address, settings.scan_limit_s)
        self.redrawing = Redrawing(settings.redraw_limit_s, settings.redraw_at_once)
        self.requests = StoredRequests(self.database, self.asker, self.clock, settings)
        self.admission = Admission(self)
        self.health = Health()
        self._watch = Watch(settings, self.clock, self._end)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything, in the order in which it is needed; one that hangs is ended, and started anew."""
        try:
            async with asyncio.timeout(_START_S):
                await self._connect()
        except BaseException:
            await self._leave()
            raise
        routines = (
            self._watch.run, self._look, self.hearing.run, self.ended.run, self.limits.run, self.requests.run,
        )  # fmt: skip
        for routine in routines:
            task = asyncio.create_task(self._until_ended(routine), name=routine.__qualname__)
            task.add_done_callback(self._routine_ended)
            self._tasks.append(task)
        self.health.checks |= {"database": self._database_answers, "broker": self._broker_answers}
        if self.settings.time == "ticks":
            self.health.last_tick = lambda: self.clock._tick  # noqa: SLF001 (the newest tick heard)
        self.health.started = True

    async def _connect(self) -> None:
        await self._prepare()
        await make_topics(self.settings)
        await self._watch.start()
        await self.producer.start()
        await self.asker.start()
        await self.ended.look()
        await self.hearing.start()

    async def _prepare(self) -> None:
        for kept in (pending, limits, sessions, quotas):
            for index in kept.INDEXES:
                await index.ensure(self.database[kept.NAME])
        await self.blobs.prepare()

    async def stop(self) -> None:
        """Answer nobody any more, and leave."""
        self.health.started = False
        await end(*self._tasks)
        self._tasks.clear()
        with suppress(Exception):
            await self.limits.exchange()
        await self._leave()

    async def _leave(self) -> None:
        """Close what was opened; a start that failed may not have come far."""
        for leave in (self.asker.stop, self.hearing.stop, self.producer.stop, self._watch.stop):
            with suppress(Exception):
                await leave()
        await close(self.client)

    @staticmethod
    async def _until_ended(routine: Callable[[], Awaitable[None]]) -> None:
        """Run a routine that must not end; one that does ends the process."""
        await routine()
        raise RuntimeError("a routine has ended")

    def _routine_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.critical("fatal", exc_info=task.exception())
            self._end(f"{task.get_name()}: {task.exception()!r}")

    async def _look(self) -> None:
        """Look once a second for what has died without a word (A1, A2)."""
        while True:
            await asyncio.sleep(1)
            if self.producer.dead:
                self._end("the producer's sender is dead")
            if self.asker.stuck:
                self._end("nobody listens for replies")

    @staticmethod
    def _end(why: str) -> None:
        """End the process at once: its supervisor starts it anew, and nothing acknowledged is lost by that."""
        log.critical("ending the process", extra={"why": why})
        logging.shutdown()
        os._exit(70)

    async def _database_answers(self) -> str | None:
        try:
            await self.database.command("ping")
        except PyMongoError as error:
            return repr(error)
        return None

    async def _broker_answers(self) -> str | None:
        return self._watch.fault


def gateway_of(request: Any) -> Gateway:
    """Return the gateway that serves a request."""
    found: Gateway = request.app.state.gateway
    return found
