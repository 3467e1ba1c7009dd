"""Values of chain: refusals, statuses, and what a chain authorization is made of."""

__all__ = (
    "AccessStatus",
    "ChainRefusal",
    "ChainStatus",
    "Contact",
    "NamedRelation",
    "Origin",
    "Relation",
    "Scope",
    "Sender",
    "Tab",
)

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.identity import PersonName
from contracts.message import Model, Sealed
from contracts.values import EmailAddress, KvkNumber, Oin, PhoneNumber
from contracts.values.terms import Term


class ChainRefusal(Term):
    """Why chain refuses."""

    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    NO_ACCESS = "no_access"
    WRONG_STATUS = "wrong_status"
    OFFER_PENDING = "offer_pending"
    LEVEL_TOO_LOW = "level_too_low"
    NO_SERVICES = "no_services"
    UNKNOWN_SERVICE = "unknown_service"
    SERVICE_WITHOUT_CHAINS = "service_without_chains"
    SCOPE_NOT_OFFERED = "scope_not_offered"
    UNKNOWN_USER = "unknown_user"
    USER_LEVEL_TOO_LOW = "user_level_too_low"
    USER_NOT_REGULAR = "user_not_regular"
    DURATION_TOO_LONG = "duration_too_long"
    END_DATE_TOO_EARLY = "end_date_too_early"
    LANGUAGE_NOT_OFFERED = "language_not_offered"
    ALREADY_PENDING = "already_pending"
    OWN_ORGANISATION = "own_organisation"
    IDENTIFIER_NOT_OFFERED = "identifier_not_offered"
    QUOTATION_INVALID = "quotation_invalid"
    QUOTATION_EXPIRED = "quotation_expired"
    QUOTATION_USED = "quotation_used"
    INVITATION_UNKNOWN = "invitation_unknown"
    INVITATION_EXPIRED = "invitation_expired"
    AGREEMENT_NOT_READY = "agreement_not_ready"
    TOO_LATE = "too_late"
    TOO_EARLY = "too_early"
    RENEWAL_PENDING = "renewal_pending"
    INVALID_IMPORT = "invalid_import"
    NO_EXPORT = "no_export"
    STALE_VERSION = "stale_version"
    ORGANISATION_SUSPENDED = "organisation_suspended"


class AccessStatus(Term):
    """SM 6: access to the chain functionality."""

    NONE = "none"
    OFFER_REQUESTED = "offer_requested"
    OFFER_SENT = "offer_sent"
    OPEN = "open"


class ChainStatus(Term):
    """SM 7: a chain authorization of a relation."""

    SENT = "sent"
    FAULT = "fault"
    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    DECLINED = "declined"
    ACTIVE = "active"
    END_SCHEDULED = "end_scheduled"
    EXPIRED = "expired"
    REMOVED = "removed"


class Origin(Term):
    """On whose initiative a chain authorization was given, and so who can take it back (CH-127, CH-128)."""

    REQUESTED = "requested"
    """By answering an invitation of the intermediary."""

    ISSUED = "issued"
    """By the giver itself."""


class Tab(Term):
    """The tabs of the overview (CH.8)."""

    ACTIVE = "active"
    PENDING = "pending"
    ACTIONS = "actions"
    EXPIRED = "expired"


class Scope(Model):
    """What a chain authorization covers: everything, providers' services, or single services (CF-36)."""

    general: bool = False
    provider_oins: tuple[Oin, ...] = Field(default=(), max_length=500)
    service_uuids: tuple[UUID, ...] = Field(default=(), max_length=500)

    @property
    def empty(self) -> bool:
        """Nothing was chosen."""
        return not (self.general or self.provider_oins or self.service_uuids)


class NamedRelation(Model):
    """The organisation that grants, as others may know it: a fiscal number, by which some are named, is left out."""

    kvk_number: KvkNumber | None = None
    """None: it is not registered there (CH-14)."""

    name: str = Field(min_length=1, max_length=200)


class Relation(NamedRelation):
    """The organisation that grants: by KvK number, or by fiscal number when not registered there (CH-13, CH-14)."""

    fiscal_number: Sealed | None = None
    """A `FiscalNumber`, which may be a citizen service number; the field's name is its whole place in the message."""

    @property
    def named(self) -> NamedRelation:
        """What others may know of it."""
        return NamedRelation(kvk_number=self.kvk_number, name=self.name)

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.kvk_number is None) == (self.fiscal_number is None):
            raise ValueError("name the relation by its KvK number or, without one, by its fiscal number")
        return self


class Contact(Model):
    """The contact person of the relation (SP-65: the import's columns)."""

    name: PersonName
    email: EmailAddress
    phone: PhoneNumber


class Sender(Model):
    """Who asks: the intermediary's own person (SP-64)."""

    name: str = Field(min_length=1, max_length=140)
    email: EmailAddress
    phone: PhoneNumber | None = None
