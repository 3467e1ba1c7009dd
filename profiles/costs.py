"""What a request costs by the price list: the lines of its quotation, the same to quote and to check (BI-12)."""

from dataclasses import dataclass
from datetime import date

from contracts.billing import Item, QuotationLine
from contracts.identity import SecondFactor
from contracts.values import Level
from profiles.model import Profile
from profiles.prices import Price, PriceCode

_TERMS = {1: PriceCode.CREDENTIAL_ONE_YEAR, 3: PriceCode.CREDENTIAL_THREE_YEARS}
_PER_MILLE = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential to be quoted; `organisations` counts the present one, which costs no link fee (BI-13)."""

    level: Level
    years: int
    second_factor: SecondFactor | None
    organisations: int = 1


def credential_lines(profile: Profile, wanted: Wanted, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what a new credential costs: subscription, link fees, OTP device; None: the list has no price for it."""
    find = profile.prices.find
    term = find(_TERMS[wanted.years], on, level=wanted.level, term_years=wanted.years)
    lines = [_line(Item.CREDENTIAL, 1, term, wanted.level)]
    if wanted.organisations > 1:
        lines.append(_line(Item.LINK_FEE, wanted.organisations - 1, find(PriceCode.LINK_FEE, on)))
    device = profile.second_factor.otp.fee
    if wanted.second_factor is SecondFactor.OTP and device is not None:
        lines.append(_line(Item.OTP_DEVICE, 1, find(device, on)))
    return _all(lines)


def letter_lines(profile: Profile, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what a new activation letter costs; nothing where the profile names no fee (CF-12)."""
    fee = profile.activation_letter.reissue.fee
    return () if fee is None else _all([_line(Item.ACTIVATION_LETTER, 1, profile.prices.find(fee, on))])


def _line(item: Item, quantity: int, price: Price | None, level: Level | None = None) -> QuotationLine | None:
    if price is None:
        return None
    years = price.term_years
    per = str(price.per) if years is None else "year" if years == 1 else f"{years} years"
    return QuotationLine(
        item=item, quantity=quantity, unit_price=price.amount, vat_per_mille=price.vat_percent * _PER_MILLE, per=per,
        level=level, years=years,
    )  # fmt: skip


def _all(lines: list[QuotationLine | None]) -> tuple[QuotationLine, ...] | None:
    known = tuple(line for line in lines if line is not None)
    return known if len(known) == len(lines) else None
