"""The overview and its detail, and the organisation's access (CH.8, CH-90)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.mongo import Document
from chassis.paging import CursorError, decode, encode
from chassis.sealed import Sealer
from contracts.actor import Actor
from contracts.chain import (
    AccessStatus,
    AccessView,
    ChainAuthorizationPage,
    ChainAuthorizationView,
    ChainRefusal,
    ChainStatus,
    GetAccess,
    GetChainAuthorization,
    LinkedUser,
    ListChainAuthorizations,
    Relation,
)
from contracts.message import Refusal
from contracts.values import local_date
from services.chain.domain.authorization import ChainAuthorization
from services.chain.domain.overview import matching, tab_filter, visible_to
from services.chain.domain.standing import refuse_administrator, refuse_reader, refused
from services.chain.store import AUTHORIZATIONS
from services.chain.views.reading import Reading, after

_NEWEST_FIRST = [("sent_at", -1), ("_id", -1)]


class OverviewViews:
    """Questions of the intermediary's own people."""

    def __init__(self, reading: Reading, sealer: Sealer) -> None:
        self._reading = reading
        self._sealer = sealer

    async def access(self, query: GetAccess, now: datetime) -> AccessView | Refusal:
        """Tell an administrator how far access is (CH-07, CH-08)."""
        del now
        standing = await self._reading.standing(query.actor)
        if (refusal := refuse_administrator(query.actor, standing)) is not None:
            return refusal
        found = standing.access
        if found is None:
            return AccessView(status=AccessStatus.NONE)
        return AccessView(status=found.status, price_per_year=found.price_per_year)

    async def list_(
        self, query: ListChainAuthorizations, now: datetime, message_id: UUID
    ) -> ChainAuthorizationPage | Refusal:
        """Return a part of a tab, newest first (CH-78 to CH-81)."""
        standing = await self._reading.standing(query.actor)
        if (refusal := refuse_reader(query.actor, standing)) is not None:
            return refusal
        warn_months = self._reading.facts.profile.chain.warn_months
        filters = [visible_to(query.actor), tab_filter(query.tab, local_date(now), warn_months)]
        if text := self._text(query, message_id):
            filters.append(matching(text, self._reading.numbers.digest(text)))
        try:
            filters.append(_from(query.cursor))
        except (CursorError, ValueError):
            return refused(ChainRefusal.UNKNOWN)
        found = await self._reading.some(AUTHORIZATIONS, {"$and": filters}, _NEWEST_FIRST, query.limit + 1)
        rows = await self._views(query.actor, found[: query.limit], message_id, "rows.{}.relation")
        last = rows[-1] if len(found) > query.limit else None
        cursor = encode(last.sent_at.isoformat(), str(last.chain_authorization_id)) if last else None
        return ChainAuthorizationPage(rows=rows, next=cursor)

    async def get(
        self, query: GetChainAuthorization, now: datetime, message_id: UUID
    ) -> ChainAuthorizationView | Refusal:
        """Return one, if the actor may see it; any other as one that never was (CH-82, S21)."""
        del now
        standing = await self._reading.standing(query.actor)
        if (refusal := refuse_reader(query.actor, standing)) is not None:
            return refusal
        filters = {"_id": query.chain_authorization_id, "status": {"$ne": ChainStatus.REMOVED}}
        found = await self._reading.one(AUTHORIZATIONS, {**filters, **visible_to(query.actor)})
        if found is None:
            return refused(ChainRefusal.UNKNOWN)
        [shown] = await self._views(query.actor, [found], message_id, "relation")
        return shown

    def _text(self, query: ListChainAuthorizations, message_id: UUID) -> str:
        """Return what is searched for; nothing of it is kept or told."""
        if query.search is None:
            return ""
        return self._sealer.open(query.search, message_id=message_id, field="search").strip()

    async def _views(
        self, actor: Actor, documents: list[Document], message_id: UUID, place: str
    ) -> tuple[ChainAuthorizationView, ...]:
        values = [AUTHORIZATIONS.value(document) for document in documents]
        persons = {one for value in values for one in value.person_ids}
        names = await self._reading.facts.copies.person_names(actor.organisation_id, persons)
        versions = [document["v"] for document in documents]
        relations = [
            self._reading.numbers.relation(value, message_id, place.format(n)) for n, value in enumerate(values)
        ]
        return tuple(
            _view(value, relation, version, names)
            for value, relation, version in zip(values, relations, versions, strict=True)
        )


def _from(cursor: str | None) -> dict[str, Any]:
    """Return the rows after a cursor; raise ValueError when it is none."""
    key = decode(cursor)
    if key is None:
        return {}
    moment, id_ = key
    return after("sent_at", -1, datetime.fromisoformat(moment), UUID(id_))


def _view(
    value: ChainAuthorization, relation: Relation, version: int, names: Mapping[UUID, str]
) -> ChainAuthorizationView:
    users = tuple(LinkedUser(person_id=one, name=names.get(one, "")) for one in value.person_ids)
    return ChainAuthorizationView(
        chain_authorization_id=value.id, version=version, relation=relation, status=value.status,
        scope=value.scope, users=users, period=value.period, ends_on=value.ends_on, contact=value.contact,
        language=value.language, reference=value.reference, sent_at=value.sent_at,
        renewal_pending=value.renewal_id is not None,
    )  # fmt: skip
