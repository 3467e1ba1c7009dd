"""Sessions: one chosen organisation, a rotating refresh token, an idle and an absolute end (S14 to S18, SP-41)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import IdentityRefusal, SessionState
from contracts.message import Refusal
from contracts.values import Role
from profiles.model import Profile
from services.identity.domain.applications import Organisation
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.credentials import Credential, is_open
from services.identity.domain.people import Account, Person

GRACE = timedelta(seconds=10)
"""How long the immediate predecessor of a refresh token still leads to the same successor (S15)."""

SENSITIVE_WITHIN = timedelta(minutes=5)
"""How long after logging in what is sensitive may be changed; later the person logs in again first (S18)."""

SESSION_ENDED = Refusal(code=IdentityRefusal.SESSION_ENDED)


@dataclass(frozen=True, slots=True)
class Session:
    """A session; the refresh token that counts is derived from id and `counter`, and is stored nowhere."""

    id: UUID
    person_id: UUID
    account_id: str
    credential_id: UUID | None
    """The credential at the chosen organisation; None for an employee of the back office."""

    authenticated_at: datetime
    used_at: datetime
    ends_at: datetime
    """The absolute end, whatever is done until then."""

    counter: int = 1
    ended: bool = False
    factor_changes: int = 0
    """The account's when it was opened: as long as they are the same, its second factor was shown (ID-179)."""


@dataclass(frozen=True, slots=True)
class Reach:
    """An organisation that a person may act for, with the credential that says so."""

    credential: Credential
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class Holder:
    """A person with account and everything the account reaches now."""

    person: Person
    account: Account
    reach: tuple[Reach, ...]

    @property
    def may_enter(self) -> bool:
        """Whether a session can be opened at all: an organisation, or a role in the back office."""
        return bool(self.reach or self.account.staff_roles)

    def at(self, organisation_id: UUID | None) -> Reach | None:
        """Return the reach at an organisation; without a choice the first."""
        fitting = (found for found in self.reach if organisation_id in {None, found.organisation.id})
        return next(fitting, None)

    def by(self, credential_id: UUID | None) -> Reach | None:
        """Return the reach that a credential gives."""
        return next((found for found in self.reach if found.credential.id == credential_id), None)

    def enters(self, organisation_id: UUID | None) -> bool:
        """Say whether a session may act for this organisation, or for none when it is the back office's."""
        if self.account.staff_roles:
            return organisation_id is None
        return self.at(organisation_id) is not None


def seeing_refusal(reach: Reach | None, credential: Credential | None) -> Refusal | None:
    """Let an administrator see each credential of the organisation, and everybody the own (ID-27, ID-193, ID-199)."""
    if reach is None:
        return NOT_ALLOWED
    own = credential is not None and credential.person_id == reach.credential.person_id
    if not own and reach.credential.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    here = credential is not None and credential.organisation_id == reach.organisation.id
    return None if here and credential is not None and is_open(credential) else UNKNOWN


class Presented(Enum):
    """What a refresh token is to the session that it names."""

    CURRENT = "current"
    PREDECESSOR = "predecessor"
    """The one before, within the grace: its successor is given again."""

    REUSED = "reused"
    FALSE = "false"


def opened(id_: UUID, holder: Holder, reach: Reach | None, profile: Profile, now: datetime) -> Session:
    """Return a new session."""
    return Session(
        id=id_,
        person_id=holder.person.id,
        account_id=holder.account.id,
        credential_id=reach.credential.id if reach else None,
        authenticated_at=now,
        used_at=now,
        ends_at=now + timedelta(hours=profile.session.max_hours),
        factor_changes=holder.account.factor_changes,
    )


def presented(session: Session, counter: int | None, now: datetime) -> Presented:
    """Say what a token with this counter is; None: its signature is false."""
    if counter is None or counter > session.counter:
        return Presented.FALSE
    if counter == session.counter:
        return Presented.CURRENT
    if counter == session.counter - 1 and now - session.used_at <= GRACE:
        return Presented.PREDECESSOR
    return Presented.REUSED


