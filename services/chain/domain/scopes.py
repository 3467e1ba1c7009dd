"""Scopes: what may be chosen, whether it exists, and whether two scopes overlap (CF-36, SP-71, SP-78)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from contracts.chain import ChainRefusal, Scope
from contracts.message import Refusal
from contracts.values import Localized, Oin
from profiles.chain import Scope as ScopeKind
from services.chain.domain.standing import refused


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """What the service catalogue says of the services and providers that a scope names."""

    services: Mapping[UUID, Localized] = field(default_factory=dict)
    providers: Mapping[Oin, Localized] = field(default_factory=dict)
    service_providers: tuple[Oin, ...] = ()
    """The providers of the services named, sorted; a service may have several."""

    without_chains: frozenset[UUID] = frozenset()
    """The services named that accept nobody by a chain authorization: no decision would ever be yes (CH-92)."""


def refuse_scope(scope: Scope, offered: frozenset[ScopeKind], catalogue: CatalogueFacts) -> Refusal | None:
    """Refuse a scope without services (CH-15), of a kind not offered (CF-36), or of what could not be used (CH-92)."""
    if scope.empty:
        return refused(ChainRefusal.NO_SERVICES)
    chosen = {
        ScopeKind.GENERAL: scope.general,
        ScopeKind.PROVIDER: bool(scope.provider_oins),
        ScopeKind.SERVICE: bool(scope.service_uuids),
    }
    for kind, is_chosen in chosen.items():
        if is_chosen and kind not in offered:
            return refused(ChainRefusal.SCOPE_NOT_OFFERED, scope=kind)
    named = [*scope.service_uuids, *scope.provider_oins]
    unknown = [one for one in named if one not in catalogue.services and one not in catalogue.providers]
    if unknown:
        return refused(ChainRefusal.UNKNOWN_SERVICE, service=str(unknown[0]))
    useless = [one for one in scope.service_uuids if one in catalogue.without_chains]
    return refused(ChainRefusal.SERVICE_WITHOUT_CHAINS, service=str(useless[0])) if useless else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """A scope with the providers of its services: enough to tell whether it overlaps another."""

    scope: Scope
    service_providers: tuple[Oin, ...] = ()

    def overlaps(self, other: "Coverage") -> bool:
        """Say whether some service may be covered by both (SP-71)."""
        mine, its = self.scope, other.scope
        return (
            mine.general
            or its.general
            or not set(mine.service_uuids).isdisjoint(its.service_uuids)
            or not set(mine.provider_oins).isdisjoint((*its.provider_oins, *other.service_providers))
            or not set(its.provider_oins).isdisjoint(self.service_providers)
        )
