"""Reads outside of a transaction: for the calls before it, and for views."""

from collections.abc import Iterable
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from chassis import paging
from chassis.mongo import ANY_CASE, Collection, Database, Document, aggregate
from chassis.paging import OLDEST_SUBMITTED, Order
from chassis.together import Together
from contracts.message import Refusal
from contracts.values import Level
from services.identity.domain.authority import UNKNOWN
from services.identity.domain.credentials import opens_session
from services.identity.domain.documents import IdentityDocument
from services.identity.domain.sessions import Holder, Reach
from services.identity.store.collections import (
    ACCOUNTS,
    AUTHENTICATORS,
    CREDENTIALS,
    IDENTITY_DOCUMENTS,
    LOCKED_INDEX,
    MUTATIONS,
    ORGANISATIONS,
    PERSONS,
)

T = TypeVar("T")


def _joined(collection: Collection[Any], key: str, name: str) -> Document:
    return {"$lookup": {"from": collection.name, "localField": key, "foreignField": "_id", "as": name}}


_REACH: Final = (
    _joined(ACCOUNTS, "account_id", "account"),
    _joined(CREDENTIALS, "credential_ids", "credentials"),
    _joined(ORGANISATIONS, "credentials.organisation_id", "organisations"),
)
"""What a person reaches, in one round trip: every question of an administrator begins with it."""

IN_STOCK: Final[Document] = {"person_id": None, "given": {"$ne": True}}
"""The devices that nobody has or had."""


class Paged(Protocol):
    """A question that asks for a part of a list."""

    @property
    def cursor(self) -> str | None:
        """After which row; None: from the beginning."""
        ...

    @property
    def limit(self) -> int:
        """How many rows at most."""
        ...


class Reads:
    """Reads of identity's database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reached = Together(self._reach_of)
        self._pending = Together(self._pending_of)

    async def one(self, collection: Collection[T], id_: UUID | str | None) -> T | None:
        """Return a value by id; None where there is none, or no id."""
        document = await self._database[collection.name].find_one({"_id": id_})
        return None if document is None else collection.value(document)

    async def many(
        self, collection: Collection[T], filters: Document, order: list[tuple[str, int]], limit: int
    ) -> list[T]:
        """Return values that fit, in order."""
        found = self._database[collection.name].find(filters).sort(order).limit(limit)
        return [collection.value(document) async for document in found]

    async def count(self, collection: Collection[Any], filters: Document) -> int:
        """Return how many fit."""
        return await self._database[collection.name].count_documents(filters)

    async def part(
        self, collection: Collection[T], filters: Document, query: Paged, order: Order = OLDEST_SUBMITTED
    ) -> tuple[list[T], str | None] | Refusal:
        """Return a part of a list and the cursor of the next (R27)."""
        try:
            return await paging.part(self._database, collection, filters, order, query.cursor, query.limit)
        except paging.CursorError:
            return UNKNOWN

    async def password_hash(self, account_id: str) -> str | None:
        """Return the stored hash of an account's password."""
        found = await self._database[AUTHENTICATORS.name].find_one({"_id": account_id}, {"password_hash": 1})
        return None if found is None else str(found["password_hash"])

    async def password_hash_of(self, person_id: UUID | None) -> str | None:
        """Return the stored hash of a person's password."""
        person = await self.one(PERSONS, person_id)
        return None if person is None or person.account_id is None else await self.password_hash(person.account_id)

    async def accounts_of(self, email: str, limit: int = 5) -> list[str]:
        """Return the accounts of the persons with an e-mail address, in any case."""
        found = self._database[PERSONS.name].find({"email": email}, {"account_id": 1}).collation(ANY_CASE).limit(limit)
        return [document["account_id"] async for document in found if document.get("account_id")]

    async def by_ids(self, collection: Collection[T], ids: Iterable[UUID]) -> dict[UUID, T]:
        """Return the values that there are of these ids."""
        found = self._database[collection.name].find({"_id": {"$in": list(ids)}})
        return {document["_id"]: collection.value(document) async for document in found}

    async def locked(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return which of these persons have a change in treatment (ID-111)."""
        return set(await self._pending.all(ids))

    async def _pending_of(self, ids: Iterable[UUID]) -> dict[UUID, UUID]:
        """Return the changes in treatment of these persons."""
        pending = {"_id": {"$in": list(ids)}, "mutation_id": {"$type": "binData"}}
        found = self._database[PERSONS.name].find(pending, {"mutation_id": 1}).hint(list(LOCKED_INDEX))
        return {document["_id"]: document["mutation_id"] for document in await found.to_list(None)}

    async def documents_of(self, person_id: UUID) -> list[IdentityDocument]:
        """Return the identity documents of a person's applications and changes whose copies are still kept."""
        held = self._database[CREDENTIALS.name].find({"person_id": person_id}, {"application_id": 1})
        changes = self._database[MUTATIONS.name].find({"person_id": person_id}, {"_id": 1})
        ids = {found["_id"] async for found in changes}
        async for found in held:
            ids |= {found["_id"], found["application_id"]}  # of a first application they lie under the credential's
        return [found for found in (await self.by_ids(IDENTITY_DOCUMENTS, ids)).values() if found.copies]

    async def holder(self, person_id: UUID | None, factor_from: Level) -> Holder | None:
        """Return a person with the account and everything it reaches now."""
        found = await self._reached.get(person_id) if person_id else None
        if found is None or not found["account"]:
            return None
        person, account = PERSONS.value(found), ACCOUNTS.value(found["account"][0])
        credentials = {each["_id"]: CREDENTIALS.value(each) for each in found["credentials"]}
        organisations = {each["_id"]: ORGANISATIONS.value(each) for each in found["organisations"]}
        factor = account.second_factor is not None
        reach = (
            Reach(credentials[id_], organisations[credentials[id_].organisation_id])
            for id_ in person.credential_ids
            if id_ in credentials
            and credentials[id_].organisation_id in organisations
            and opens_session(credentials[id_], second_factor=factor, factor_from=factor_from)
        )
        return Holder(person, account, tuple(found for found in reach if found.organisation.active))

    async def _reach_of(self, ids: Iterable[UUID]) -> dict[UUID, Document]:
        """Return persons with their accounts, credentials and organisations as they are stored."""
        found = await aggregate(self._database[PERSONS.name], [{"$match": {"_id": {"$in": list(ids)}}}, *_REACH])
        return {document["_id"]: document for document in found}