def over(session: Session, profile: Profile, now: datetime) -> bool:
    """Say whether a session is over by its idle time, its absolute end or its end (SP-41, S18)."""
    idle = timedelta(minutes=profile.session.idle_minutes)
    return session.ended or now >= session.ends_at or now - session.used_at > idle


def same_factor(session: Session, holder: Holder | None) -> bool:
    """Say whether the account has the second factor that the session was opened with, or still none (ID-179, S16)."""
    return holder is not None and session.factor_changes == holder.account.factor_changes


def still_reaches(session: Session, holder: Holder | None) -> bool:
    """Say whether the person may still act as the session does; judged anew at every refresh (SP-41)."""
    if holder is None or not same_factor(session, holder):
        return False
    if session.credential_id is None:
        return bool(holder.account.staff_roles)
    return holder.by(session.credential_id) is not None


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh leads to: `kind` None is a refusal, `ends` says that the session ends with it."""

    kind: Presented | None
    ends: bool = False
    reused: bool = False
    """The token was used before: the holder is told (S15)."""


def decide_refresh(
    session: Session, holder: Holder | None, counter: int | None, profile: Profile, now: datetime
) -> Refresh:
    """Judge a refresh: a false token changes nothing, a used one, a late one and lost access end the session (S15)."""
    kind = presented(session, counter, now)
    if session.ended or kind is Presented.FALSE:
        return Refresh(None)
    if kind is Presented.REUSED or over(session, profile, now) or not still_reaches(session, holder):
        return Refresh(None, ends=True, reused=kind is Presented.REUSED)
    return Refresh(kind)


def refreshed(session: Session, kind: Presented, now: datetime) -> Session:
    """Return the session after a refresh: rotated by the current token, unchanged by its predecessor."""
    if kind is Presented.PREDECESSOR:
        return session
    return replace(session, counter=session.counter + 1, used_at=now)


def recently_authenticated(session: Session | None, now: datetime) -> Refusal | None:
    """Ask for a fresh login before what is sensitive is changed (S18)."""
    if session is None or session.ended:
        return SESSION_ENDED
    if now - session.authenticated_at > SENSITIVE_WITHIN:
        return Refusal(code=IdentityRefusal.REAUTHENTICATION_NEEDED)
    return None


def own_session(session: Session | None, actor: Actor) -> bool:
    """Say whether a session is the one that the actor asks with; any other is as unknown (S21)."""
    return session is not None and (actor.session_id, actor.person_id) == (session.id, session.person_id)


def fresh_refusal(session: Session | None, actor: Actor, now: datetime) -> Refusal | None:
    """Refuse a session that is not the actor's own, or in which the login was long ago (S7, S18)."""
    return recently_authenticated(session, now) if own_session(session, actor) else NOT_ALLOWED


def decide_switch(
    session: Session | None, actor: Actor, holder: Holder | None, organisation_id: UUID, profile: Profile,
    now: datetime,
) -> Reach | Refusal:  # fmt: skip
    """Let a person choose another of the own organisations; any other is unknown (GW-01 to GW-03)."""
    if session is None or holder is None or not own_session(session, actor):
        return UNKNOWN
    if over(session, profile, now) or not same_factor(session, holder):
        return SESSION_ENDED
    return holder.at(organisation_id) or UNKNOWN


def switched(session: Session, reach: Reach, now: datetime) -> Session:
    """Return the session at another organisation, with the next refresh token."""
    return replace(session, credential_id=reach.credential.id, counter=session.counter + 1, used_at=now)


def ended(session: Session) -> Session:
    """Return the session after its end."""
    return replace(session, ended=True)


def session_state(session: Session) -> SessionState:
    """Return what others may know of a session."""
    return SessionState(id=session.id, person_id=session.person_id, ended=session.ended)
