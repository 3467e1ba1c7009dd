"""Which links of a person would end by a lower level or another type, told beforehand (SP-12, SP-35)."""

from datetime import datetime
from uuid import UUID

from contracts.chain import ChainRefusal, ListUnlinked, Unlinked
from contracts.message import Refusal
from services.chain.domain.authorization import PENDING, RUNNING
from services.chain.domain.requesting import refuse_users
from services.chain.domain.standing import refuse_administrator, refused
from services.chain.store import AUTHORIZATIONS
from services.chain.views.reading import Reading

_SHOWN = 500


class UnlinkedViews:
    """Answers ListUnlinked."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def list_(self, query: ListUnlinked, now: datetime, message_id: UUID) -> Unlinked | Refusal:
        """Return the relations of the links that would end, for an administrator of the organisation."""
        del now
        standing = await self._reading.standing(query.actor)
        if (refusal := refuse_administrator(query.actor, standing)) is not None:
            return refusal
        held = await self._reading.facts.copies.credentials_of(query.actor.organisation_id, query.person_id)
        if not held:
            return refused(ChainRefusal.UNKNOWN)
        changes = {"level": query.level, "type": query.to_type}
        wanted = {name: value for name, value in changes.items() if value is not None}
        after = [credential.model_copy(update=wanted) for credential in held]
        if refuse_users([query.person_id], {query.person_id: after}) is None:
            return Unlinked()
        return await self._linked(query, message_id)

    async def _linked(self, query: ListUnlinked, message_id: UUID) -> Unlinked:
        statuses = [status.value for status in (*RUNNING, *PENDING)]
        filters = {
            "intermediary_id": query.actor.organisation_id, "person_ids": query.person_id,
            "status": {"$in": statuses},
        }  # fmt: skip
        found = await self._reading.some(AUTHORIZATIONS, filters, [("_id", 1)], _SHOWN)
        relations = tuple(
            self._reading.numbers.relation(AUTHORIZATIONS.value(document), message_id, f"relations.{place}")
            for place, document in enumerate(found)
        )
        return Unlinked(relations=relations, total=await self._reading.count(AUTHORIZATIONS, filters))
