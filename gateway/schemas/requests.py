"""Requests for new persons, details, letters and identifications over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.identity import (
    CredentialStatus,
    CredentialType,
    IdentificationMethod,
    IdentificationStatus,
    RejectionGround,
    RequiredAction,
    SecondFactor,
)
from contracts.values import EmailAddress, Language, Level, Role
from gateway.schemas.base import Day, Flag, In, Out, Text, Years
from gateway.schemas.documents import DocumentViewOut, IdentityDocumentIn
from gateway.schemas.identity import PersonNameIn, PersonNameOut


class RequestedPersonIn(In):
    """The person who will use the credential; numbers in E.164."""

    name: PersonNameIn
    birth_date: Day
    birth_place: Text = Field(min_length=1, max_length=100)
    nationality: Text = Field(pattern=r"^[A-Z]{2}$")
    email: EmailAddress
    phone: Text = Field(default="", max_length=20)
    mobile: Text = Field(default="", max_length=20)
    language: Language = Language.NL


class CredentialRequestIn(In):
    """A credential for a new person; without `organisationIds` at the present organisation."""

    person: RequestedPersonIn
    level: Level
    role: Role
    credential_type: CredentialType = CredentialType.REGULAR
    second_factor: SecondFactor | None = None
    years: Years
    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)
    identification_address: tuple[Text, ...] = Field(default=(), max_length=6)
    """In lines; where the person can be reached during the day (ID-55)."""

    document: IdentityDocumentIn | None = None
    agreed: Flag
    quotation: Text = Field(min_length=1, max_length=8192)


class RequestReceivedOut(Out):
    """The request waits for the back office."""

    application_id: UUID
    credential_ids: tuple[UUID, ...]


class SubscriptionTermOut(Out):
    """The subscription of a credential."""

    years: int
    agreed_at: datetime


class CredentialDetailOut(Out):
    """A credential: its holder's registered data, and what must still be done for it."""

    credential_id: UUID
    person_id: UUID
    name: PersonNameOut
    birth_date: date
    email: str
    language: Language
    mobile: str | None
    user_name: str | None
    role: Role
    level: Level
    type: CredentialType
    status: CredentialStatus
    second_factor: SecondFactor | None
    is_self: bool
    activate_by: date | None
    ends_on: date | None
    next_level: Level | None
    """The level to come, when a downgrade is planned."""

    level_until: date | None
    """The last day of the present level."""

    required_actions: tuple[RequiredAction, ...]
    subscription: SubscriptionTermOut | None
    identification: IdentificationStatus | None
    identification_method: IdentificationMethod | None
    appointment_at: datetime | None
    change_pending: bool
    """A change in treatment: until it is decided the person is changed in no other way."""

    processing: str | None = None
    """"wordt verwerkt", in the caller's language: a change was accepted that is not confirmed yet (SP-07)."""


class LetterIn(In):
    """A new activation letter: `quotation` of an administrator, `agreed` as the form says where staff handles it."""

    quotation: Text | None = Field(default=None, max_length=8192)
    agreed: Flag = False


class AddressIn(In):
    """An address, in lines."""

    address: tuple[Text, ...] = Field(min_length=1, max_length=6)


class MethodIn(In):
    """The way of identification that the holder chooses."""

    method: IdentificationMethod


class RejectionIn(In):
    """Why an application is rejected; who asked reads the reason."""

    reason: Text = Field(min_length=1, max_length=1000)
    ground: RejectionGround | None = None


class FailureIn(In):
    """Why somebody was not identified."""

    reason: Text = Field(min_length=1, max_length=200)


class RequestedPersonOut(Out):
    """The person of an application; a first application need not tell place and nationality."""

    birth_date: date
    birth_place: str | None
    nationality: str | None


class RequestedCredentialOut(Out):
    """A credential that an application asks for."""

    credential_id: UUID
    organisation_name: str
    kvk_number: str
    level: Level
    role: Role
    type: CredentialType
    status: CredentialStatus
    name: PersonNameOut
    email: str
    person: RequestedPersonOut | None
    second_factor: SecondFactor | None
    document: DocumentViewOut | None
    """Of a person of a first application; that of a request stands beside its credentials."""


class ApplicationDetailOut(Out):
    """An application with everything that the back office checks."""

    application_id: UUID
    status: Literal["waiting", "approved", "rejected", "cancelled"]
    submitted_at: datetime
    requested_by: UUID | None
    checked_by: UUID | None
    years: int | None
    credentials: tuple[RequestedCredentialOut, ...]
    document: DocumentViewOut | None


class IdentificationOut(Out):
    """An identification in the back office's queue."""

    identification_id: UUID
    credential_id: UUID
    name: PersonNameOut
    organisation_name: str
    method: IdentificationMethod
    status: IdentificationStatus
    ordered_at: datetime
    appointment_at: datetime | None
    reference: str | None
    reason: str | None
