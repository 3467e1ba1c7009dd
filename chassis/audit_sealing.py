"""The sealing task: numbers and chains new audit entries, signs the heads and stores them elsewhere (S42)."""

import asyncio
import logging
from typing import Any
from uuid import NAMESPACE_URL

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from chassis import audit
from chassis.audit_chain import START, Check, Heads, entry_hash
from chassis.ids import derived
from chassis.mongo import (
    Client,
    ConflictError,
    Database,
    Document,
    Index,
    Session,
    database,
    transaction,
    transient,
    until_done,
)
from chassis.settings import ChassisSettings
from chassis.time import real_now

log = logging.getLogger(__name__)
CHAINS = "audit_chains"
_LEASES = "leases"
_PAGE = 1000
_EVERY_S = 1.0
_LIFE_S = 10.0
_SIGN_EVERY_S = 60.0
_SIGN_EVERY_ROWS = 1000
_CHAINS_INDEX = Index((("unsigned", 1),), partial={"unsigned": True})
_HEADS_INDEX = Index((("scope", 1), ("number", 1)), unique=True)


class ChainError(Exception):
    """The chain cannot go on: its state does not fit its entries."""


class TaskLease:
    """One process at a time does a task; judged by the server's clock. A dead owner's lease is free after its life."""

    def __init__(self, home: Database, task: str, owner: str, life_s: float = _LIFE_S) -> None:
        self._leases = home[_LEASES]
        # Not text and not a number: those are the leases of relays beside it, which are counted.
        self._id = derived(NAMESPACE_URL, "urn:volmacht:task", task)
        self._owner = f"{task}:{owner}"
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": int(life_s * 1000)}}
        self._until: list[dict[str, Any]] = [{"$set": {"owner": self._owner, "until": until}}]

    async def keep(self) -> bool:
        """Take or renew the lease; False when another process has it."""
        free: Document = {"$or": [{"owner": self._owner}, {"$expr": {"$lte": ["$until", "$$NOW"]}}]}
        renewed = await self._leases.update_one({"_id": self._id, **free}, self._until)
        if renewed.matched_count:
            return True
        try:
            await self._leases.update_one({"_id": self._id, "owner": self._owner}, self._until, upsert=True)
        except DuplicateKeyError:
            return False
        return True


class AuditChain:
    """Seals the audit trail of a service and checks it; `run` is a routine for `process.background`."""

    def __init__(self, client: Client, home: Database, settings: ChassisSettings, service: str) -> None:
        self._client = client
        self._rows = home[audit.NAME]
        self._chains = home[CHAINS]
        self._stored_heads = database(client, settings, "audit_heads")[service]
        self._heads = Heads(settings.audit_signing_key) if settings.audit_signing_key else None
        self._lease = TaskLease(home, "audit", settings.instance)
        self._unsigned = 0
        self._sign_at = 0.0

    async def prepare(self) -> None:
        """Make the indexes."""
        await _CHAINS_INDEX.ensure(self._chains)
        await _HEADS_INDEX.ensure(self._stored_heads)

    async def run(self) -> None:
        """Seal until cancelled. A fault is logged and tried again: it must not take the service down."""
        if self._heads is None:
            log.warning("no audit signing key: the chain gets no heads")
        await until_done(self.prepare)
        while True:
            try:
                await self.work()
            except (PyMongoError, ConflictError, ChainError) as error:
                level = logging.WARNING if transient(error) else logging.ERROR
                log.log(level, "the audit trail could not be sealed", extra={"why": repr(error)})
            await asyncio.sleep(_EVERY_S)

    async def work(self) -> None:
        """Seal what is new and sign when it is time, if the lease is ours."""
        while await self._lease.keep():
            sealed = await self.seal()
            self._unsigned += sealed
            if self._unsigned >= _SIGN_EVERY_ROWS or asyncio.get_running_loop().time() >= self._sign_at:
                await self.sign()
            if sealed < _PAGE:
                return

    async def seal(self) -> int:
        """Give a page of new entries their number and hash, each in its scope; return how many.

        Entry and chain state change in one transaction that rests on what was read, so that two at once cannot fork.
        """
        new = await self._rows.find({"sealed": False}).sort([("written_at", 1), ("order", 1)]).limit(_PAGE).to_list()
        if not new:
            return 0
        scopes = list({row["scope"] for row in new})
        before = {state["_id"]: state async for state in self._chains.find({"_id": {"$in": scopes}})}
        after = {scope: dict(state) for scope, state in before.items()}
        writes = [_sealed(row, after) for row in new]
        try:
            async with transaction(self._client) as session:
                await self._write(writes, before, after, session)
        except BulkWriteError as error:
            if "number" in str(error.details):
                raise ChainError("an entry has the next number already: the chain's state was changed") from error
            raise
        return len(new)

    async def _write(
        self, writes: list[UpdateOne], before: dict[str, Document], after: dict[str, Document], session: Session
    ) -> None:
        done = await self._rows.bulk_write(writes, ordered=False, session=session)
        if done.modified_count != len(writes):
            raise ConflictError("another process has sealed these entries")
        states: list[UpdateOne | InsertOne[Document]] = [
            UpdateOne({"_id": scope, "number": before[scope]["number"]}, {"$set": state})
            if scope in before
            else InsertOne(state)
            for scope, state in after.items()
        ]
        done = await self._chains.bulk_write(states, ordered=False, session=session)
        if done.modified_count + done.inserted_count != len(states):
            raise ConflictError("another process has gone on with these chains")

    async def sign(self) -> int:
        """Sign the head of each chain that has grown, and store it elsewhere; a head that is there stays as it is."""
        signed = 0
        if self._heads is not None:
            async for state in self._chains.find({"unsigned": True}):
                scope, number = state["_id"], state["number"]
                head = self._heads.head(scope, number, bytes(state["hash"]), real_now())
                await self._stored_heads.update_one({"_id": head["_id"]}, {"$setOnInsert": head}, upsert=True)
                await self._chains.update_one({"_id": scope, "number": number}, {"$set": {"unsigned": False}})
                signed += 1
        self._unsigned = 0
        self._sign_at = asyncio.get_running_loop().time() + _SIGN_EVERY_S
        return signed

    async def verify(self, scope: str) -> int | None:
        """Return the first number of a scope that is missing or not what was sealed; None when all is well."""
        heads = await self._stored_heads.find({"scope": scope}).to_list()
        check = Check(scope, heads, self._heads)
        async for row in self._rows.find({"scope": scope, "number": {"$gt": 0}}).sort("number", 1):
            if not check.read(row):
                break
        return check.end()

    async def scopes(self) -> list[str]:
        """Return every scope that has or had entries."""
        here = await self._rows.distinct("scope", {"number": {"$gt": 0}})
        known = await self._chains.distinct("_id")
        there = await self._stored_heads.distinct("scope")
        return sorted({*here, *known, *there})

    async def waiting(self) -> int:
        """Return how many entries are not sealed yet."""
        return await self._rows.count_documents({"sealed": False})


def _sealed(row: Document, states: dict[str, Document]) -> UpdateOne:
    """Return the write that puts an entry at the end of its scope's chain."""
    scope = row["scope"]
    state = states.setdefault(scope, {"_id": scope, "number": 0, "hash": START})
    number = state["number"] + 1
    hash_ = entry_hash(bytes(state["hash"]), {**row, "number": number})
    state |= {"number": number, "hash": hash_, "unsigned": True}
    return UpdateOne({"_id": row["_id"], "sealed": False}, {"$set": {"number": number, "hash": hash_, "sealed": True}})
