"""Asking all relations of a workbook: which rows are taken, and what the whole import is refused for (CH.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.billing import Quotation
from contracts.chain import ChainRefusal, ImportFault, ImportRelations, ImportRow, RequestTerms
from contracts.message import Refusal
from services.chain.domain.requesting import RequestFacts, refuse_costs, refuse_relation, refuse_terms
from services.chain.domain.rows import Parsed
from services.chain.domain.scopes import Coverage
from services.chain.domain.standing import refuse_manager, refused


@dataclass(frozen=True, slots=True)
class Import:
    """An import that was taken: its requests rest on one quotation."""

    id: UUID
    organisation_id: UUID
    requests: int
    quotation_id: UUID
    started_at: datetime
    terms: RequestTerms
    """The same for all its requests (CH-37), without the quotation's token."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was refused after the import had been taken; the id is the import's and the row number."""

    id: str
    import_id: UUID
    row: int
    code: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows that are asked, and those that are left out."""

    rows: tuple[ImportRow, ...]
    faults: tuple[ImportFault, ...]


def decide_import(
    command: ImportRelations, parsed: Parsed, quotation: Quotation | None, pending: Mapping[int, Sequence[Coverage]],
    *, facts: RequestFacts, now: datetime,
) -> Plan | Refusal:  # fmt: skip
    """Take a faultless workbook, or by choice its faultless rows; the quotation is for as many as are asked (SP-72).

    `pending` is what pending requests to each row's relation cover, by row number.
    """
    rows, faults = _judged(command.terms, parsed, pending, facts)
    refusal = (
        refuse_manager(command.actor, facts.standing)
        or refuse_terms(command.terms, facts, now)
        or _refuse_rows(command, rows, faults)
        or refuse_costs(quotation, len(rows), facts, now)
    )
    return refusal or Plan(rows, faults)


def _judged(
    terms: RequestTerms, parsed: Parsed, pending: Mapping[int, Sequence[Coverage]], facts: RequestFacts
) -> tuple[tuple[ImportRow, ...], tuple[ImportFault, ...]]:
    """Part the rows by the rules of a single request; a relation that is being asked already is a fault (SP-71)."""
    rows, faults = [], list(parsed.faults)
    for row in parsed.rows:
        its = RequestFacts(facts.profile, facts.standing, facts.catalogue, facts.users, pending.get(row.row, ()))
        refusal = refuse_relation(row.relation.named, terms.scope, its)
        if refusal is None:
            rows.append(row)
        else:
            faults.append(ImportFault(row=row.row, code=refusal.code, value=row.relation.kvk_number))
    return tuple(rows), tuple(sorted(faults, key=lambda fault: fault.row))


def _refuse_rows(command: ImportRelations, rows: Sequence[ImportRow], faults: Sequence[ImportFault]) -> Refusal | None:
    """Refuse a faulty workbook, unless its faultless rows are chosen and there are some."""
    if rows and (command.faultless_only or not faults):
        return None
    first = faults[0] if faults else ImportFault(row=0, code="empty")
    return refused(ChainRefusal.INVALID_IMPORT, faults=len(faults), first_row=first.row, first_code=first.code)


def refused_row(import_id: UUID, row: int, refusal: Refusal) -> RefusedRow:
    """Return the note of a row that was refused after all."""
    return RefusedRow(f"{import_id}:{row}", import_id, row, refusal.code)
