"""Logins, sessions, applications, credentials, activations, companies and machine clients over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.identity import CredentialStatus, CredentialType, Destination, SecondFactor
from contracts.values import KvkNumber, Language, Level, Oin, Role, Rsin
from gateway.schemas.base import Day, In, Out, Secret, Text


class PersonNameIn(In):
    """A person's name as on the identity document."""

    initials: Text = Field(min_length=1, max_length=30)
    infix: Text | None = Field(default=None, max_length=20)
    surname: Text = Field(min_length=1, max_length=100)


class PersonNameOut(Out):
    """A person's name as on the identity document."""

    initials: str
    infix: str | None
    surname: str


class LoginIn(In):
    """The first step of a login."""

    user_name: Text = Field(min_length=1, max_length=64)
    password: Secret
    destination: Destination | None = None
    """The page to go on to, as the login page was told it."""


class LoginOut(Out):
    """The second step is open until `expiresAt`."""

    login_id: UUID
    second_factor: SecondFactor | None
    expires_at: datetime


class LoginCodeIn(In):
    """The code of the second step, and the organisation to act for; without one: the first."""

    code: Text = Field(max_length=64, json_schema_extra={"format": "password"})
    organisation_id: UUID | None = None


class TokensOut(Out):
    """What opens a session; `expiresIn` in seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (a kind of token)
    expires_in: int
    session_id: UUID
    destination: str | None = None
    """The link of the page that the login was begun for."""


class RefreshIn(In):
    """The refresh token, used once."""

    refresh_token: Secret


class OrganisationIn(In):
    """The organisation to act for."""

    organisation_id: UUID


class OrganisationChoiceOut(Out):
    """An organisation that the person may choose."""

    organisation_id: UUID
    name: str
    kvk_number: str
    role: Role
    level: Level


class ProfileOut(Out):
    """The own profile, and on which ground the session acts."""

    person_id: UUID
    user_name: str
    name: str
    email: str
    language: Language
    second_factor: SecondFactor | None
    otp_serial: str | None
    organisations: tuple[OrganisationChoiceOut, ...]


class RepresentativeIn(In):
    """Who signs for the organisation according to the trade register."""

    name: PersonNameIn
    birth_date: Day


class ApplicationReceivedOut(Out):
    """The application waits for the back office."""

    application_id: UUID


class CredentialOut(Out):
    """A row of the users overview."""

    credential_id: UUID
    person_id: UUID
    name: str
    email: str
    role: Role
    level: Level
    status: CredentialStatus
    is_self: bool
    type: CredentialType | None
    change_pending: bool
    """'Mutatie in behandeling'."""

    ends_on: date | None
    """The last day of one whose ending is scheduled."""

    next_level: Level | None
    """The level to come, when a downgrade is planned."""

    level_until: date | None
    """The last day of the present level."""

    second_factor: SecondFactor | None
    activate_by: date | None


class ApplicationOut(Out):
    """An application in the back office's queue."""

    application_id: UUID
    kvk_number: str
    organisation_name: str
    representative: PersonNameOut
    credentials: tuple[CredentialOut, ...]
    submitted_at: datetime
    status: Literal["waiting", "approved", "rejected"]
    representative_checked: bool


class ReasonIn(In):
    """Why something is rejected or found incomplete; the person concerned reads it."""

    reason: Text = Field(min_length=1, max_length=1000)


class ActivationIn(In):
    """The code of the activation letter."""

    letter_code: Text = Field(min_length=1, max_length=64, json_schema_extra={"format": "password"})


class ActivationOut(Out):
    """A validation code is on its way by e-mail, with SMS one to the number; an OTP holder enrols by `otpUri`."""

    activation_id: UUID
    second_factor: SecondFactor | None
    otp_uri: str | None


class CompletionIn(In):
    """The validation code, the account that the holder chooses, and the first code of the second factor."""

    validation_code: Text = Field(min_length=1, max_length=64, json_schema_extra={"format": "password"})
    user_name: Text = Field(min_length=3, max_length=64, pattern=r"^[A-Za-z0-9._@+-]+$")
    password: Secret
    second_factor_code: Text | None = Field(default=None, max_length=16, json_schema_extra={"format": "password"})


class CompanyOut(Out):
    """What the trade register says of a company."""

    kvk_number: KvkNumber
    rsin: Rsin | None
    name: str
    legal_form: str
    address: str
    branch_count: int
    active: bool


class MachineClientIn(In):
    """A system of a service provider or broker; `publicKey` is the public JWK that verifies its assertions."""

    oin: Oin
    name: Text = Field(min_length=1, max_length=100)
    public_key: dict[Text, Text] = Field(min_length=2, max_length=12)


class MachineClientOut(Out):
    """The id that the client names as issuer and subject."""

    client_id: UUID


class ClientTokenOut(Out):
    """A token for decisions; the names are those of OAuth 2.0 (RFC 6749)."""

    access_token: str = Field(alias="access_token")
    token_type: Literal["Bearer"] = Field(default="Bearer", alias="token_type")
    expires_in: int = Field(alias="expires_in")
    scope: Literal["decisions"] = "decisions"
