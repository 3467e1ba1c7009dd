"""The message box as its readers see it, and what could not be delivered."""

from datetime import datetime
from typing import Any

from chassis import paging
from chassis.mongo import Database
from contracts.actor import Actor
from contracts.message import Refusal
from contracts.notifications import (
    BoxMessage,
    BoxPage,
    DeliveryStatus,
    FailedDelivery,
    FailedDeliveryPage,
    ListFailedDeliveries,
    ListMessages,
    NotificationsRefusal,
    Purpose,
)
from profiles.model import Profile
from services.notifications.domain.access import may_read, may_see_failures
from services.notifications.domain.deliveries import Delivery
from services.notifications.domain.notices import Notice
from services.notifications.store import DELIVERIES, NOTICES, Copies

_NEWEST = paging.Order("sent_at", newest_first=True)
_LAST = paging.Order("planned_at", newest_first=True)


class Views:
    """Answers queries."""

    def __init__(self, profile: Profile, database: Database, copies: Copies) -> None:
        self._enabled = profile.message_box.enabled
        self._database = database
        self._copies = copies

    async def list_messages(self, query: ListMessages, now: datetime) -> BoxPage | Refusal:
        """Return the message box of the actor's organisation, newest first (NO-02); empty without one (CF-27)."""
        actor = query.actor
        if not await self._may(actor) or actor.organisation_id is None:
            return Refusal(code=NotificationsRefusal.NOT_ALLOWED)
        if not self._enabled:
            return BoxPage.empty()
        wanted: dict[str, Any] = {"organisation_id": actor.organisation_id, "expires_at": {"$gt": now}}
        try:
            notices, more = await paging.part(self._database, NOTICES, wanted, _NEWEST, query.cursor, query.limit)
        except paging.CursorError:
            return Refusal(code=NotificationsRefusal.UNKNOWN, details={"field": "cursor"})
        return BoxPage(rows=tuple(_row(notice, actor) for notice in notices), next=more)

    async def failed(self, query: ListFailedDeliveries, now: datetime) -> FailedDeliveryPage | Refusal:
        """Return what could not be delivered, newest first (SP-116); a login code is asked for again by its user."""
        del now
        if not may_see_failures(query.actor):
            return Refusal(code=NotificationsRefusal.NOT_ALLOWED)
        purpose = query.purpose or {"$ne": Purpose.LOGIN_CODE}
        wanted: dict[str, Any] = {"status": DeliveryStatus.FAILED, "purpose": purpose}
        try:
            found, more = await paging.part(self._database, DELIVERIES, wanted, _LAST, query.cursor, query.limit)
        except paging.CursorError:
            return Refusal(code=NotificationsRefusal.UNKNOWN, details={"field": "cursor"})
        return FailedDeliveryPage(rows=tuple(map(_failure, found)), next=more)

    async def _may(self, actor: Actor) -> bool:
        if not may_read(actor) or actor.person_id is None or actor.organisation_id is None:
            return False
        return await self._copies.is_administrator(actor.person_id, actor.organisation_id)


def _failure(delivery: Delivery) -> FailedDelivery:
    return FailedDelivery(
        notification_id=delivery.id, subject_id=delivery.subject_id, purpose=delivery.purpose,
        channel=delivery.channel.value, planned_at=delivery.planned_at, failed_at=delivery.ended_at,
        attempts=delivery.attempts, reason=delivery.reason, again_until=delivery.again_until,
    )  # fmt: skip


def _row(notice: Notice, actor: Actor) -> BoxMessage:
    """Return a message in the actor's language (SP-115)."""
    return BoxMessage(
        message_id=notice.id,
        subject=notice.subject[actor.language],
        body=notice.body[actor.language],
        sent_at=notice.sent_at,
        read=actor.person_id in notice.read_by,
        about=notice.about,
    )
