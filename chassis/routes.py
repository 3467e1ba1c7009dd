"""What a service does with messages: its handlers, copies and aggregates, put together in its app module."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from chassis.mongo import Collection, Document, Index
from chassis.work import Work
from contracts.message import Command, Event, Kind, Message, Model, Query, Refusal, Republish, State

R = TypeVar("R", bound=Model)
C = TypeVar("C", bound=Command[Any])
Q = TypeVar("Q", bound=Query[Any])
E = TypeVar("E", bound=Event)
S = TypeVar("S", bound=State)

CommandHandler = Callable[[Any, Work], Awaitable[Model | Refusal]]
OutsideCall = Callable[[Any, UUID], Awaitable[Any]]
OutsideHandler = Callable[[Any, Work, Any], Awaitable[Model | Refusal]]
QueryHandler = Callable[[Any, datetime, UUID], Awaitable[Model | Refusal]]
Reaction = Callable[[Any, Work], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class CommandRoute:
    """How a command is handled: `aggregate` is the collection that its key names, read ahead."""

    message: type[Command[Any]]
    handler: CommandHandler | OutsideHandler
    aggregate: Collection[Any] | None = None
    outside: OutsideCall | None = None
    """A call to the outside world, made before the transaction; its result goes to the handler."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A read copy of another service's aggregates: one document each, guarded by the sequence (R15)."""

    family: type[Event]
    name: str
    indexes: tuple[Index, ...] = ()
    of_peers: bool = False

    def document(self, event: Event) -> Document:
        """Return the copy's document after an event."""
        document = event.state.model_dump()
        document["_id"] = document.pop("id")
        return document


@dataclass(frozen=True, slots=True)
class Snapshots:
    """How an aggregate's present state is published again."""

    collection: Collection[Any]
    event: type[Event]
    state: Callable[[Any], State]

    @property
    def public(self) -> bool:
        """Tell whether it is for other suppliers."""
        return self.event.kind is Kind.PUBLIC_EVENT

    @property
    def counter(self) -> str:
        """The field of the document that counts the events of this kind."""
        return "pub" if self.public else "seq"


@dataclass
class Routes:
    """Everything that a service handles and keeps."""

    service: str
    commands: dict[str, CommandRoute] = field(default_factory=dict)
    queries: dict[str, tuple[type[Query[Any]], QueryHandler]] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    families: list[type[Event]] = field(default_factory=list)
    reactions: dict[type[Event], Reaction] = field(default_factory=dict)
    collections: list[Collection[Any]] = field(default_factory=list)
    snapshots: list[Snapshots] = field(default_factory=list)
    encrypted: list[tuple[str, str]] = field(default_factory=list)

    def command(
        self,
        message: type[C],
        handler: Callable[[C, Work], Awaitable[Model | Refusal]],
        *,
        aggregate: Collection[Any] | None = None,
    ) -> None:
        """Handle a command; `aggregate` is the collection whose document its key names."""
        self._add(CommandRoute(message, handler, aggregate))

    def outside(
        self,
        message: type[C],
        call: Callable[[C, UUID], Awaitable[Any]],
        handler: Callable[[C, Work, Any], Awaitable[Model | Refusal]],
        *,
        aggregate: Collection[Any] | None = None,
    ) -> None:
        """Handle a command that calls the outside world first; the message's id is the call's idempotency key."""
        self._add(CommandRoute(message, handler, aggregate, call))

    def _add(self, route: CommandRoute) -> None:
        self._own(route.message, Kind.COMMAND)
        self.commands[route.message.type] = route

    def query(self, message: type[Q], handler: Callable[[Q, datetime], Awaitable[Model | Refusal]]) -> None:
        """Answer a query."""
        self.sealed_query(message, lambda query, now, _: handler(query, now))

    def sealed_query(
        self, message: type[Q], handler: Callable[[Q, datetime, UUID], Awaitable[Model | Refusal]]
    ) -> None:
        """Answer a query that has sealed fields: the handler gets the message's id, to which they are bound."""
        self._own(message, Kind.QUERY)
        self.queries[message.type] = (message, handler)

    def copy(self, family: type[Event], name: str, *, indexes: tuple[Index, ...] = (), of_peers: bool = False) -> None:
        """Keep a read copy of the aggregates of a family of events in the collection `name`."""
        self.copies.append(Copy(family, name, indexes, of_peers))

    def listen(self, family: type[Event], **reactions: Reaction) -> None:
        """Hear a family of events, in order per aggregate; react to some, by the name of their class."""
        self.families.append(family)
        known = {event.__name__: event for event in concrete(family)}
        for name, reaction in reactions.items():
            if name not in known:
                raise TypeError(f"{name} is no {family.__name__}")
            self.reactions[known[name]] = reaction

    def keep(self, *collections: Collection[Any]) -> None:
        """Own these collections."""
        self.collections += collections

    def encrypt(self, *fields: tuple[str, str]) -> None:
        """Say which fields of which collections are encrypted for their place: `rotate-keys` renews them (S37)."""
        self.encrypted += fields

    def snapshot(self, collection: Collection[Any], event: type[Event], state: Callable[[Any], State]) -> None:
        """Say how the aggregates of a collection are published again as snapshots."""
        self.snapshots.append(Snapshots(collection, event, state))

    def _own(self, message: type[Message], kind: Kind) -> None:
        if message.kind is not kind or message.service not in {self.service, Republish.service}:
            raise TypeError(f"{message.__name__} is no message of {self.service}.{kind}")
        if message.type in {*self.commands, *self.queries}:
            raise TypeError(f"{message.__name__} has a handler already")


def concrete(family: type[Event]) -> list[type[Event]]:
    """Return the events below a family that go over the wire."""
    below = [event for child in family.__subclasses__() for event in concrete(child)]
    return below or [family]
