"""The export of chain authorizations: one table for both formats (GW-11, SP-123)."""

from collections.abc import Mapping
from uuid import UUID

from contracts.chain import ChainRefusal, ChainStatus, Scope, Tab
from contracts.message import Refusal
from contracts.values import Language, Localized
from services.chain.domain.authorization import ChainAuthorization
from services.chain.domain.scopes import CatalogueFacts
from services.chain.domain.standing import refused

HEADERS = tuple(
    Localized(nl=nl, en=en)
    for nl, en in (
        ("Referentie", "Reference"),
        ("Relatie", "Relation"),
        ("KvK- of fiscaal nummer", "KvK or fiscal number"),
        ("Diensten", "Services"),
        ("Status", "Status"),
        ("Begindatum", "Start date"),
        ("Einddatum", "End date"),
        ("Gebruikers en groepen", "Users and groups"),
        ("Leverancier", "Supplier"),
        ("Organisatie", "Organisation"),
    )
)
STATUSES: Mapping[ChainStatus, Localized] = {
    ChainStatus.SENT: Localized(nl="Aanvraag verstuurd", en="Request sent"),
    ChainStatus.FAULT: Localized(nl="Fout", en="Fault"),
    ChainStatus.RECEIVED: Localized(nl="Aanvraag ontvangen", en="Request received"),
    ChainStatus.INCOMPLETE: Localized(nl="Incompleet", en="Incomplete"),
    ChainStatus.DECLINED: Localized(nl="Afgewezen", en="Declined"),
    ChainStatus.ACTIVE: Localized(nl="Actief", en="Active"),
    ChainStatus.END_SCHEDULED: Localized(nl="Einde gepland", en="End scheduled"),
    ChainStatus.EXPIRED: Localized(nl="Verlopen", en="Expired"),
    ChainStatus.REMOVED: Localized(nl="Verwijderd", en="Removed"),
}
_GENERAL = Localized(nl="Algemene bevoegdheid", en="General authority")


def refuse_export(tab: Tab) -> Refusal | None:
    """Refuse an export of 'Acties', which has none (CH-84)."""
    return refused(ChainRefusal.NO_EXPORT, tab=tab) if tab is Tab.ACTIONS else None


def header(language: Language) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(name.in_(language) for name in HEADERS)


def export_row(
    found: ChainAuthorization, fiscal_number: str | None, catalogue: CatalogueFacts, users: Mapping[UUID, str],
    supplier: str, language: Language,
) -> tuple[str, ...]:  # fmt: skip
    """Return a row; `catalogue` names services and providers, `users` persons; the fiscal number is in clear."""
    relation, period = found.relation, found.period
    end = found.ends_on or (period.end if period else None)
    return (
        found.reference or "",
        relation.name,
        relation.kvk_number or fiscal_number or "",
        services_text(found.scope, catalogue, language),
        STATUSES[found.status].in_(language),
        period.start.isoformat() if period else "",
        end.isoformat() if end else "",
        ", ".join(users.get(one, str(one)) for one in found.person_ids),
        supplier,
        found.intermediary_name,
    )


def services_text(scope: Scope, catalogue: CatalogueFacts, language: Language) -> str:
    """Return what a scope covers, as people read it."""
    providers = [_name(catalogue.providers.get(one), one, language) for one in scope.provider_oins]
    services = [_name(catalogue.services.get(one), one, language) for one in scope.service_uuids]
    return ", ".join(([_GENERAL.in_(language)] if scope.general else []) + providers + services)


def _name(name: Localized | None, number: object, language: Language) -> str:
    return name.in_(language) if name else str(number)
