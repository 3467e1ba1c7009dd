"""What is quoted by the price list, the same lines that are charged later, and the details that it asks (SP-111)."""

from datetime import date
from itertools import chain

from contracts.billing import BillingRefusal, Item, QuotationLine, Quote, QuoteApplication
from contracts.identity import CredentialType
from contracts.message import Refusal
from contracts.values import Level
from profiles.costs import (
    Wanted,
    addition_lines,
    application_lines,
    conversion_lines,
    credential_lines,
    device_lines,
    letter_lines,
    linked_lines,
    upgrade_lines,
)
from profiles.identity import Conversion
from profiles.model import Profile

Lines = tuple[QuotationLine, ...]
_NO_PRICE = Refusal(code=BillingRefusal.NO_PRICE)
_NEEDED: dict[Item, tuple[str, ...]] = {
    Item.CREDENTIAL: ("level", "years"),
    Item.UPGRADE: ("level", "years"),
    Item.CONVERSION: ("credential_type", "years"),
    Item.LINK_SUBSCRIPTION: ("years",),
}
_ALONE = {Item.OTP_DEVICE: device_lines, Item.ACTIVATION_LETTER: letter_lines}
"""What costs the same whatever else is asked."""

_LINKS_AT_ONCE = 50
_MOST = {Item.CREDENTIAL: _LINKS_AT_ONCE, Item.UPGRADE: _LINKS_AT_ONCE + 1, Item.LINK_FEE: _LINKS_AT_ONCE}
"""How many organisations an order takes; of anything else one is ordered."""


def listed_lines(profile: Profile, query: Quote, on: date) -> Lines | Refusal:
    """Return what is asked by the price list, as it is charged when the order is carried out (BI-12 to BI-21)."""
    if refusal := _details_refusal(query):
        return refusal
    lines = _found(profile, query, on)
    return _NO_PRICE if lines is None else lines


def _details_refusal(query: Quote) -> Refusal | None:
    """Refuse what no order could follow on: nothing is quoted that is not charged (SP-111, ID-138)."""
    if query.item is not Item.CONVERSION and query.credential_type is CredentialType.BELASTINGDIENST:
        return Refusal(code=BillingRefusal.BELASTINGDIENST_PERSONAL)
    lacking = [name for name in _NEEDED.get(query.item, ()) if getattr(query, name) is None]
    if query.quantity > _MOST.get(query.item, 1):
        lacking.append("quantity")
    return Refusal(code=BillingRefusal.QUOTATION_DETAILS, details={"field": lacking[0]}) if lacking else None


def _found(profile: Profile, query: Quote, on: date) -> Lines | None:
    """Return the lines of what is asked, None where the price list has none for it."""
    match query:
        case Quote(item=Item.CREDENTIAL | Item.UPGRADE as item, level=Level() as level, years=int() as years):
            wanted = Wanted(level, years, query.second_factor, query.quantity)
            return (upgrade_lines if item is Item.UPGRADE else credential_lines)(profile, wanted, on)
        case Quote(item=Item.CONVERSION, credential_type=CredentialType() as type_, years=int() as years):
            return _conversion(profile, type_, years, on)
        case Quote(item=Item.LINK_SUBSCRIPTION, years=int() as years):
            return addition_lines(profile, years, on) if profile.organisations.self_add else None
        case Quote(item=Item.LINK_FEE):
            return linked_lines(profile, query.quantity, on)
    alone = _ALONE.get(query.item)
    return alone(profile, on) if alone else None


def _conversion(profile: Profile, type_: CredentialType, years: int, on: date) -> Lines | None:
    """Return the costs of a conversion in a direction of the supplier; it stays at EH3 (CF-22, ID-136)."""
    way = Conversion.TO_REGULAR if type_ is CredentialType.REGULAR else Conversion.TO_BELASTINGDIENST
    offered = way in profile.belastingdienst.conversions
    return conversion_lines(profile, type_, Level.EH3, years, on) if offered else None


def lines_of_application(profile: Profile, query: QuoteApplication, on: date) -> Lines | Refusal:
    """Return what a first application costs, person by person (BI-12, BI-16, BI-20)."""
    wanted = [Wanted(one.level, query.years, one.second_factor, type=one.type) for one in query.credentials]
    found = application_lines(profile, wanted, on)
    return _NO_PRICE if found is None else tuple(chain.from_iterable(found))
