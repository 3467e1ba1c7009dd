"""Answers about the own account: sessions and login history, nobody's else (ID-190, ID-191, S18)."""

from datetime import datetime, timedelta

from chassis.paging import Order
from contracts.identity import (
    ListLogins,
    ListSessions,
    LoginPage,
    LoginView,
    SessionPage,
    SessionView,
)
from contracts.message import Refusal
from profiles.model import Profile
from services.identity.domain.authority import NOT_ALLOWED
from services.identity.store import HISTORY, SESSIONS, Reads

_MOST = 100
_NEWEST = Order("at", newest_first=True)


class OwnViews:
    """One method per query."""

    def __init__(self, reads: Reads, profile: Profile) -> None:
        self._reads = reads
        self._idle = timedelta(minutes=profile.session.idle_minutes)

    async def sessions(self, query: ListSessions, now: datetime) -> SessionPage | Refusal:
        """List the own sessions that are open, newest first (S18)."""
        if query.actor.person_id is None:
            return NOT_ALLOWED
        open_ones = {"person_id": query.actor.person_id, "ended": False, "used_at": {"$gte": now - self._idle}}
        found = await self._reads.many(SESSIONS, open_ones, [("authenticated_at", -1), ("_id", 1)], _MOST)
        rows = (
            SessionView(
                session_id=session.id,
                opened_at=session.authenticated_at,
                used_at=session.used_at,
                ends_at=session.ends_at,
                is_current=session.id == query.actor.session_id,
            )
            for session in found
            if session.ends_at > now
        )
        return SessionPage(rows=tuple(rows))

    async def logins(self, query: ListLogins, now: datetime) -> LoginPage | Refusal:
        """List the own logins, newest first (ID-190)."""
        del now
        if query.actor.person_id is None:
            return NOT_ALLOWED
        found = await self._reads.part(HISTORY, {"person_id": query.actor.person_id}, query, _NEWEST)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        views = (
            LoginView(at=row.at, outcome=row.outcome, organisation_id=row.organisation_id, network=row.network)
            for row in rows
        )
        return LoginPage(rows=tuple(views), next=more)
