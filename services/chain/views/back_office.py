"""The back office's queues: offers, and agreements that came in (CH-74)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.mongo import Document
from chassis.paging import CursorError, decode, encode
from contracts.chain import (
    AccessRequest,
    AccessRequestPage,
    ChainRefusal,
    ChainStatus,
    ListAccessRequests,
    ListReceivedAgreements,
    ReceivedAgreement,
    ReceivedAgreementPage,
)
from contracts.identity import OrganisationState
from contracts.message import Refusal
from services.chain.domain.access import WAITING, ChainAccess
from services.chain.domain.standing import refuse_staff, refused
from services.chain.store import ACCESS, AUTHORIZATIONS
from services.chain.views.reading import Reading, after

_QUEUE = (ChainStatus.RECEIVED, ChainStatus.INCOMPLETE)


class BackOfficeViews:
    """Questions of the back office."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def access_requests(self, query: ListAccessRequests, now: datetime) -> AccessRequestPage | Refusal:
        """Return organisations that wait for an offer or its recording, the longest waiting first."""
        del now
        found = await self._queue(query, ACCESS, {"status": {"$in": list(WAITING)}}, "asked_at")
        if isinstance(found, Refusal):
            return found
        values = [ACCESS.value(document) for document in found[: query.limit]]
        organisations = await self._reading.facts.copies.organisations([value.id for value in values])
        rows = tuple(_access_request(value, organisations.get(value.id)) for value in values)
        return AccessRequestPage(rows=rows, next=_next(found, query.limit, "asked_at"))

    async def received_agreements(
        self, query: ListReceivedAgreements, now: datetime, message_id: UUID
    ) -> ReceivedAgreementPage | Refusal:
        """Return the agreements to judge, and those to complete, the longest waiting first."""
        del now
        found = await self._queue(query, AUTHORIZATIONS, {"status": {"$in": list(_QUEUE)}}, "received_at")
        if isinstance(found, Refusal):
            return found
        shown = found[: query.limit]
        values = [(AUTHORIZATIONS.value(document), document["v"]) for document in shown]
        complete = [(value, version) for value, version in values if value.received_at and value.agreement]
        rows = tuple(
            ReceivedAgreement(
                chain_authorization_id=value.id,
                relation=self._reading.numbers.relation(value, message_id, f"rows.{place}.relation"),
                status=value.status, intermediary_name=value.intermediary_name, received_at=value.received_at,
                agreement=value.agreement, version=version,
            )
            for place, (value, version) in enumerate(complete)
        )  # fmt: skip
        return ReceivedAgreementPage(rows=rows, next=_next(found, query.limit, "received_at"))

    async def _queue(
        self, query: ListAccessRequests | ListReceivedAgreements, collection: Any, filters: Document, field: str
    ) -> list[Document] | Refusal:
        """Return a part of a queue and one more, for staff."""
        if (refusal := refuse_staff(query.actor, reads=True)) is not None:
            return refusal
        try:
            key = decode(query.cursor)
            place = after(field, 1, datetime.fromisoformat(key[0]), UUID(key[1])) if key else {}
        except (CursorError, ValueError, IndexError):
            return refused(ChainRefusal.UNKNOWN)
        order = [(field, 1), ("_id", 1)]
        return await self._reading.some(collection, {"$and": [filters, place]}, order, query.limit + 1)


def _next(found: list[Document], limit: int, field: str) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return encode(last[field].isoformat(), str(last["_id"]))


def _access_request(value: ChainAccess, organisation: OrganisationState | None) -> AccessRequest:
    return AccessRequest(
        organisation_id=value.id,
        kvk_number=organisation.kvk_number if organisation else None,
        name=organisation.name if organisation else None,
        status=value.status,
    )
