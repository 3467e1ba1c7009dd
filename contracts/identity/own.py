"""What people do with their own account: sessions, login history, language, password (ID-190, ID-194, S18)."""

__all__ = (
    "ChangeLanguage",
    "ChangePassword",
    "ListLogins",
    "ListSessions",
    "LoginPage",
    "LoginView",
    "SessionPage",
    "SessionView",
)

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand, IdentityQuery, R
from contracts.message import Done, Model, Page, Sealed
from contracts.values import Language


class _OwnCommand(IdentityCommand[R]):
    @property
    def key(self) -> str:
        """The person."""
        return str(self.actor.person_id)


class ChangeLanguage(_OwnCommand[Done]):
    """Choose the language of the interface and of messages, where the supplier has more than one (ID-194)."""

    language: Language


class ChangePassword(_OwnCommand[Done]):
    """Choose another password, with the present one and shortly after logging in (S10, S18)."""

    present: Sealed
    password: Sealed
    end_sessions: bool = True
    """End the other sessions."""


class SessionView(Model):
    """A session that is open."""

    session_id: UUID
    opened_at: datetime
    used_at: datetime
    ends_at: datetime
    is_current: bool


class SessionPage(Page):
    """The own sessions, newest first."""

    rows: tuple[SessionView, ...] = ()


class ListSessions(IdentityQuery[SessionPage]):
    """The actor's own open sessions (S18)."""


class LoginView(Model):
    """An entry of the login history: of the module, since services have their own login pages (SP-44)."""

    at: datetime
    outcome: Literal["done", "wrong_password", "wrong_code", "no_access"]
    organisation_id: UUID | None
    network: str | None = None
    """The address, shortened to its network (SP-44)."""


class LoginPage(Page):
    """A part of the login history, newest first."""

    rows: tuple[LoginView, ...] = ()


class ListLogins(IdentityQuery[LoginPage]):
    """The actor's own login history (ID-190); nobody's else can be asked for (ID-191)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)
