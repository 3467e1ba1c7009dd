"""The documents of one command, read and changed in its unit of work."""

from dataclasses import replace
from uuid import UUID

from chassis.time import real_now
from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from contracts.message import Refusal
from contracts.notifications import Deliver, DeliveryFailed, DeliveryStatus, DocumentMade
from services.notifications.domain.deliveries import Delivery, Outcome, Plan, decide_again
from services.notifications.domain.documents import PlannedDocument
from services.notifications.domain.limits import LONG, SmsWindow
from services.notifications.domain.notices import Notice
from services.notifications.store.collections import (
    CONTENTS,
    DELIVERIES,
    DOCUMENTS,
    NOTICES,
    PLANNED_DOCUMENTS,
    WINDOWS,
    Document,
    delivery_state,
    document_state,
)
from services.notifications.store.vault import Vault


class Store:
    """The documents of one command."""

    def __init__(self, work: Work, vault: Vault) -> None:
        self._work = work
        self._vault = vault

    async def knows(self, id_: UUID) -> bool:
        """Say whether a delivery was planned before."""
        return await self._work.get(DELIVERIES, id_) is not None

    async def plan(self, plan: Plan) -> None:
        """Store a delivery and order it to be made; one that is known already is left as it is."""
        if await self.knows(plan.delivery.id):
            return
        await self._save(plan.delivery)
        if plan.delivery.planned:
            await self._work.put(CONTENTS, self._vault.locked(plan.content))
            self._work.send(Deliver(actor=SYSTEM, notification_id=plan.delivery.id))

    async def record(self, id_: UUID, outcome: Outcome) -> Delivery | None:
        """Store how a try ended: content goes or is kept to be sent again, else the next try is set (SP-75)."""
        delivery = await self._work.get(DELIVERIES, id_)
        if delivery is None:
            return None
        after = delivery.after(outcome, self._work.now)
        if after != delivery:
            await self._save(after)
        if after.retry_at is not None:
            self._work.schedule("retry", after.retry_at, Deliver(actor=SYSTEM, notification_id=id_))
        if not after.planned:
            await self._part_with(after)
        return after

    async def _part_with(self, ended: Delivery) -> None:
        """Remove the content of a delivery that has ended, at once or when it cannot be sent again any more."""
        content, until = await self._work.get(CONTENTS, ended.id), ended.again_until
        if content is None or until is None:
            await self._work.remove(CONTENTS, ended.id)
        else:
            await self._work.put(CONTENTS, replace(content, forget_at=real_now() + (until - self._work.now)))

    async def send_again(self, id_: UUID, actor: Actor) -> Refusal | None:
        """Begin a delivery that has failed anew, or refuse it (SP-116)."""
        delivery, content = await self._work.get(DELIVERIES, id_), await self._work.get(CONTENTS, id_)
        newer = delivery is not None and await self._has_newer(delivery)
        after = decide_again(delivery, content, actor, self._work.now, newer=newer)
        if isinstance(after, Refusal):
            return after
        assert content is not None, "refused otherwise"
        await self._save(after)
        await self._work.put(CONTENTS, replace(content, forget_at=None))
        self._work.send(Deliver(actor=SYSTEM, notification_id=id_))
        return None

    async def _has_newer(self, delivery: Delivery) -> bool:
        """Say whether another was planned since, for the same and by the same way."""
        same = {name: getattr(delivery, name) for name in ("subject_id", "purpose", "channel")}
        return bool(await self._work.find(DELIVERIES, {**same, "planned_at": {"$gt": delivery.planned_at}}, limit=1))

    async def _save(self, delivery: Delivery) -> None:
        failed = delivery.status is DeliveryStatus.FAILED
        events = [DeliveryFailed(state=delivery_state(delivery))] if failed else []
        await self._work.put(DELIVERIES, delivery, *events)

    async def window(self, number: str) -> SmsWindow:
        """Return how often a number was written to lately."""
        id_ = self._vault.number(number)
        return await self._work.get(WINDOWS, id_) or SmsWindow(id_)

    async def save_window(self, window: SmsWindow) -> None:
        """Store how often a number was written to."""
        await self._work.put(WINDOWS, replace(window, forget_at=real_now() + LONG))

    async def notice(self, id_: UUID) -> Notice | None:
        """Return a message of the message box."""
        return await self._work.get(NOTICES, id_)

    async def save_notice(self, notice: Notice) -> None:
        """Store a message of the message box."""
        await self._work.put(NOTICES, notice)

    async def document(self, id_: UUID) -> Document | None:
        """Return a document that was made."""
        return await self._work.get(DOCUMENTS, id_)

    async def save_document(self, document: Document) -> None:
        """Store a document, announce it, and forget its plan."""
        await self._work.remove(PLANNED_DOCUMENTS, document.id)
        await self._work.put(DOCUMENTS, document, DocumentMade(state=document_state(document)))

    async def planned_document(self, id_: UUID) -> PlannedDocument | None:
        """Return a document that is still to be made."""
        return await self._work.get(PLANNED_DOCUMENTS, id_)

    async def plan_document(self, document: PlannedDocument) -> None:
        """Store a document that a worker will make; one that is known already is left as it is."""
        if await self.document(document.id) is None and await self.planned_document(document.id) is None:
            await self._work.put(PLANNED_DOCUMENTS, document)
