"""What a quotation must say for an order to rest on it (SP-111, CF-39)."""

from datetime import datetime
from uuid import UUID

from contracts.billing import Item, Quotation
from contracts.chain import ChainRefusal
from contracts.message import Refusal
from contracts.values import Cents, local_date
from profiles.prices import PriceCode, Prices
from services.chain.domain.standing import refused


def refuse_quotation(
    quotation: Quotation | None, organisation_id: UUID, quantity: int, unit_price: Cents | None, now: datetime
) -> Refusal | None:
    """Refuse a quotation of another organisation, for another number or price, or one that is over.

    `unit_price` is what a chain authorization costs now, in cents; None where chain knows no price to compare with.
    """
    if quotation is None or quotation.organisation_id != organisation_id or not _adds_up(quotation, quantity):
        return refused(ChainRefusal.QUOTATION_INVALID)
    if now >= quotation.expires_at:
        return refused(ChainRefusal.QUOTATION_EXPIRED)
    if unit_price is not None and any(line.unit_price != unit_price for line in quotation.lines):
        return refused(ChainRefusal.QUOTATION_EXPIRED, unit_price=unit_price)
    return None


def current_price(agreed: Cents | None, prices: Prices, now: datetime) -> Cents | None:
    """Return what a chain authorization costs a year: by the accepted offer, else by the price list (BI-29)."""
    if agreed is not None:
        return agreed
    line = prices.find(PriceCode.CHAIN_AUTHORIZATION, local_date(now), term_years=1)
    return line.amount if line is not None else None


def _adds_up(quotation: Quotation, quantity: int) -> bool:
    """Say whether it is for so many chain authorizations and nothing else, and its total is that of its lines."""
    return (
        all(line.item is Item.CHAIN_AUTHORIZATION for line in quotation.lines)
        and sum(line.quantity for line in quotation.lines) == quantity
        and sum(line.amount for line in quotation.lines) == quotation.total
    )
