"""The message box as its readers see it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import paging
from chassis.mongo import Database
from contracts.actor import Actor
from contracts.message import Refusal
from contracts.notifications import BoxMessage, BoxPage, ListMessages, NotificationsRefusal
from profiles.model import Profile
from services.notifications.domain.access import may_read
from services.notifications.domain.notices import Notice
from services.notifications.store import NOTICES, Copies

_ORDER = [("sent_at", -1), ("_id", -1)]


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
            wanted |= _below(query.cursor)
        except (paging.CursorError, ValueError):
            return Refusal(code=NotificationsRefusal.UNKNOWN, details={"field": "cursor"})
        found = self._database[NOTICES.name].find(wanted).sort(_ORDER).limit(query.limit + 1)
        notices = [NOTICES.value(document) async for document in found]
        shown = notices[: query.limit]
        return BoxPage(
            rows=tuple(_row(notice, actor) for notice in shown),
            next=_cursor(shown[-1]) if len(notices) > query.limit else None,
        )

    async def _may(self, actor: Actor) -> bool:
        if not may_read(actor) or actor.person_id is None or actor.organisation_id is None:
            return False
        return await self._copies.is_administrator(actor.person_id, actor.organisation_id)


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


def _cursor(notice: Notice) -> str:
    return paging.encode(notice.sent_at.isoformat(), str(notice.id))


def _below(cursor: str | None) -> dict[str, Any]:
    """Return the filter of what comes after a cursor."""
    if cursor is None or (key := paging.decode(cursor)) is None:
        return {}
    moment, id_ = key
    sent_at = datetime.fromisoformat(str(moment))
    return {"$or": [{"sent_at": {"$lt": sent_at}}, {"sent_at": sent_at, "_id": {"$lt": UUID(str(id_))}}]}
