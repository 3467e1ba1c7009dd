"""Questions to identity and their view models."""

__all__ = (
    "ApplicationPage",
    "ApplicationView",
    "CompanyView",
    "CredentialPage",
    "CredentialView",
    "GetProfile",
    "ListApplications",
    "ListCredentials",
    "LookUpCompany",
    "OrganisationChoice",
    "ProfileView",
)

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.identity.base import IdentityQuery
from contracts.identity.values import CredentialStatus, CredentialType, PersonName, SecondFactor
from contracts.message import Model, Page
from contracts.values import BranchNumber, KnownEmailAddress, KvkNumber, Language, Level, Role, Rsin


class CompanyView(Model):
    """What the trade register says of a company (CH-13)."""

    kvk_number: KvkNumber
    rsin: Rsin | None = None
    name: str
    legal_form: str
    address: str
    branch_count: int
    active: bool


class LookUpCompany(IdentityQuery[CompanyView]):
    """Look a company up in the trade register by its KvK number, or by that of a branch (ID-115).

    A visitor may ask too, for the page of the first application; the number of a legal person is not told then.
    """

    kvk_number: KvkNumber | None = None
    branch_number: BranchNumber | None = None

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        """Refuse both numbers, and none."""
        if (self.kvk_number is None) == (self.branch_number is None):
            raise ValueError("exactly one number")
        return self


class CredentialView(Model):
    """A row of the users overview."""

    credential_id: UUID
    person_id: UUID
    name: str
    email: KnownEmailAddress
    role: Role
    level: Level
    status: CredentialStatus
    is_self: bool
    type: CredentialType | None = None
    """None: written by an older version (ID-142)."""

    change_pending: bool = False
    """'Mutatie in behandeling' (ID-111)."""

    ends_on: date | None = None
    """The last day of one whose ending is scheduled (ID-155)."""

    next_level: Level | None = None
    """The level to come, when a downgrade is planned (SP-12)."""

    level_until: date | None = None
    """The last day of the present level."""

    second_factor: SecondFactor | None = None
    activate_by: date | None = None
    """The last day to activate; stays after it has passed (ID-83)."""


class CredentialPage(Page):
    """A part of the users overview."""

    rows: tuple[CredentialView, ...] = ()


class ListCredentials(IdentityQuery[CredentialPage]):
    """The users overview of the actor's organisation (ID.15); a search is for part of name, e-mail or id (SP-118)."""

    text: str = Field(default="", max_length=100)
    status: CredentialStatus | None = None
    level: Level | None = None
    role: Role | None = None
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class ApplicationView(Model):
    """An application in the back office's queue."""

    application_id: UUID
    kvk_number: KvkNumber
    organisation_name: str
    representative: PersonName
    credentials: tuple[CredentialView, ...]
    submitted_at: datetime
    status: Literal["waiting", "approved", "rejected"]
    representative_checked: bool = True
    """False: the register names no signatories, so the back office checks who signs (ID-15)."""

    requested_by: UUID | None = None
    """The administrator who asked, whose name `representative` holds; None: a first application."""


class ApplicationPage(Page):
    """A part of the queue."""

    rows: tuple[ApplicationView, ...] = ()


class ListApplications(IdentityQuery[ApplicationPage]):
    """The back office's queue of applications, oldest first."""

    status: Literal["waiting", "approved"] = "waiting"
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class OrganisationChoice(Model):
    """An organisation that the person may choose (GW-01)."""

    organisation_id: UUID
    name: str
    kvk_number: KvkNumber
    role: Role
    level: Level


class ProfileView(Model):
    """The own profile (ID-193)."""

    person_id: UUID
    user_name: str
    name: str
    email: KnownEmailAddress
    language: Language
    second_factor: SecondFactor | None
    """None: the level has no second factor (CF-02)."""

    otp_serial: str | None = None
    """The serial number of the OTP device, where the supplier gave one (ID-61)."""

    organisations: tuple[OrganisationChoice, ...] = ()


class GetProfile(IdentityQuery[ProfileView]):
    """The actor's own profile."""
