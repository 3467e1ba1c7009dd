"""Reading chain's own documents for questions: by actor, in pages."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from chassis import paging
from chassis.mongo import Collection, Database, Document
from contracts.actor import Actor
from services.chain.domain.access import ChainAccess
from services.chain.domain.standing import Standing
from services.chain.facts import Facts
from services.chain.numbers import FiscalNumbers
from services.chain.store import ACCESS

Filters = Mapping[str, Any]
V = TypeVar("V")


class Reading:
    """Reads the database of chain."""

    def __init__(self, database: Database, facts: Facts, numbers: FiscalNumbers) -> None:
        self._database = database
        self.facts = facts
        self.numbers = numbers

    async def access(self, organisation_id: UUID | None) -> ChainAccess | None:
        """Return an organisation's access."""
        document = await self._database[ACCESS.name].find_one({"_id": organisation_id})
        return ACCESS.value(document) if document else None

    async def standing(self, actor: Actor) -> Standing:
        """Return what is known of a question's actor."""
        return await self.facts.standing(actor, await self.access(actor.organisation_id))

    async def one(self, collection: Collection[Any], filters: Filters) -> Document | None:
        """Return a document."""
        return await self._database[collection.name].find_one(dict(filters))

    async def some(
        self, collection: Collection[Any], filters: Filters, order: list[tuple[str, int]], limit: int
    ) -> list[Document]:
        """Return documents in an order, at most so many."""
        return await self._database[collection.name].find(dict(filters)).sort(order).limit(limit).to_list()

    async def part(
        self, collection: Collection[V], filters: Filters, order: paging.Order, cursor: str | None, limit: int
    ) -> tuple[list[V], str | None]:
        """Return a part of a list and the cursor of the next; raise CursorError."""
        return await paging.part(self._database, collection, dict(filters), order, cursor, limit)

    async def count(self, collection: Collection[Any], filters: Filters) -> int:
        """Count documents."""
        return await self._database[collection.name].count_documents(dict(filters))


def after(field: str, direction: int, moment: Any, id_: UUID) -> dict[str, Any]:
    """Return what comes after a row, in the order of a field and the id, both in one direction."""
    comes = "$gt" if direction > 0 else "$lt"
    return {"$or": [{field: {comes: moment}}, {field: moment, "_id": {comes: id_}}]}
