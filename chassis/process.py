"""A process of a service: its database, loops, relay, watch and health, put together and run."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

from chassis import outbox
from chassis.audit_sealing import AuditChain
from chassis.blobs import BlobStore
from chassis.bus import Bus, Producer
from chassis.commands import CommandLoop
from chassis.commit import INDEXES, TIMERS
from chassis.envelope import topic
from chassis.events import GUARDS, EventLoop
from chassis.health import Health
from chassis.held import HeldEvents
from chassis.leases import Leases
from chassis.mongo import Index, appname, close, connect, database, end_predecessor, make_collections
from chassis.outbox import Sender
from chassis.queries import QueryLoop
from chassis.relay import Relay
from chassis.replying import Replier
from chassis.republish import Republisher
from chassis.reservations import RESERVATIONS
from chassis.routes import Routes
from chassis.sealed import FieldCipher, Sealer
from chassis.settings import ChassisSettings
from chassis.tasks import end
from chassis.ticks import TickLoop
from chassis.time import Clock, real_now
from chassis.topics import make_topics
from chassis.watch import Watch
from chassis.work import Work
from contracts.message import Done, Kind, Republish

log = logging.getLogger(__name__)
_LAG_LIMIT_S = 60


class Process:
    """A service on its chassis. The service fills `routes`; `start` and `stop` do the rest."""

    def __init__(self, service: str, settings: ChassisSettings) -> None:
        self.service = service
        self.settings = settings
        self.clock = Clock(settings.time)
        self.client = connect(settings, service)
        self.database = database(self.client, settings, service)
        self.sealer = Sealer(settings.sealing_keys, service)
        self.fields = FieldCipher(settings.field_keys)
        self.blobs = BlobStore(self.client, settings)
        self.routes = Routes(service)
        self.sender = Sender(settings, service)
        self.producer = Producer(settings)
        self.leases = Leases(self.database, settings.instance)
        self.relay = Relay(self.database, self.producer, self.leases)
        self.republisher = Republisher(self.routes, self.database, self.sender)
        self.health = Health()
        self.audit = AuditChain(self.client, self.database, settings, service)
        self.background: list[Callable[[], Awaitable[None]]] = [self.audit.run]
        self._tasks: list[asyncio.Task[None]] = []
        self._watch = Watch(settings, self.clock, self._end)

    # the loops

    def assemble(self) -> None:
        """Build the loops from the routes; the service has filled them by now."""
        self.routes.command(Republish, self._republish)
        replier = Replier(self.producer, self.settings, self.sender.source)
        size = self.settings.group_size
        self.commands = CommandLoop(
            self.routes, self.client, self.database, self.sender, self.relay, replier, group_size=size
        )
        self.queries = QueryLoop(self.routes, replier, self.clock)
        self.events = EventLoop(self.routes, self.client, self.database, self.sender, self.relay, group_size=size)
        self.held = HeldEvents(self.database, self.sender, self.events.handle, self.service, self.settings.peers)
        self.ticks = TickLoop(
            self.routes, self.client, self.database, self.sender, self.relay, self.clock, (self.held.look_after,)
        )
        self.health.last_tick = lambda: self.ticks.worked_off

    async def _republish(self, command: Republish, work: Work) -> Done:
        """Answer a consumer that waits for an event; marking rows again is harmless when repeated."""
        del work
        await self.republisher.handle(command)
        return Done()

    def _subscribe(self, bus: Bus) -> None:
        deployment = self.settings.deployment
        bus.subscribe([topic(deployment, self.service, Kind.COMMAND)], "commands", self.commands.handle)
        if self.routes.queries:
            bus.subscribe([topic(deployment, self.service, Kind.QUERY)], "queries", self.queries.handle)
        if topics := self._event_topics():
            bus.subscribe(topics, "events", self.events.handle)
        bus.subscribe([topic(deployment, "clock", Kind.TICK)], "ticks", self.ticks.handle)

    def _event_topics(self) -> list[str]:
        """Return the topics of the families that this service hears: public ones of the peers."""
        families = [copy.family for copy in self.routes.copies] + self.routes.families
        own = {
            topic(self.settings.deployment, family.service, Kind.EVENT)
            for family in families
            if family.kind is Kind.EVENT
        }
        peers = {
            topic(peer, family.service, Kind.PUBLIC_EVENT)
            for family in families if family.kind is Kind.PUBLIC_EVENT for peer in self.settings.peers
        }  # fmt: skip
        return sorted(own | peers)

    # start and stop

    async def prepare(self) -> None:
        """Make the indexes of this service's database; making them again changes nothing."""
        wanted: dict[str, tuple[Index, ...]] = dict(INDEXES)
        wanted |= {copy.name: copy.indexes for copy in self.routes.copies}
        wanted |= {collection.name: collection.indexes for collection in self.routes.collections}
        await make_collections(self.database, {*wanted, GUARDS.name, RESERVATIONS.name, TIMERS})
        for name, indexes in wanted.items():
            for index in indexes:
                await index.ensure(self.database[name])
        await self.blobs.prepare()

    async def start(self) -> None:
        """Start everything, in the order in which it is needed; a start that fails undoes itself."""
        async with AsyncExitStack() as undo:
            undo.push_async_callback(close, self.client)
            await self._take_over()
            await self.prepare()
            await make_topics(self.settings)
            undo.push_async_callback(self._watch.stop)
            await self._watch.start()
            undo.push_async_callback(self.producer.stop)
            await self.producer.start()
            await self._refill()
            self._bus = Bus(self.settings, self.service, self._fatal)
            self._subscribe(self._bus)
            undo.push_async_callback(self._bus.stop)
            await self._bus.start()
            for routine in (self.relay.run, self._watch.run, self._look, *self.background):
                self._tasks.append(asyncio.create_task(self._until_ended(routine)))
            undo.pop_all()
        self._add_checks()
        self.health.started = True

    async def _take_over(self) -> None:
        """End the open transactions of the dead process whose place this one takes (C2)."""
        if ended := await end_predecessor(self.client, appname(self.settings, self.service)):
            log.warning("ended transactions of a dead predecessor", extra={"number": ended})

    async def _refill(self) -> None:
        """Publish again what may be unread when the broker is another one than before (C5)."""
        if await self._watch.new_incarnation(self.database):
            again = await self.republisher.everything_sent()
            log.warning("the broker is another one: publishing again", extra={"number": again})
            await self._watch.remember(self.database)
        self.relay.everything = True

    async def stop(self) -> None:
        """Stop reading, finish what is at work, leave; what is not yet published stays in the outbox."""
        self.health.started = False
        await self._bus.stop()
        await end(*self._tasks)
        await self.producer.stop()
        await self._watch.stop()
        with suppress(Exception):
            await self.leases.release()
        await close(self.client)

    async def _until_ended(self, routine: Callable[[], Awaitable[None]]) -> None:
        """Run a routine that must not end; one that does ends the process."""
        try:
            await routine()
            raise RuntimeError("it has ended")  # noqa: TRY301 (told like any failure)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 (the process ends with it)
            self._fatal(getattr(routine, "__qualname__", "routine"), error)

    async def _look(self) -> None:
        """Look once a second for what has died without a word (A1, A2, F9)."""
        while True:
            await asyncio.sleep(1)
            stuck = "the producer's sender is dead" if self.producer.dead else self._bus.stuck
            if stuck and self.health.started:
                self._end(stuck)

    def _fatal(self, where: str, error: BaseException) -> None:
        log.critical("fatal", exc_info=error, extra={"where": where})
        self._end(f"{where}: {error!r}")

    def _end(self, why: str) -> None:
        """End the process at once: its supervisor starts it anew, and nothing is lost by that."""
        log.critical("ending the process", extra={"why": why})
        logging.shutdown()
        os._exit(70)

    def _add_checks(self) -> None:
        self.health.checks |= {
            "database": self._database_answers,
            "broker": self._broker_answers,
            "relay": self._relay_lag,
        }

    async def _database_answers(self) -> str | None:
        try:
            await self.database.command("ping")
        except Exception as error:  # noqa: BLE001 (told, not handled)
            return repr(error)
        return None

    async def _broker_answers(self) -> str | None:
        return self._watch.fault

    async def _relay_lag(self) -> str | None:
        oldest: Any = await self.database[outbox.NAME].find_one(
            {"state": "pending", "slot": {"$in": self.leases.held}}, {"created_at": 1}, sort=[("created_at", 1)]
        )
        if oldest is None:
            return None
        age = (real_now() - oldest["created_at"]).total_seconds()
        return f"a message waits for {age:.0f} s" if age > _LAG_LIMIT_S else None
