"""Employees of the back office over HTTP."""

from uuid import UUID

from pydantic import Field

from contracts.actor import StaffRole
from contracts.values import EmailAddress
from gateway.schemas.base import In, Out, Text
from gateway.schemas.identity import PersonNameIn, PersonNameOut


class EmployeeIn(In):
    """Who begins to work in the back office."""

    user_name: Text = Field(min_length=3, max_length=64)
    name: PersonNameIn
    email: EmailAddress
    staff_roles: tuple[StaffRole, ...] = Field(min_length=1, max_length=3)


class EmployeeAddedOut(Out):
    """The account waits for another reviewer; its OTP device is told once, the password to who confirms it."""

    person_id: UUID
    otp_uri: str


class EmployeeConfirmedOut(Out):
    """The account can be used; its password is told once."""

    password: str


class EmployeeOut(Out):
    """An employee of the back office."""

    person_id: UUID
    user_name: str
    name: PersonNameOut
    email: str
    staff_roles: tuple[StaffRole, ...]
    awaits_second: bool
    """Another reviewer has to confirm the account; until then nobody can log in with it."""
