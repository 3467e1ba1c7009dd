"""The rules of billing: prices, quotations, subscriptions by the year and what each year costs (BI-29 to BI-35)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.actor import Actor, ActorKind
from contracts.billing import (
    BillingRefusal,
    ChargeState,
    Item,
    Quotation,
    QuotationLine,
    SubscriptionState,
)
from contracts.chain import AccessStatus, ChainAccessState
from contracts.message import Refusal
from contracts.values import Role, add_years, local_date
from profiles.model import Profile
from profiles.prices import PriceCode

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_THOUSAND = 1000
YEAR = "year"


@dataclass(frozen=True, slots=True)
class Price:
    """What a year costs, in cents without VAT, and the VAT apart in per mille (SP-105)."""

    amount: int
    vat_per_mille: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """The price when a chain authorization, or its renewal, was asked for (BI-22); the id is that of what it is for."""

    id: UUID
    price: Price


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chain authorization that is paid for by the year; the id is derived from the chain authorization's."""

    id: UUID
    subject_id: UUID
    organisation_id: UUID
    price: Price
    start: date
    """The day from which the years count."""

    last_day: date
    """The last day of the chain authorization: a year that does not begin before it is not charged (SP-96)."""

    years: int = 0
    """Years charged since the start."""

    end: date | None = None
    """The last day that it ran; None: it runs."""

    @property
    def charged_until(self) -> date:
        """The last day that is paid for, the day before the start when there is none."""
        return add_years(self.start, self.years) - _DAY

    @property
    def newest_year(self) -> date:
        """The first day of the newest year that was charged."""
        return add_years(self.start, self.years - 1)

    def state(self) -> SubscriptionState:
        """Return what others may know."""
        return SubscriptionState(
            id=self.id, organisation_id=self.organisation_id, subject_id=self.subject_id,
            item=Item.CHAIN_AUTHORIZATION, unit_price=self.price.amount, start=self.start, end=self.end,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """An invoice line, in cents; the id is derived from what it is for."""

    id: UUID
    organisation_id: UUID
    subject_id: UUID
    amount: int
    vat: int
    period_start: date
    period_end: date
    """The last day that is paid for; of what is paid once, the day itself."""

    item: Item = Item.CHAIN_AUTHORIZATION

    def state(self) -> ChargeState:
        """Return what others may know."""
        return ChargeState(
            id=self.id, organisation_id=self.organisation_id, subject_id=self.subject_id,
            item=self.item, amount=self.amount, vat=self.vat, period_start=self.period_start,
            period_end=self.period_end,
        )  # fmt: skip


def may_see(actor: Actor) -> bool:
    """Say whether the actor is an administrator at an organisation (BI-01)."""
    return (
        actor.kind is ActorKind.PERSON
        and actor.role is Role.ADMINISTRATOR
        and actor.person_id is not None
        and actor.organisation_id is not None
    )


def vat_of(amount: int, per_mille: int) -> int:
    """Return the VAT on a line, in whole cents, half up (SP-105, SP-106)."""
    return (amount * per_mille + _THOUSAND // 2) // _THOUSAND


def price_of(profile: Profile, access: ChainAccessState | None, on: date, offer_vat: int) -> Price | Refusal:
    """Return what a chain authorization costs a year: by the accepted offer, else by the price list (BI-29, CF-39).

    `offer_vat` is the VAT, in per mille, of what the price list does not hold.
    """
    listed = profile.prices.find(PriceCode.CHAIN_AUTHORIZATION, on, term_years=1)
    vat = listed.vat_percent * 10 if listed else offer_vat
    offered = access.price_per_year if access and access.status is AccessStatus.OPEN else None
    if offered is not None:
        return Price(offered, vat)
    if PriceCode.CHAIN_AUTHORIZATION in profile.prices.by_offer:
        return Refusal(code=BillingRefusal.NO_OFFER)
    return Price(listed.amount, vat) if listed else Refusal(code=BillingRefusal.NO_PRICE)


def chain_lines(price: Price, quantity: int) -> tuple[QuotationLine, ...]:
    """Return what so many chain authorizations cost a year (BI-29)."""
    line = QuotationLine(
        item=Item.CHAIN_AUTHORIZATION, quantity=quantity, unit_price=price.amount,
        vat_per_mille=price.vat_per_mille, per=YEAR,
    )  # fmt: skip
    return (line,)


def quotation(id_: UUID, organisation_id: UUID, lines: tuple[QuotationLine, ...], expires_at: datetime) -> Quotation:
    """Return what an organisation is shown before it orders (BI-12, SP-111)."""
    return Quotation(
        id=id_, organisation_id=organisation_id, lines=lines, total=sum(line.amount for line in lines),
        vat=sum(vat_of(line.amount, line.vat_per_mille) for line in lines), expires_at=expires_at,
    )  # fmt: skip


def started(known: Subscription | None, fresh: Subscription) -> Subscription:
    """Return the subscription after an activation: new, running on after a renewal, or running again (ST-53, ST-60).

    A year that is paid for is not paid for twice, also when it runs again after an end.
    """
    if known is None:
        return fresh
    if known.end is None or fresh.start <= known.charged_until:
        return replace(known, price=fresh.price, last_day=fresh.last_day, end=None)
    return fresh


def years_due(subscription: Subscription | None, now: datetime) -> tuple[Subscription, ...]:
    """Return the subscription after each year that has begun and is not charged yet (BI-33, SP-96).

    There are several after a long standstill: none of them may be lost.
    """
    begins = next_start(subscription) if subscription else None
    if subscription is None or begins is None or begins > local_date(now):
        return ()
    after = replace(subscription, years=subscription.years + 1)
    return (after, *years_due(after, now))


def next_start(subscription: Subscription) -> date | None:
    """Return the day on which the next year begins, None when none is to come; the first one always is."""
    begins = subscription.charged_until + _DAY
    goes_on = subscription.years == 0 or begins < subscription.last_day
    return begins if subscription.end is None and goes_on else None


def charge_of(subscription: Subscription, id_: UUID) -> Charge:
    """Return the charge of the newest year (SP-106)."""
    amount = subscription.price.amount
    return Charge(
        id_, subscription.organisation_id, subscription.subject_id, amount,
        vat_of(amount, subscription.price.vat_per_mille),
        subscription.newest_year, subscription.charged_until,
    )  # fmt: skip


def ended(subscription: Subscription, now: datetime) -> Subscription:
    """Return the subscription after its end; nothing is refunded (SP-96, SP-104, BI-34)."""
    if subscription.end is not None:
        return subscription
    return replace(subscription, end=max(subscription.start, local_date(now - _INSTANT)))
