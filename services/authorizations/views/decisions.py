"""Decisions for service providers' systems (SP-132): one read, then a rule."""

from collections.abc import Sequence
from datetime import datetime

from contracts.actor import Actor, ActorKind
from contracts.authorizations import AuthorizationsRefusal, Decide, Decision, Reason
from contracts.message import Refusal
from services.authorizations.domain.catalogue import Service
from services.authorizations.domain.decisions import decide, no
from services.authorizations.domain.facts import Facts
from services.authorizations.store import Copies, SpecialProviders


class Decisions:
    """Answers Decide."""

    def __init__(self, copies: Copies, special: SpecialProviders) -> None:
        self._copies = copies
        self._special = special

    async def decide(self, query: Decide, now: datetime) -> Decision | Refusal:
        """Say whether a person may act, and why; a machine client asks about its own provider's services only."""
        if query.actor.kind is not ActorKind.CLIENT:
            return Refusal(code=AuthorizationsRefusal.NOT_ALLOWED)
        read = await self._copies.decision(query.person_id, query.kvk_number, query.service_uuid, query.on_behalf_of)
        if not read.services:
            return no(Reason.UNKNOWN_SERVICE)
        own = _own(read.services, query.actor)
        if own is None:
            return Refusal(code=AuthorizationsRefusal.FOREIGN_SERVICE)
        facts = Facts(
            service=self._special.offer(own) if own.listed else None,
            organisations=read.organisations,
            credentials=read.credentials,
            grants=read.grants,
            chains=read.chains,
            relation_suspended=read.relation_suspended,
            by_chain=query.on_behalf_of is not None,
            login_level=query.level,
        )
        return decide(facts, now)


def _own(rows: Sequence[Service], actor: Actor) -> Service | None:
    """Return the service as the client's own provider offers or offered it."""
    return next((row for row in rows if row.view.provider_oin == actor.oin), None)
