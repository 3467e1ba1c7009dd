"""Quotations that are agreed to: what they must be for, and what is charged by them (ID-62, ID-63, SP-111)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.billing import Quotation, QuotationLine
from contracts.identity import AgreedCost, IdentityRefusal
from contracts.message import Refusal

AGREEMENT_MISSING = Refusal(code=IdentityRefusal.AGREEMENT_MISSING)


def agreed_costs(lines: Iterable[QuotationLine]) -> tuple[AgreedCost, ...]:
    """Return what was agreed to, for who charges it (SP-111)."""
    return tuple(
        AgreedCost(item=str(line.item), amount=line.amount, vat_per_mille=line.vat_per_mille, years=line.years)
        for line in lines
    )


def told_costs(quotation: Quotation, id_: UUID, first: UUID) -> dict[str, Any]:
    """Return what the event of a requested credential tells: all costs are the first's, others know them (BI-12)."""
    costs = agreed_costs(quotation.lines)
    told = {"costs": costs} if id_ == first else {"first_id": first, "shared_costs": costs}
    return {**told, "paid_by": quotation.organisation_id}


def quotation_refusal(
    quotation: Quotation | None, organisation_id: UUID | None, lines: tuple[QuotationLine, ...] | None, now: datetime
) -> Refusal | None:
    """Refuse a quotation of another organisation or for something else, one at other prices, one that is over."""
    if quotation is None or lines is None or quotation.organisation_id != organisation_id:
        return Refusal(code=IdentityRefusal.QUOTATION_INVALID)
    if [_what(line) for line in quotation.lines] != [_what(line) for line in lines]:
        return Refusal(code=IdentityRefusal.QUOTATION_INVALID)
    total = sum(line.amount for line in lines)
    if now >= quotation.expires_at or quotation.total != total:
        return Refusal(code=IdentityRefusal.QUOTATION_EXPIRED, details={"total": total})
    return None


def _what(line: QuotationLine) -> tuple[object, ...]:
    return line.item, line.quantity, line.level, line.years
