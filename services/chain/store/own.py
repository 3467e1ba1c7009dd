"""The collections of chain, and what a command loads and saves there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from chassis.mongo import Collection, Index
from chassis.work import Work
from contracts.chain import ChainAccessChanged, ChainStatus
from services.chain.domain.access import ChainAccess
from services.chain.domain.authorization import PENDING, RUNNING, ChainAuthorization, Changed, file_id
from services.chain.domain.imports import Import, RefusedRow
from services.chain.domain.scopes import Coverage


@dataclass(frozen=True, slots=True)
class RelationFile:
    """The pending requests of an intermediary to one relation: read and written by each, so that none is missed."""

    id: str
    pending: Mapping[str, Coverage]
    """What each covers, by the text of its id."""


ACCESS = Collection(
    "access",
    ChainAccess,
    (Index((("status", 1), ("asked_at", 1), ("_id", 1))),),
    audited=True,
    audit_scope=lambda value: value.id,
)
AUTHORIZATIONS = Collection(
    "chain_authorizations",
    ChainAuthorization,
    (
        Index((("intermediary_id", 1), ("status", 1), ("sent_at", -1), ("_id", -1))),
        Index((("intermediary_id", 1), ("person_ids", 1))),
        Index((("status", 1), ("received_at", 1), ("_id", 1))),
        Index((("relation.kvk_number", 1), ("sent_at", -1), ("_id", -1))),
        Index((("fiscal_digest", 1), ("sent_at", -1), ("_id", -1))),
        Index((("token_hash", 1),), unique=True),
        Index((("import_id", 1),)),
    ),
    audited=True,
    audit_scope=lambda value: value.intermediary_id,
)
FILES = Collection("relation_files", RelationFile)
IMPORTS = Collection("imports", Import, audited=True, audit_scope=lambda value: value.organisation_id)
REFUSED_ROWS = Collection("refused_rows", RefusedRow, (Index((("import_id", 1), ("row", 1))),))
_QUOTATION = "quotation"


class Store:
    """What one command loads and saves."""

    def __init__(self, work: Work) -> None:
        self.work = work

    async def access(self, organisation_id: UUID) -> ChainAccess | None:
        """Return an organisation's access."""
        return await self.work.get(ACCESS, organisation_id)

    async def save_access(self, access: ChainAccess) -> None:
        """Save an organisation's access and tell it."""
        await self.work.put(ACCESS, access, ChainAccessChanged(state=access.state()))

    async def authorization(self, id_: UUID) -> ChainAuthorization | None:
        """Return a chain authorization."""
        return await self.work.get(AUTHORIZATIONS, id_)

    async def version(self, id_: UUID) -> int:
        """Return the version of a chain authorization that a reader has seen."""
        return await self.work.version(AUTHORIZATIONS, id_)

    async def save(self, change: Changed) -> None:
        """Save a chain authorization with its events, its timers, and its place in the relation's file."""
        before = await self.authorization(change.after.id)
        if before == change.after:
            return
        await self.work.put(AUTHORIZATIONS, change.after, *change.events)
        self._keep_timers(before, change.after)
        await self._keep_file(before, change.after)
        await self._free_former(change.after)

    def _keep_timers(self, before: ChainAuthorization | None, after: ChainAuthorization) -> None:
        """Set the timers that should run now, take back those that should not any more."""
        old, new = before.due() if before else {}, after.due()
        for name, (due, command) in new.items():
            if old.get(name) != (due, command):
                self.work.schedule(name, due, command)
        for name in old.keys() - new.keys():
            self.work.unschedule(after.id, name)

    async def _keep_file(self, before: ChainAuthorization | None, after: ChainAuthorization) -> None:
        """Note in the relation's file whether the request is pending (SP-71)."""
        was, is_ = before is not None and before.status in PENDING, after.status in PENDING
        if was == is_:
            return
        file = await self.work.get(FILES, after.file) or RelationFile(after.file, {})
        others = {id_: coverage for id_, coverage in file.pending.items() if id_ != str(after.id)}
        pending = {**others, str(after.id): after.coverage} if is_ else others
        await self.work.put(FILES, replace(file, pending=pending))

    async def _free_former(self, after: ChainAuthorization) -> None:
        """Let the former one be renewed again when its renewal is not pending any more (SP-90)."""
        if after.renewal_of is None or after.status in PENDING:
            return
        former = await self.authorization(after.renewal_of)
        if former is not None and former.renewal_id == after.id:
            await self.work.put(AUTHORIZATIONS, replace(former, renewal_id=None))

    async def pending(self, organisation_id: UUID, number: str) -> tuple[Coverage, ...]:
        """Return what pending requests to the relation of this number cover."""
        file = await self.work.get(FILES, file_id(organisation_id, number))
        return tuple(file.pending.values()) if file else ()

    async def pending_of(self, organisation_id: UUID, numbers: Mapping[int, str]) -> dict[int, tuple[Coverage, ...]]:
        """Return what pending requests to each relation cover, by the numbers' keys; relations without any lack."""
        ids = {file_id(organisation_id, number): key for key, number in numbers.items()}
        found = await self.work.find(FILES, {"_id": {"$in": list(ids)}})
        return {ids[file.id]: tuple(file.pending.values()) for file in found}

    async def use_quotation(self, quotation_id: UUID, owner: UUID) -> bool:
        """Take a quotation for an order; False when it was used (SP-111)."""
        return await self.work.reserve(_QUOTATION, str(quotation_id), owner)

    async def import_(self, id_: UUID) -> Import | None:
        """Return an import."""
        return await self.work.get(IMPORTS, id_)

    async def save_import(self, import_: Import) -> None:
        """Save an import."""
        await self.work.put(IMPORTS, import_)

    async def save_refused_row(self, row: RefusedRow) -> None:
        """Note a row that was refused after its import had been taken."""
        await self.work.put(REFUSED_ROWS, row)

    async def linked_to(self, organisation_id: UUID, person_id: UUID, limit: int) -> Sequence[ChainAuthorization]:
        """Return chain authorizations that a person is linked to, at most so many."""
        statuses = [*RUNNING, *PENDING]
        filters = {"intermediary_id": organisation_id, "person_ids": person_id, "status": {"$in": statuses}}
        return await self._some(filters, limit)

    async def left_of(self, organisation_id: UUID, limit: int) -> Sequence[ChainAuthorization]:
        """Return chain authorizations of an organisation that are not removed, at most so many."""
        kept = [status for status in ChainStatus if status is not ChainStatus.REMOVED]
        return await self._some({"intermediary_id": organisation_id, "status": {"$in": kept}}, limit)

    async def _some(self, filters: Mapping[str, Any], limit: int) -> list[ChainAuthorization]:
        return await self.work.find(AUTHORIZATIONS, filters, (("_id", 1),), limit)
