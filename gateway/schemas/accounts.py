"""Recovery, the own account and OTP devices over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.identity import DeviceOrderStatus, DeviceStep, PersonName, SecondFactor
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
    """An entry of the own login history: logins to this module."""

    at: datetime
    outcome: Literal["done", "wrong_password", "wrong_code", "no_access"]
    organisation_id: UUID | None
    """The organisation acted for; null: none was reached, or the back office."""

    network: str | None
    """The address that it came from, shortened: 192.0.2.0/24."""


class DeviceFileIn(In):
    """The field `form` beside a maker's file; it may be left out."""

    transport_key: Secret | None = None
    """With what the maker has encrypted the seeds: a key in hexadecimal, or a password."""


class DevicesImportedOut(Out):
    """How many devices are new, and how many were known."""

    imported: int
    known: int


class DeviceStockOut(Out):
    """How many devices are free, how many persons wait for one, and what is to be done about it."""

    free: int
    waiting: int
    message: str


class DeviceOrderIn(In):
    """Who asked for a device by form, where it goes, and whether the form agrees with the costs."""

    credential_id: UUID
    address: tuple[Text, ...] = Field(min_length=1, max_length=6)
    agreed: Flag = False


class DeviceLetterIn(In):
    """Where a device goes that is posted again; without an address to the one that was ordered to."""

    address: tuple[Text, ...] | None = Field(default=None, min_length=1, max_length=6)


class DeviceOrderOut(Out):
    """A device that a person waits for, or was sent."""

    order_id: UUID
    organisation_id: UUID
    person_id: UUID
    name: PersonName
    submitted_at: datetime
    status: DeviceOrderStatus
    serial: str | None
    sent_at: datetime | None


class HolderIn(In):
    """Who gets the device."""

    person_id: UUID


class DeviceDecidedOut(Out):
    """Whether it is done, or another employee must ask for the same first."""

    awaits_second: bool


class DeviceReviewOut(Out):
    """What one employee has asked for somebody's device, and another has to ask as well."""

    review_id: UUID
    step: DeviceStep
    serial: str | None
    person_id: UUID
    name: PersonName
    submitted_at: datetime
    reviewed_by: UUID


class DeviceCodesIn(In):
    """Two codes in a row that the device shows."""

    first: Text = Field(min_length=6, max_length=8, json_schema_extra={"format": "password"})
    second: Text = Field(min_length=6, max_length=8, json_schema_extra={"format": "password"})
