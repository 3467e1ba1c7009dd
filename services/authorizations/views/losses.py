"""What a person would lose by a lower level or another type of the credential, told beforehand (SP-12, SP-35)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from contracts.actor import Actor
from contracts.authorizations import AuthorizationsRefusal, ListLosses, Losses
from contracts.message import Refusal
from contracts.values import local_date
from services.authorizations.domain.facts import Credential
from services.authorizations.domain.grants import administers, decide_limited
from services.authorizations.store import Copies, SpecialProviders

_SHOWN = 500


class LossViews:
    """Answers ListLosses."""

    def __init__(self, copies: Copies, special: SpecialProviders) -> None:
        self._copies = copies
        self._special = special

    async def list_(self, query: ListLosses, now: datetime) -> Losses | Refusal:
        """Return the services of the authorizations that would end, for an administrator of the organisation."""
        if not await self._may_ask(query.actor):
            return Refusal(code=AuthorizationsRefusal.NOT_ALLOWED)
        organisation, today = query.actor.organisation_id, local_date(now)
        credentials = await self._copies.credentials(organisation, [query.person_id])
        if not credentials:
            return Refusal(code=AuthorizationsRefusal.UNKNOWN)
        grants = await self._copies.grants(organisation, query.person_id)
        rows = await self._copies.services({grant.service_uuid for grant in grants})
        offers = {row.view.service_uuid: self._special.offer(row) for row in rows if row.listed}
        live = [one for one in grants if one.service_uuid in offers and one.live(today, offers[one.service_uuid].since)]
        lost = {grant.service_uuid for grant in decide_limited(_changed(credentials, query), live, offers)}
        views = [row.view for row in rows if row.listed and row.view.service_uuid in lost]
        return Losses(services=tuple(views[:_SHOWN]), total=len(lost))

    async def _may_ask(self, actor: Actor) -> bool:
        own = [actor.person_id] if actor.person_id else []
        held = await self._copies.credentials(actor.organisation_id, own)
        return administers(actor, await self._copies.organisation(actor.organisation_id), held)


def _changed(credentials: Iterable[Credential], query: ListLosses) -> list[Credential]:
    """Return a person's credentials as they would be."""
    return [replace(one, level=query.level or one.level, type=query.to_type or one.type) for one in credentials]
