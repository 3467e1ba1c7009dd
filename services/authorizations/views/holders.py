"""The active regular authorizations of a person, as the detail of a user shows them (ID-200)."""

from datetime import datetime
from uuid import UUID

from chassis import paging
from chassis.mongo import Database, Document
from contracts.authorizations import AuthorizationsRefusal, HolderGrant, HolderGrantPage, ListHolderGrants, ServiceView
from contracts.message import Refusal
from contracts.values import local_date
from services.authorizations.domain.facts import Grant
from services.authorizations.domain.grants import may_see_grants
from services.authorizations.store import GRANTS, Copies


class HolderGrants:
    """Answers ListHolderGrants."""

    def __init__(self, database: Database, copies: Copies) -> None:
        self._grants = database[GRANTS.name]
        self._copies = copies

    async def active(self, query: ListHolderGrants, now: datetime) -> HolderGrantPage | Refusal:
        """Return the authorizations in force today of a person at the actor's organisation, in order of their ids."""
        actor, organisation = query.actor, query.actor.organisation_id
        persons = {query.person_id, actor.person_id} - {None}
        held = await self._copies.credentials(organisation, [one for one in persons if one is not None])
        if not may_see_grants(actor, query.person_id, await self._copies.organisation(organisation), held):
            return Refusal(code=AuthorizationsRefusal.NOT_ALLOWED)
        if all(credential.person_id != query.person_id for credential in held):
            return Refusal(code=AuthorizationsRefusal.UNKNOWN)
        try:
            after = _after(query.cursor)
        except ValueError:
            return Refusal(code=AuthorizationsRefusal.UNKNOWN)
        today = local_date(now).isoformat()
        filters: Document = {
            "person_id": query.person_id, "organisation_id": organisation, "withdrawn": False,
            "start": {"$lte": today}, "end": {"$gte": today}, **after,
        }  # fmt: skip
        found = self._grants.find(filters).sort("_id", 1).limit(query.limit + 1)
        grants = [GRANTS.value(document) async for document in found]
        shown = grants[: query.limit]
        more = paging.encode(str(shown[-1].id)) if len(grants) > query.limit else None
        return HolderGrantPage(rows=await self._rows(shown), next=more)

    async def _rows(self, grants: list[Grant]) -> tuple[HolderGrant, ...]:
        services = await self._copies.services({grant.service_uuid for grant in grants})
        views = {service.view.service_uuid: service.view for service in services}
        return tuple(_row(grant, views[grant.service_uuid]) for grant in grants if grant.service_uuid in views)


def _row(grant: Grant, service: ServiceView) -> HolderGrant:
    return HolderGrant(
        authorization_id=grant.id, service_uuid=grant.service_uuid, name=service.name,
        provider_name=service.provider_name, start=grant.start, end=grant.end,
    )  # fmt: skip


def _after(cursor: str | None) -> Document:
    """Return the filter of what comes after a cursor; raise ValueError for one that no page gave."""
    key = paging.decode(cursor)
    if key is None:
        return {}
    (id_,) = key
    return {"_id": {"$gt": UUID(id_)}}
