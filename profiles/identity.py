"""Parts of a profile about credentials, persons and organisations (CF-01 to CF-18, CF-22, CF-23, CF-43)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.identity import IdentificationMethod
from contracts.values import Level, Role
from profiles.prices import PriceCode
from profiles.section import Count, Flag, Positive, Section


class RegularUserAccess(StrEnum):
    """What a regular user can reach (CF-04)."""

    MODULE_OWN_DATA = "module_own_data"
    PROFILE_PAGE_ONLY = "profile_page_only"


class MobileTarget(StrEnum):
    """Whose mobile number an administrator can change in the module (CF-05); the own one never."""

    USER = "user"
    OTHER_ADMIN = "other_admin"


class Maskable(StrEnum):
    """What may be covered on the copy of an identity document (CF-08)."""

    BSN = "bsn"
    PHOTO = "photo"


class ChoiceMoment(StrEnum):
    """When the way of identification is chosen (CF-10)."""

    REQUEST = "request"
    ACTIVATION = "activation"


class Delivery(StrEnum):
    """How a letter or device is delivered (CF-11, CF-13)."""

    POST = "post"
    EMAIL = "email"


class Conversion(StrEnum):
    """A direction in which a credential can change its type (CF-22)."""

    TO_REGULAR = "to_regular"
    TO_BELASTINGDIENST = "to_belastingdienst"


class Levels(Section):
    """The levels on offer (CF-01)."""

    offered: Annotated[tuple[Level, ...], Field(min_length=1)]
    """Ordered from low to high."""

    eh4_self_service: Flag
    """Whether administrators can request EH4 in the module (SP-13)."""


class SmsFactor(Section):
    """Codes by SMS (CF-13)."""

    fee: PriceCode | None = None
    """The item of the price list, None while the supplier states no cost."""


class OtpFactor(Section):
    """Codes by OTP device (CF-13)."""

    fee: PriceCode | None = None
    """The item of the price list, None while the supplier states no cost."""

    delivery: Delivery


class SecondFactor(Section):
    """The second factor of login (CF-02, CF-13)."""

    min_level: Level
    """From this level on a credential has a second factor (CF-02)."""

    sms: SmsFactor
    otp: OtpFactor


class Roles(Section):
    """The roles (CF-03, CF-06)."""

    administrator_min_level: Level
    """The lowest level with which a person can be administrator (CF-03); the module asks EH2+ of all."""

    direct_change: Flag
    """Whether an administrator can change another person's role outside an upgrade (CF-06)."""


class Access(Section):
    """What is open to whom (CF-04)."""

    regular_user: RegularUserAccess


class Mobile(Section):
    """Changes of mobile numbers (CF-05)."""

    editable_targets: frozenset[MobileTarget]


class IdDocument(Section):
    """The identity document and its copy (CF-07, CF-08)."""

    min_remaining_months: Count
    """Months that the document must remain valid on the day of submission (CF-07, SP-05)."""

    masking_allowed: frozenset[Maskable]
    """What may be covered; empty means no statement, never an automatic refusal (CF-08)."""


class Identification(Section):
    """The personal identification for EH3 (CF-09, CF-10)."""

    methods: Annotated[frozenset[IdentificationMethod], Field(min_length=1)]
    choice_moment: ChoiceMoment


class Reissue(Section):
    """A new activation letter after expiry (CF-12)."""

    self_service: Flag
    """Whether the detail of the person offers it; the form is offered always."""

    fee: PriceCode | None = None
    """The item of the price list, None without cost."""


class ActivationLetter(Section):
    """The activation letter (CF-11, CF-12)."""

    channels: Annotated[frozenset[Delivery], Field(min_length=1)]
    valid_days: Positive
    """Days from approval to activate, the last one included (TI-01, SP-04)."""

    reissue: Reissue


class Organisations(Section):
    """Adding an organisation (CF-16)."""

    self_add: Flag
    reminder_days: Positive
    """Days without the signed contract until the reminder (SP-31)."""

    removal_days: Positive
    """Days without the signed contract until the addition is removed (SP-31)."""


class Organisation(Section):
    """The data of an organisation (CF-43)."""

    editable_fields: frozenset[str]
    """Company data that can be changed in the module; invoicing settings are no company data."""


class BranchRemoval(Section):
    """Self-service removal of a branch number (CF-18)."""

    requires_single_branch: Flag


class Belastingdienst(Section):
    """The credential for the Belastingdienst alone (CF-22, CF-23)."""

    conversions: frozenset[Conversion]
    roles: Annotated[frozenset[Role], Field(min_length=1)]


class Session(Section):
    """The length of a session (SP-41)."""

    idle_minutes: Positive
    max_hours: Positive


class FourEyes(Section):
    """What two employees of the back office decide together (SP-128, S25)."""

    issuing_levels: frozenset[Level]
    """The levels whose applications a second employee confirms."""

    chain_services_over: Positive | None = None
    """A chain authorization of more services than this, None for none."""

    refunds_over: Positive | None = None
    """A refund of more cents than this, None for none."""
