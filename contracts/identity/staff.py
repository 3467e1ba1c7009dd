"""Employees of the back office: added, confirmed by another, listed, let go (SP-128, S25)."""

__all__ = (
    "AddStaff",
    "ConfirmStaff",
    "ListStaff",
    "RemoveStaff",
    "StaffAdded",
    "StaffConfirmed",
    "StaffMemberView",
    "StaffPage",
    "StaffRemoved",
)

from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.actor import StaffRole
from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.identity.values import PersonName, account_key
from contracts.message import Model, Page, Sealed
from contracts.values import EmailAddress, KnownEmailAddress

R = TypeVar("R", bound=Model)


class StaffAdded(Model):
    """A back-office account; its secrets are shown once."""

    person_id: UUID
    otp_uri: Sealed
    password: Sealed | None = None
    """None: who confirms the account gets it, so that nobody knows both secrets of somebody else (S25)."""


class AddStaff(IdentityCommand[StaffAdded]):
    """Add an employee of the back office: password and TOTP always (SP-128).

    By the operator of the system at once; by a reviewer so that another reviewer has to confirm it.
    """

    opens_session: ClassVar[bool] = True

    user_name: str = Field(min_length=3, max_length=64)
    name: PersonName
    email: EmailAddress
    staff_roles: frozenset[StaffRole] = Field(min_length=1)

    @property
    def key(self) -> str:
        """The account, hashed: a key holds no personal data."""
        return account_key(self.user_name)


class _StaffCommand(IdentityCommand[R]):
    person_id: UUID

    @property
    def key(self) -> str:
        """The employee."""
        return str(self.person_id)


class StaffConfirmed(Model):
    """The roles hold; the password is shown once."""

    password: Sealed


class ConfirmStaff(_StaffCommand[StaffConfirmed]):
    """Confirm an employee that another reviewer has added (SP-128, S25)."""

    opens_session: ClassVar[bool] = True


class StaffRemoved(Model):
    """The employee is out."""

    session_ids: tuple[UUID, ...] = ()
    """The sessions that ended with it: their access tokens are refused at once where it was asked (S16)."""


class RemoveStaff(_StaffCommand[StaffRemoved]):
    """Let an employee go: no roles, no session, no login any more (SP-128, S16)."""


class StaffMemberView(Model):
    """An employee of the back office."""

    person_id: UUID
    user_name: str
    name: PersonName
    email: KnownEmailAddress
    staff_roles: tuple[StaffRole, ...]
    awaits_second: bool
    """Another reviewer has to confirm the account; until then nobody can log in with it."""


class StaffPage(Page):
    """A part of the employees."""

    rows: tuple[StaffMemberView, ...] = ()


class ListStaff(IdentityQuery[StaffPage]):
    """Who works in the back office, by user name; for reviewers and auditors (SP-128)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)
