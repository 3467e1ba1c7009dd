"""What something costs by the price list: the lines of its quotation, the same to quote, check and charge (BI-12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from contracts.billing import Item, QuotationLine
from contracts.identity import CredentialType, SecondFactor
from contracts.values import Level
from profiles.model import Profile
from profiles.prices import Price, PriceCode

_TERMS = {1: PriceCode.CREDENTIAL_ONE_YEAR, 3: PriceCode.CREDENTIAL_THREE_YEARS}
_PER_MILLE = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential, or its new level, to be quoted; `organisations` counts the present one, without fee (BI-13)."""

    level: Level
    years: int
    second_factor: SecondFactor | None
    organisations: int = 1
    type: CredentialType = CredentialType.REGULAR


def credential_lines(profile: Profile, wanted: Wanted, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what a new credential costs: subscription, link fees, OTP device; None: the list has no price for it."""
    find = profile.prices.find
    lines = [_term_line(profile, wanted.type, wanted.level, wanted.years, on)]
    if wanted.organisations > 1:
        lines.append(_line(Item.LINK_FEE, wanted.organisations - 1, find(PriceCode.LINK_FEE, on)))
    return _joined(_all(lines), _own_device_lines(profile, wanted, on))


def application_lines(
    profile: Profile, wanted: Iterable[Wanted], on: date
) -> tuple[tuple[QuotationLine, ...], ...] | None:
    """Return what each credential of a first application costs; None: the list has no price for one of them."""
    found = [credential_lines(profile, one, on) for one in wanted]
    known = tuple(lines for lines in found if lines is not None)
    return known if len(known) == len(found) else None


def upgrade_lines(profile: Profile, wanted: Wanted, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what an upgrade costs: change, new term, links at the same time, OTP device (BI-14, BI-16, BI-19)."""
    change = _line(Item.UPGRADE, 1, profile.prices.find(PriceCode.UPGRADE, on))
    own = _all([change, _term_line(profile, CredentialType.REGULAR, wanted.level, wanted.years, on)])
    links = linked_lines(profile, wanted.organisations - 1, on)
    return _joined(own, links, _own_device_lines(profile, wanted, on))


def conversion_lines(
    profile: Profile, type_: CredentialType, level: Level, years: int, on: date
) -> tuple[QuotationLine, ...] | None:
    """Return what the term costs that a conversion starts, by the price of the new type (BI-20, BI-21)."""
    return _all([_term_line(profile, type_, level, years, on)])


def linked_lines(profile: Profile, organisations: int, on: date) -> tuple[QuotationLine, ...]:
    """Return what it costs to link a person to so many organisations; nothing where the list has no fee (BI-14).

    A line for each, as they are charged: the back office may process them apart, and refuse some (SP-18).
    """
    fee = _line(Item.LINK_FEE, 1, profile.prices.find(PriceCode.LINK_FEE, on))
    return () if fee is None else (fee,) * organisations


def addition_lines(profile: Profile, years: int, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what the link subscription of an added organisation costs (BI-15)."""
    term = profile.prices.find(PriceCode.LINK_SUBSCRIPTION, on, term_years=years)
    return _all([_line(Item.LINK_SUBSCRIPTION, 1, term)])


def device_lines(profile: Profile, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what an OTP device costs that is asked for by itself; nothing where the profile names no fee (CF-13)."""
    fee = profile.second_factor.otp.fee
    return () if fee is None else _all([_line(Item.OTP_DEVICE, 1, profile.prices.find(fee, on))])


def letter_lines(profile: Profile, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what a new activation letter costs; nothing where the profile names no fee (CF-12)."""
    fee = profile.activation_letter.reissue.fee
    return () if fee is None else _all([_line(Item.ACTIVATION_LETTER, 1, profile.prices.find(fee, on))])


def _own_device_lines(profile: Profile, wanted: Wanted, on: date) -> tuple[QuotationLine, ...] | None:
    """Return what the OTP device costs that was chosen, at a level that has a second factor (BI-16, CF-02)."""
    chosen = wanted.second_factor is SecondFactor.OTP and wanted.level >= profile.second_factor.min_level
    return device_lines(profile, on) if chosen else ()


def _term_line(profile: Profile, type_: CredentialType, level: Level, years: int, on: date) -> QuotationLine | None:
    """Return the term of a credential; one for the Belastingdienst has a price of its own (BI-20)."""
    find = profile.prices.find
    if type_ is CredentialType.BELASTINGDIENST:
        return _line(Item.CREDENTIAL, 1, find(PriceCode.BELASTINGDIENST_CREDENTIAL, on, term_years=years))
    return _line(Item.CREDENTIAL, 1, find(_TERMS[years], on, level=level, term_years=years), level)


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


def _joined(*parts: tuple[QuotationLine, ...] | None) -> tuple[QuotationLine, ...] | None:
    known = [part for part in parts if part is not None]
    return tuple(chain.from_iterable(known)) if len(known) == len(parts) else None
