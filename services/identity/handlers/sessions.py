"""Sessions: refresh, change of organisation, end (S14 to S18, GW-01 to GW-03, ID-192)."""

from chassis.work import Work
from contracts.identity import EndSession, RefreshSession, SwitchOrganisation, Tokens
from contracts.message import Done, Refusal
from contracts.notifications import AccountNotice
from services.identity.crypto.tokens import ACCESS_LIFE_S
from services.identity.domain.authority import UNKNOWN
from services.identity.domain.claims import person_claims
from services.identity.domain.sessions import (
    SESSION_ENDED,
    Holder,
    Session,
    decide_refresh,
    decide_switch,
    refreshed,
    switched,
)
from services.identity.store import SESSIONS
from services.identity.tools import Tools


def tokens_of(tools: Tools, work: Work, session: Session, holder: Holder) -> Tokens:
    """Return the tokens of a session as it is now."""
    access = tools.tokens.access(person_claims(session, holder), work.new_id(), work.now)
    refresh = tools.tokens.refresh(session.id, session.counter)
    return Tokens(
        access_token=tools.answer(access, work, "access_token"),
        refresh_token=tools.answer(refresh, work, "refresh_token"),
        expires_in=ACCESS_LIFE_S,
    )


class SessionHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def refresh(self, command: RefreshSession, work: Work) -> Tokens | Refusal:
        """Exchange a refresh token; a token that was used before ends the session (S15)."""
        tools, store = self._tools, self._tools.store(work)
        session = await work.get(SESSIONS, command.session_id)
        if session is None:
            return SESSION_ENDED
        token = tools.open(command.refresh_token, work.id, "refresh_token")
        holder = await store.holder(session.account_id)
        outcome = decide_refresh(session, holder, tools.tokens.counter(session.id, token), tools.profile, work.now)
        if outcome.ends:
            await store.end([session])
            if outcome.reused and holder is not None:
                tools.notify(work, holder.person, AccountNotice.SESSION_REUSED)
        if outcome.kind is None or holder is None:
            return SESSION_ENDED
        after = refreshed(session, outcome.kind, work.now)
        await work.put(SESSIONS, after)
        return tokens_of(tools, work, after, holder)

    async def switch(self, command: SwitchOrganisation, work: Work) -> Tokens | Refusal:
        """Act for another of the own organisations from now on (GW-01)."""
        tools, store = self._tools, self._tools.store(work)
        session = await work.get(SESSIONS, command.session_id)
        holder = await store.holder(session.account_id if session else None)
        reach = decide_switch(session, command.actor, holder, command.organisation_id, tools.profile, work.now)
        if isinstance(reach, Refusal):
            return reach
        assert session is not None, "refused otherwise"
        assert holder is not None, "refused otherwise"
        after = switched(session, reach, work.now)
        await work.put(SESSIONS, after)
        return tokens_of(tools, work, after, holder)

    async def end(self, command: EndSession, work: Work) -> Done | Refusal:
        """Log out, or end another of the own sessions; a session that has ended stays so (ID-192, S18)."""
        session = await work.get(SESSIONS, command.session_id)
        if session is None or session.person_id != command.actor.person_id:
            return UNKNOWN
        if not session.ended:
            await self._tools.store(work).end([session])
        return Done()
