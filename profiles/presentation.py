"""Parts of a profile about what people see and receive (CF-14, CF-15, CF-21, CF-26 to CF-32, CF-44 to CF-49)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.values import EmailAddress, Language, Localized
from profiles.prices import PriceCode
from profiles.section import Flag, Positive, Section, Text

Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$", max_length=500)]


class UserColumn(StrEnum):
    """What a column of the users export holds (CF-14)."""

    ID = "id"
    NAME = "name"
    EMAIL = "email"
    ROLE = "role"
    STATUS = "status"
    ACTIVATION_DEADLINE = "activation_deadline"
    LEVEL = "level"
    SECOND_FACTOR = "second_factor"


class Column(Section):
    """One column of an export."""

    key: UserColumn
    header: Text


class UsersExport(Section):
    """The export of users."""

    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    """In the order of the file."""


class Export(Section):
    """Exports (CF-14)."""

    users: UsersExport


class SettingsSection(StrEnum):
    """A section of the settings (CF-15)."""

    GENERAL = "general"
    INVOICING = "invoicing"
    ORGANISATIONS = "organisations"


class Settings(Section):
    """The settings of an organisation (CF-15)."""

    sections: Annotated[tuple[SettingsSection, ...], Field(min_length=1)]
    sender_defaults: Flag
    """Whether the general section holds the sender of chain invitations (GW-15)."""


class Channel(StrEnum):
    """A way to tell somebody of a change (CF-26)."""

    MESSAGE_BOX_ADMIN = "message_box_admin"
    EMAIL_USER = "email_user"


class Notifications(Section):
    """Who hears what by which way (CF-26, SP-56)."""

    authorization_changed: frozenset[Channel]
    authorization_expiring: frozenset[Channel]


class MessageBox(Section):
    """The message box (CF-27)."""

    enabled: Flag
    """False: the same moments send a full e-mail."""


class Ui(Section):
    """The interface (CF-28)."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    """The first one is the default."""


class CompanyNamePlace(StrEnum):
    """Where a screen shows the company name (CF-29)."""

    BESIDE_LOGIN_NAME = "beside_login_name"
    ABOVE_MENU = "above_menu"


class Screen(Section):
    """What screens show (CF-29 to CF-32)."""

    company_name: CompanyNamePlace
    own_account_label: Localized | None = None
    """The label of the own account, None for a mark without text (CF-30)."""

    required_actions: Flag
    """Whether actions that are still needed are shown (CF-31)."""

    subscription: Flag
    """Whether the detail of a person shows the subscription (CF-32)."""


class Texts(Section):
    """Texts that differ by supplier and change no behaviour (CF-21, CF-48)."""

    belastingdienst_offered_by: Localized
    chain_issued_heading: Localized
    chain_issued_overview: Localized


class Login(Section):
    """The login page (CF-49)."""

    base_url: Url
    entry: Localized
    """The choice or button that leads to the module."""


class Support(Section):
    """Where people find help (GW-26)."""

    url: Url
    sender: EmailAddress
    """The address that messages come from."""


class InvoicingMoment(StrEnum):
    """When a subscription of three years is invoiced (CF-44)."""

    UPFRONT = "upfront"
    YEARLY = "yearly"


class ThreeYear(Section):
    """Subscriptions of three years (CF-44)."""

    invoicing: InvoicingMoment


class Billing(Section):
    """Subscriptions and their invoices."""

    three_year: ThreeYear
    terms_years: Annotated[frozenset[Positive], Field(min_length=1)]
    """The terms on offer (ID-62)."""

    renewal_years: Positive
    """The term of a silent renewal (SP-103)."""

    notice_months: Positive
    """Months before the end in which the renewal is announced (SP-103)."""

    quotation_minutes: Positive
    """The life of a quotation (SP-111)."""

    start_without_activation: Flag
    """Whether a subscription starts when activation has expired for 30 days (SP-102)."""


class Module(Section):
    """The administration module itself (CF-45)."""

    fee: PriceCode


class BackOffice(Section):
    """Who handles applications (CF-46)."""

    display_name: Localized
    email: EmailAddress
    """Where it hears of what it must look at by itself (SP-25)."""


class WorkingDays(Section):
    """Working days (SP-06)."""

    closed: frozenset[date]
    """Days on which the back office is closed besides weekends and public holidays."""
