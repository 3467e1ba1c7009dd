"""Recovery, the own account and OTP devices over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.identity import SecondFactor
from contracts.values import EmailAddress, Language
from gateway.schemas.base import Flag, In, Out, Secret, Text


class RecoveryIn(In):
    """The e-mail address that the account is known by."""

    email: EmailAddress


class RecoveryTokenIn(In):
    """The part of the link behind the #."""

    token: Secret


class RecoveryOut(Out):
    """Which second factor the link asks for; with SMS a code is on its way."""

    second_factor: SecondFactor | None
    expires_at: datetime


class NewPasswordIn(In):
    """The link, the code of the second factor, and the new password."""

    token: Secret
    code: Text = Field(default="", max_length=64, json_schema_extra={"format": "password"})
    password: Secret
    end_sessions: Flag = True


class OwnPasswordIn(In):
    """The present password and the new one."""

    present: Secret
    password: Secret
    end_sessions: Flag = True


class LanguageIn(In):
    """The language of interface and messages."""

    language: Language


class SessionOut(Out):
    """An open session of the own account."""

    session_id: UUID
    opened_at: datetime
    used_at: datetime
    ends_at: datetime
    is_current: bool


class LoginHistoryOut(Out):
    """An entry of the own login history."""

    at: datetime
    outcome: Literal["done", "wrong_password", "wrong_code", "no_access"]
    organisation_id: UUID | None


class DevicesImportedOut(Out):
    """How many devices are new, and how many were known."""

    imported: int
    known: int


class HolderIn(In):
    """Who gets the device."""

    person_id: UUID


class DeviceCodesIn(In):
    """Two codes in a row that the device shows."""

    first: Text = Field(min_length=6, max_length=8, json_schema_extra={"format": "password"})
    second: Text = Field(min_length=6, max_length=8, json_schema_extra={"format": "password"})
