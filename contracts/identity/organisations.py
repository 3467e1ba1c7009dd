"""Organisations: their data, settings, branch number, and what the trade register tells of them (ID.1, SM 4, GW.4)."""

__all__ = (
    "BranchRemoval",
    "EndOrganisation",
    "GetOrganisation",
    "GetSettings",
    "GetSupplier",
    "OrganisationView",
    "RecordCompanyEnded",
    "RecordSignalsRead",
    "RemoveBranchNumber",
    "ResumeOrganisation",
    "SettingsView",
    "SupplierView",
)

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.message import Done, Model
from contracts.values import BranchNumber, KvkNumber, Language, Localized, PhoneNumber, Rsin
from contracts.values.terms import Term

R = TypeVar("R", bound=Model)


class BranchRemoval(Term):
    """How a branch number can be removed (ID-07 to ID-09)."""

    NOTHING_TO_REMOVE = "nothing_to_remove"
    SELF_SERVICE = "self_service"
    FORM = "form"
    REGISTER_UNAVAILABLE = "register_unavailable"


class OrganisationView(Model):
    """The company data (bedrijfsgegevens) of an organisation; nothing of them can be changed here (ID-01, ID-02)."""

    organisation_id: UUID
    name: str
    kvk_number: KvkNumber
    branch_number: BranchNumber | None
    rsin: Rsin | None
    address: str
    phone: PhoneNumber | None
    editable_fields: tuple[str, ...]
    """Company data that can be changed in the module: the profile's, which are none (CF-43)."""

    branch_removal: BranchRemoval
    ends_on: date | None = None
    """The last day, where the agreement was ended by form: then everything here ends (ST-29)."""


class GetOrganisation(IdentityQuery[OrganisationView]):
    """The company data of the actor's organisation."""


class SettingsView(Model):
    """What the settings of the organisation hold at this supplier (GW-15)."""

    sections: tuple[str, ...]
    sender_defaults: bool
    self_add: bool
    """Whether organisations can be added here (CF-16)."""


class GetSettings(IdentityQuery[SettingsView]):
    """The settings of the actor's organisation, for its administrators (GW-16)."""


class SupplierView(Model):
    """What anybody may know of the supplier: its login page, help and languages (GW-17, GW-19, GW-23, GW-26)."""

    name: Localized
    login_url: str
    login_entry: Localized
    recovery_path: str
    """Where the recovery of login data begins, beside the login."""

    support_url: str
    languages: tuple[Language, ...]
    """Languages of the interface; the first is the default."""

    invitation_languages: tuple[Language, ...]


class GetSupplier(IdentityQuery[SupplierView]):
    """The public face of the supplier."""


class _OrganisationCommand(IdentityCommand[R]):
    organisation_id: UUID

    @property
    def key(self) -> str:
        """The organisation."""
        return str(self.organisation_id)


class RemoveBranchNumber(_OrganisationCommand[Done]):
    """Convert the organisation to its eight-digit KvK number only (ST-30)."""


class ResumeOrganisation(_OrganisationCommand[Done]):
    """The back office lets an organisation act again that the trade register's signal had suspended."""

    reason: str = Field(min_length=1, max_length=1000)


class EndOrganisation(_OrganisationCommand[Done]):
    """End a company's agreement with everything that belongs to it; sent by a timer on the form's date (ST-29)."""


class RecordCompanyEnded(IdentityCommand[Done]):
    """The trade register has told that a company ended: what belongs to it is suspended."""

    kvk_number: KvkNumber
    signal_id: str = Field(min_length=1, max_length=100)
    told_at: datetime

    @property
    def key(self) -> str:
        """The company."""
        return self.kvk_number


class RecordSignalsRead(IdentityCommand[Done]):
    """All signals of a subscription up to a moment were read."""

    subscription_id: str = Field(min_length=1, max_length=100)
    until: datetime

    @property
    def key(self) -> str:
        """The subscription."""
        return self.subscription_id
