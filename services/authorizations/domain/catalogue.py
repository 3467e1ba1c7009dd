"""What a new service catalogue changes (AU-01, AU-02, SP-52, SP-53), and how services are found (SP-118)."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.authorizations import AuthorizationsRefusal, ServiceProviderState, ServiceView
from contracts.message import Refusal
from contracts.values import Localized
from services.authorizations.catalogue_file import CatalogueFault, CatalogueProvider


@dataclass(frozen=True, slots=True)
class Provider:
    """A service provider (dienstverlener) with the services it offers now; none when the catalogue dropped it."""

    id: UUID
    oin: str
    name: Localized
    services: tuple[ServiceView, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A service of one provider as it is searched and decided on; a discontinued one stays, unlisted (SP-53)."""

    id: str
    view: ServiceView
    listed: bool
    since: datetime
    """From when on the service is offered without a break, by any provider: what was granted before is void."""

    folded: str
    order_nl: str
    order_en: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import writes: providers that differ, and services whose row differs."""

    providers: tuple[Provider, ...]
    services: tuple[Service, ...]


def provider_id(oin: str) -> UUID:
    """Return the id that a provider has for ever."""
    return uuid5(NAMESPACE_URL, f"urn:etoegang:DV:{oin}")


def fold(text: str) -> str:
    """Return a text without case, accents and surplus space: how it is searched (SP-118)."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def may_import(actor: Actor) -> bool:
    """Whether an actor may take a catalogue over: the back office, who only audits excepted (SP-128)."""
    staff = actor.kind is ActorKind.STAFF and bool(actor.staff_roles - {StaffRole.AUDITOR})
    return staff or actor.kind is ActorKind.SYSTEM


def import_refused(actor: Actor, faults: Sequence[CatalogueFault]) -> Refusal | None:
    """Return why a file is not taken over: it names the first fault, and how many there are."""
    if not may_import(actor):
        return Refusal(code=AuthorizationsRefusal.NOT_ALLOWED)
    if not faults:
        return None
    details: dict[str, str | int] = {"line": faults[0].line, "fault": faults[0].text[:500], "faults": len(faults)}
    return Refusal(code=AuthorizationsRefusal.INVALID_CATALOGUE, details=details)


def provider_state(provider: Provider) -> ServiceProviderState:
    """Return what others may know of a provider."""
    return ServiceProviderState(id=provider.id, oin=provider.oin, name=provider.name, services=provider.services)


def plan_import(
    catalogue: Iterable[CatalogueProvider],
    providers: Mapping[UUID, Provider],
    services: Mapping[str, Service],
    now: datetime,
) -> ImportPlan:
    """Compare a whole catalogue with what is known; who is missing offers nothing any more (SP-53)."""
    offered = {provider_id(listed.oin): _provider(listed) for listed in catalogue}
    gone = {id_: replace(known, services=()) for id_, known in providers.items() if id_ not in offered}
    changed = tuple(new for id_, new in {**offered, **gone}.items() if providers.get(id_) != new)
    return ImportPlan(changed, _changed_rows(offered.values(), services, now))


def _provider(listed: CatalogueProvider) -> Provider:
    views = (
        ServiceView(
            service_uuid=service.service_uuid,
            service_id=service.service_id,
            name=service.name,
            level=service.level,
            chain_allowed=service.chain_allowed,
            provider_oin=listed.oin,
            provider_name=listed.name,
        )
        for service in listed.services
    )
    # The order of the file means nothing: a provider whose services only changed places has not changed.
    in_order = tuple(sorted(views, key=lambda view: view.service_id))
    return Provider(provider_id(listed.oin), listed.oin, listed.name, in_order)


def _changed_rows(offered: Iterable[Provider], known: Mapping[str, Service], now: datetime) -> tuple[Service, ...]:
    since: dict[UUID, datetime] = {}
    for row in known.values():
        if row.listed:
            since[row.view.service_uuid] = min(row.since, since.get(row.view.service_uuid, row.since))
    rows = {
        row.id: row
        for provider in offered
        for view in provider.services
        for row in [_row(view, since.get(view.service_uuid, now))]
    }
    gone = {id_: replace(row, listed=False) for id_, row in known.items() if id_ not in rows}
    return tuple(row for id_, row in {**rows, **gone}.items() if known.get(id_) != row)


def _row(view: ServiceView, since: datetime) -> Service:
    texts = (view.name.nl, view.name.en, view.provider_name.nl, view.provider_name.en)
    id_ = f"{view.provider_oin}:{view.service_uuid}"
    return Service(
        id=id_,
        view=view,
        listed=True,
        since=since,
        # A line for each text, so that no match runs from one into the next.
        folded="\n".join(fold(text) for text in texts),
        order_nl=f"{fold(view.name.nl)}\n{fold(view.provider_name.nl)}\n{id_}",
        order_en=f"{fold(view.name.en)}\n{fold(view.provider_name.en)}\n{id_}",
    )
