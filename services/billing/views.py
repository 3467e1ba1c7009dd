"""Answers to queries: quotations, subscriptions and charges of the actor's organisation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from chassis import paging
from chassis.ids import fresh
from chassis.mongo import Collection, Database
from contracts.actor import Actor
from contracts.billing import (
    BillingRefusal,
    ChargePage,
    ChargeView,
    Item,
    ListCharges,
    ListSubscriptions,
    QuotationLine,
    QuotationMade,
    Quote,
    QuoteApplication,
    SubscriptionPage,
    SubscriptionView,
    prospect_id,
)
from contracts.message import Refusal
from contracts.values import local_date
from profiles.model import Profile
from services.billing.domain import (
    Charge,
    Subscription,
    chain_lines,
    may_see,
    price_of,
    quotation,
)
from services.billing.listed import lines_of_application, listed_lines
from services.billing.quotations import QuotationSigner
from services.billing.store import CHARGES, SUBSCRIPTIONS, Copies

T = TypeVar("T")
_NOT_ALLOWED = Refusal(code=BillingRefusal.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Views:
    """One method per query."""

    profile: Profile
    database: Database
    copies: Copies
    signer: QuotationSigner
    offer_vat: int

    async def quote(self, query: Quote, now: datetime) -> QuotationMade | Refusal:
        """Return what an order would cost, signed, for some minutes (BI-12, SP-111)."""
        organisation_id = await self._organisation(query.actor)
        if organisation_id is None:
            return _NOT_ALLOWED
        return self._made(organisation_id, await self._lines(query, organisation_id, now), now)

    async def quote_application(self, query: QuoteApplication, now: datetime) -> QuotationMade | Refusal:
        """Return what a first application would cost; by the price list, which is nobody's secret (ST-01, BI-37)."""
        lines = lines_of_application(self.profile, query, local_date(now))
        return self._made(prospect_id(query.kvk_number), lines, now)

    def _made(
        self, organisation_id: UUID, lines: tuple[QuotationLine, ...] | Refusal, now: datetime
    ) -> QuotationMade | Refusal:
        if isinstance(lines, Refusal):
            return lines
        until = now + timedelta(minutes=self.profile.billing.quotation_minutes)
        made = quotation(fresh(), organisation_id, lines, until)
        return QuotationMade(quotation=made, token=self.signer.sign(made))

    async def _lines(self, query: Quote, organisation_id: UUID, now: datetime) -> tuple[QuotationLine, ...] | Refusal:
        """Return what is asked, line by line."""
        if query.item is not Item.CHAIN_AUTHORIZATION:
            return listed_lines(self.profile, query, local_date(now))
        price = price_of(self.profile, await self.copies.access(organisation_id), local_date(now), self.offer_vat)
        return price if isinstance(price, Refusal) else chain_lines(price, query.quantity)

    async def list_subscriptions(self, query: ListSubscriptions, now: datetime) -> SubscriptionPage | Refusal:
        """Return the subscriptions, the newest first (BI-01)."""
        del now
        found = await self._page(query, SUBSCRIPTIONS, "start")
        if isinstance(found, Refusal):
            return found
        rows, following = found
        return SubscriptionPage(rows=tuple(map(_subscription, rows)), next=following)

    async def list_charges(self, query: ListCharges, now: datetime) -> ChargePage | Refusal:
        """Return the charges, the newest first (BI-01)."""
        del now
        found = await self._page(query, CHARGES, "period_start")
        if isinstance(found, Refusal):
            return found
        rows, following = found
        return ChargePage(rows=tuple(map(_charge, rows)), next=following)

    async def _organisation(self, actor: Actor) -> UUID | None:
        """Return whose data the actor may see, None when there is nothing."""
        if not may_see(actor) or actor.person_id is None or actor.organisation_id is None:
            return None
        allowed = await self.copies.is_administrator(actor.person_id, actor.organisation_id)
        return actor.organisation_id if allowed else None

    async def _page(
        self, query: ListSubscriptions | ListCharges, collection: Collection[T], day: str
    ) -> tuple[list[T], str | None] | Refusal:
        """Return the rows of a page and the cursor of the next one."""
        organisation_id = await self._organisation(query.actor)
        if organisation_id is None:
            return _NOT_ALLOWED
        own, order = {"organisation_id": organisation_id}, paging.Order(day, newest_first=True, read=_day)
        try:
            return await paging.part(self.database, collection, own, order, query.cursor, query.limit)
        except paging.CursorError:
            return Refusal(code=BillingRefusal.NOT_ALLOWED, details={"field": "cursor"})


def _day(text: str) -> str:
    """Return the text by which a day is kept; raise ValueError for another."""
    return date.fromisoformat(text).isoformat()


def _subscription(one: Subscription) -> SubscriptionView:
    return SubscriptionView(
        subscription_id=one.id, subject_id=one.subject_id, item=Item.CHAIN_AUTHORIZATION,
        unit_price=one.price.amount, start=one.start, end=one.end,
    )  # fmt: skip


def _charge(one: Charge) -> ChargeView:
    return ChargeView(
        charge_id=one.id, subject_id=one.subject_id, item=one.item, amount=one.amount, vat=one.vat,
        period_start=one.period_start, period_end=one.period_end,
    )  # fmt: skip
