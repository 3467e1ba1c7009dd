"""Identity's own handlers on documents in memory: what takes thousands of commands a second, without database or loop.

A unit of work asks its group for a document or for those that fit; here a dictionary answers. Whatever MongoDB and
the loops add (transactions, conflicts, repetition) is tested elsewhere.
"""

from itertools import count
from uuid import UUID

from chassis.outbox import Sender
from chassis.work import Entry, Group, Work
from contracts.message import Refusal
from services.identity.app import create_app
from tests.harness import NOW, an_envelope


class Memory(Group):
    """The documents and timers of one identity, at a moment."""

    def __init__(self, settings):
        self.process = create_app(settings)
        self.sender = Sender(settings, "identity")
        self.begin()

    def begin(self):
        """Forget everything."""
        self.documents, self.timers, self.rows = {}, {}, []
        self.now = NOW
        self._ids = count(1)

    def new_id(self):
        return UUID(int=next(self._ids))

    async def read(self, collection, id_):
        return self.documents.get((collection.name, id_)) or Entry(collection, None, None)

    async def query(self, child, collection, filters, order, limit):
        known = {**self.documents, **child.entries}
        stored = [
            {**collection.stored(entry.value), "v": 1, "seq": 0, "pub": 0}
            for (name, _), entry in known.items()
            if name == collection.name and entry.value is not None
        ]
        assert not order, "no handler here orders"
        return [document for document in stored if _fits(document, filters)][: limit or None]

    def put(self, collection, value):
        """Put a value as if it had always been there."""
        self.documents[collection.name, value.id] = Entry(collection, value, 1)

    def forget(self, collection):
        """Forget the values of a collection."""
        self.documents = {place: entry for place, entry in self.documents.items() if place[0] != collection.name}

    def all(self, collection):
        """Return the values of a collection, by id."""
        return {id_: entry.value for (name, id_), entry in self.documents.items() if name == collection.name}

    def send(self, command, *, id_=None, outside=None):
        """Let the handler of a command work; return its outcome."""
        route = self.process.routes.commands[command.type]
        work = Work(self, an_envelope(command, self.now, id_ or self.new_id()), command)
        handled = route.handler(command, work, outside) if route.outside else route.handler(command, work)
        outcome = at_once(handled)
        self._take_over(work.buffer)
        return outcome

    def _take_over(self, buffer):
        self.rows += buffer.rows
        for place, entry in buffer.entries.items():
            if not entry.dirty:
                continue
            entry.written()
            if entry.value is None:
                self.documents.pop(place, None)
            else:
                self.documents[place] = entry
        self.timers.update(buffer.timers)
        self.timers = {name: timer for name, timer in self.timers.items() if timer.due is not None}

    def move_to(self, moment):
        """Let time pass: each timer that is due sends its command, with its own moment as the time."""
        while due := [timer for timer in self.timers.values() if timer.due <= moment]:
            first = min(due, key=lambda timer: timer.due)
            del self.timers[first.name]
            self.now = first.due
            outcome = self.send(first.command)
            assert not isinstance(outcome, Refusal), (first.name, outcome)
        self.now = moment

    def newest(self, type_):
        """Return the id and the newest message of a type that was sent."""
        row = next(row for row in reversed(self.rows) if row["key"] and _type(row) == type_.type)
        return row["_id"], type_.model_validate_json(bytes(row["value"]))


def _type(row):
    return dict(row["headers"])["ce_type"].decode()


def at_once(handled):
    """Run what waits for nobody."""
    try:
        handled.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("a handler waits for the outside")


def _fits(document, filters):
    return all(_fits_one(document.get(name), wanted) for name, wanted in filters.items())


def _fits_one(value, wanted):
    match wanted:
        case {"$nin": others}:
            return value not in others
        case {"$in": some}:
            return bool(set(value if isinstance(value, (list, tuple)) else (value,)) & set(some))
        case dict():
            raise NotImplementedError(wanted)
        case _:
            return value == wanted
