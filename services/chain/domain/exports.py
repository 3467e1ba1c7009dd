"""The export of chain authorizations: one table for both formats, safe to open (GW-11, SP-119, SP-123, S27)."""

import csv
import io
from collections.abc import Mapping, Sequence
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
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")
_LONGEST_CELL = 32_767
"""Characters that a cell of a workbook can hold."""


def refuse_export(tab: Tab) -> Refusal | None:
    """Refuse an export of 'Acties', which has none (CH-84)."""
    return refused(ChainRefusal.NO_EXPORT, tab=tab) if tab is Tab.ACTIONS else None


def header(language: Language) -> tuple[str, ...]:
    """Return the names of the columns."""
    return tuple(name.in_(language) for name in HEADERS)


def export_row(
    found: ChainAuthorization, catalogue: CatalogueFacts, users: Mapping[UUID, str], supplier: str,
    language: Language,
) -> tuple[str, ...]:  # fmt: skip
    """Return a row; `catalogue` names services and providers, `users` persons."""
    relation, period = found.relation, found.period
    end = found.ends_on or (period.end if period else None)
    cells = (
        found.reference or "",
        relation.name,
        relation.kvk_number or relation.fiscal_number or "",
        services_text(found.scope, catalogue, language),
        STATUSES[found.status].in_(language),
        period.start.isoformat() if period else "",
        end.isoformat() if end else "",
        ", ".join(users.get(one, str(one)) for one in found.person_ids),
        supplier,
        found.intermediary_name,
    )
    return tuple(safe(cell) for cell in cells)


def services_text(scope: Scope, catalogue: CatalogueFacts, language: Language) -> str:
    """Return what a scope covers, as people read it."""
    providers = [_name(catalogue.providers.get(one), one, language) for one in scope.provider_oins]
    services = [_name(catalogue.services.get(one), one, language) for one in scope.service_uuids]
    return ", ".join(([_GENERAL.in_(language)] if scope.general else []) + providers + services)


def _name(name: Localized | None, number: object, language: Language) -> str:
    return name.in_(language) if name else str(number)


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, and that fits into one."""
    text = cell if len(cell) < _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 2]}…"
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def csv_lines(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as CSV: UTF-8, semicolons, CRLF, quotes doubled; the byte order mark comes before the first."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    return out.getvalue().encode()


BYTE_ORDER_MARK = b"\xef\xbb\xbf"
