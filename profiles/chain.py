"""Parts of a profile about authorizations and chain authorizations (CF-25, CF-33 to CF-40, CF-47)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.values import Language, Level
from profiles.prices import PriceCode
from profiles.section import Count, Flag, Positive, Section


class Authorizations(Section):
    """Ordinary authorizations (CF-25, CF-47)."""

    undo_seconds: Count
    """Seconds in which a withdrawal can be undone (CF-25)."""

    undo_offered: Flag
    """Whether the undo is offered (CF-25)."""

    warn_months: Positive
    """Months before the end in which it counts as expiring (CF-47)."""

    max_years: Positive
    """Years ahead that an end date may lie (TI-05)."""


class Acceptance(StrEnum):
    """How the offer of the chain functionality is accepted (CF-33)."""

    SIGNED_OFFER = "signed_offer"
    EMAIL_REPLY = "email_reply"


class Scope(StrEnum):
    """How much a chain authorization covers (CF-36)."""

    GENERAL = "general"
    PROVIDER = "provider"
    SERVICE = "service"


class PartyIdentifier(StrEnum):
    """By which number the other party is named (CF-38)."""

    KVK_NUMBER = "kvk_number"
    FISCAL_NUMBER = "fiscal_number"


class ChainAccess(Section):
    """Access to the chain functionality (CF-33)."""

    acceptance: Acceptance
    intro_mail: Flag
    """Whether opening it is followed by an e-mail with a link."""


class Issue(Section):
    """Issuing a chain authorization oneself (CF-34, CF-35)."""

    requires_offer: Flag
    min_level: Level


class PartyIdentifiers(Section):
    """The numbers accepted, for each flow (CF-38)."""

    request: Annotated[frozenset[PartyIdentifier], Field(min_length=1)]
    issue: Annotated[frozenset[PartyIdentifier], Field(min_length=1)]


class Urgent(Section):
    """The urgent procedure (CF-40)."""

    working_days: Positive
    fee: PriceCode
    """The item of the price list."""


class Chain(Section):
    """Chain authorizations."""

    access: ChainAccess
    issue: Issue
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    """For requesting and issuing alike (CF-36, SP-78)."""

    party_identifiers: PartyIdentifiers
    urgent: Urgent | None = None
    """None where the supplier has no urgent procedure (CF-40)."""

    warn_months: Positive
    """Months before the end in which it counts as expiring and can be renewed (CF-47)."""

    max_years: Positive
    """The longest and the default term (TI-07)."""

    invitation_months: Positive
    """Months in which the relation's answer must be received (TI-02)."""

    reminder_months: Positive
    """Months after which the relation is reminded once (SP-70)."""

    completion_months: Positive
    """Months in which an incomplete agreement must be completed (SP-68)."""

    import_max_rows: Positive
    """Rows that an import may hold (SP-72)."""

    @model_validator(mode="after")
    def _reminds_in_time(self) -> Self:
        """Refuse a reminder that comes after the end."""
        if self.reminder_months >= self.invitation_months:
            raise ValueError("reminder_months must be less than invitation_months")
        return self


class Invitation(Section):
    """Invitations of relations (CF-28)."""

    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
