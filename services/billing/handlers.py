"""What billing does with each message."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.work import Work
from contracts.billing import ChargeNextYear
from contracts.chain import (
    ChainAuthorizationActivated,
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainAuthorizationRequested,
    ChainAuthorizationState,
    RemovalScheduled,
)
from contracts.message import Done, Refusal
from contracts.values import add_years, local_date
from profiles.model import Profile
from services.billing.domain import Agreed, Price, Subscription, ended, price_of, started, years_due
from services.billing.store import Copies, Store, subscription_id


class NoPriceError(RuntimeError):
    """A chain authorization is active that nobody has set a price for: a person must look at it."""


@dataclass(frozen=True, slots=True)
class Handlers:
    """One method per message."""

    profile: Profile
    copies: Copies
    offer_vat: int

    async def on_requested(self, event: ChainAuthorizationRequested, work: Work) -> None:
        """Keep the price that the organisation agreed to when it asked (BI-22, SP-111)."""
        state = event.state
        price = await self._price(state, work.now)
        if isinstance(price, Price):
            await Store(work).save_agreed(Agreed(state.renewal_of or state.id, price))

    async def on_activated(self, event: ChainAuthorizationActivated, work: Work) -> None:
        """Start the subscription and charge its first year; after a renewal it runs on (ST-53, ST-60)."""
        store, state = Store(work), event.state
        id_ = subscription_id(state.id)
        agreed = await store.agreed(state.id)
        price = agreed.price if agreed else await self._price(state, work.now)
        if isinstance(price, Refusal):
            raise NoPriceError(price.code)
        start, last_day = self._period(state, work.now)
        fresh = Subscription(id_, state.id, state.intermediary_id, price, start, last_day)
        known = await store.subscription(id_)
        missed = years_due(known, work.now)
        after = started(missed[-1] if missed else known, fresh)
        due = years_due(after, work.now)
        await store.save(due[-1] if due else after, (*missed, *due))

    async def on_removal_scheduled(self, event: RemovalScheduled, work: Work) -> None:
        """Charge no year that does not begin before the chosen day (ST-64, BI-34)."""
        store = Store(work)
        subscription = await store.subscription(subscription_id(event.state.id))
        if subscription is not None and event.state.ends_on is not None:
            await store.save(replace(subscription, last_day=event.state.ends_on))

    async def on_ended(self, event: ChainAuthorizationRemoved | ChainAuthorizationExpired, work: Work) -> None:
        """End the subscription with what it is for; nothing is refunded (BI-34, SP-96, SP-104)."""
        store = Store(work)
        subscription = await store.subscription(subscription_id(event.state.id))
        if subscription is not None:
            due = years_due(subscription, work.now)
            await store.save(ended(due[-1] if due else subscription, work.now), due)

    async def charge_next_year(self, command: ChargeNextYear, work: Work) -> Done:
        """Charge the year that begins, and set the timer of the next (BI-33)."""
        store = Store(work)
        if due := years_due(await store.subscription(command.subscription_id), work.now):
            await store.save(due[-1], due)
        return Done()

    async def _price(self, state: ChainAuthorizationState, now: datetime) -> Price | Refusal:
        access = await self.copies.access(state.intermediary_id)
        return price_of(self.profile, access, local_date(now), self.offer_vat)

    def _period(self, state: ChainAuthorizationState, now: datetime) -> tuple[date, date]:
        """Return the first and the last day."""
        if state.period is not None:
            return state.period.start, state.period.end
        return local_date(now), add_years(local_date(now), self.profile.chain.max_years)
