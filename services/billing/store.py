"""What billing keeps, and its copies of others' facts."""

from collections.abc import Sequence
from uuid import UUID

from chassis.ids import derived
from chassis.mongo import Collection, Database, Index
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.billing import Charged, ChargeNextYear, SubscriptionEnded, SubscriptionStarted
from contracts.chain import ChainAccessState
from contracts.identity import CredentialStatus
from contracts.values import Role, start_of_day
from services.billing.domain import Agreed, Charge, Subscription, charge_of, next_start
from services.billing.fees import AgreedFees

ACCESS = "chain_access"
ORGANISATIONS = "organisations"
CREDENTIALS = "credentials"
CREDENTIAL_INDEXES = (Index((("person_id", 1), ("organisation_id", 1))),)
_USABLE = [CredentialStatus.ACTIVE.value, CredentialStatus.ENDING_SCHEDULED.value]

SUBSCRIPTIONS = Collection(
    "subscriptions", Subscription, (Index((("organisation_id", 1), ("start", -1), ("_id", -1))),),
    audited=True, audit_scope=lambda subscription: subscription.organisation_id,
)  # fmt: skip
CHARGES = Collection(
    "charges", Charge, (Index((("organisation_id", 1), ("period_start", -1), ("_id", -1))),),
    audited=True, audit_scope=lambda charge: charge.organisation_id,
)  # fmt: skip
AGREED = Collection("agreed", Agreed, audited=True)
AGREED_FEES = Collection("agreed_fees", AgreedFees, audited=True, audit_scope=lambda agreed: agreed.organisation_id)


def subscription_id(subject_id: UUID) -> UUID:
    """Return the id of the subscription of a chain authorization."""
    return derived(subject_id, "subscription")


class Store:
    """The documents of one message."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def subscription(self, id_: UUID) -> Subscription | None:
        """Return a subscription."""
        return await self._work.get(SUBSCRIPTIONS, id_)

    async def agreed(self, subject_id: UUID) -> Agreed | None:
        """Return the price that was agreed to for a chain authorization."""
        return await self._work.get(AGREED, subject_id)

    async def save_agreed(self, agreed: Agreed) -> None:
        """Keep the price that was agreed to."""
        await self._work.put(AGREED, agreed)

    async def save(self, after: Subscription, charged: Sequence[Subscription] = ()) -> None:
        """Save a subscription, tell what happened, charge each year that it holds newly, set the next one's timer."""
        before = await self.subscription(after.id)
        if before == after:
            return
        began = after.end is None and (before is None or before.end is not None)
        stopped = after.end is not None and before is not None and before.end is None
        event = SubscriptionStarted if began else SubscriptionEnded
        await self._work.put(SUBSCRIPTIONS, after, *([event(state=after.state())] if began or stopped else []))
        for year in charged:
            await self._charge(year)
        self._set_timer(after)

    async def _charge(self, subscription: Subscription) -> None:
        """Charge the newest year, once."""
        id_ = derived(subscription.subject_id, "charge", subscription.newest_year.isoformat())
        if await self._work.get(CHARGES, id_) is None:
            charge = charge_of(subscription, id_)
            await self._work.put(CHARGES, charge, Charged(state=charge.state()))

    def _set_timer(self, subscription: Subscription) -> None:
        if begins := next_start(subscription):
            command = ChargeNextYear(actor=SYSTEM, subscription_id=subscription.id)
            self._work.schedule("charge", start_of_day(begins), command)
        else:
            self._work.unschedule(subscription.id, "charge")


class Copies:
    """What billing knows of others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def access(self, organisation_id: UUID) -> ChainAccessState | None:
        """Return an organisation's access to the chain functionality, with the price of its offer."""
        document = await self._database[ACCESS].find_one({"_id": organisation_id})
        return ChainAccessState.model_validate({**document, "id": document["_id"]}) if document else None

    async def is_administrator(self, person_id: UUID, organisation_id: UUID) -> bool:
        """Say whether nothing known here speaks against it: the copies may be a moment behind the person's token."""
        if await self._database[ORGANISATIONS].find_one({"_id": organisation_id, "active": False}, {"_id": 1}):
            return False
        known = {"person_id": person_id, "organisation_id": organisation_id}
        if await self._database[CREDENTIALS].find_one(known, {"_id": 1}) is None:
            return True
        usable = {"role": Role.ADMINISTRATOR.value, "status": {"$in": _USABLE}}
        return await self._database[CREDENTIALS].find_one({**known, **usable}, {"_id": 1}) is not None
