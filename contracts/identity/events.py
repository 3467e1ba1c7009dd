"""Facts of identity: organisations, credentials (middelen) and sessions."""

__all__ = (
    "ActivationExpired",
    "ActivationLetterReissued",
    "AgreedCost",
    "CredentialActivated",
    "CredentialApproved",
    "CredentialEnded",
    "CredentialEvent",
    "CredentialRejected",
    "CredentialRequested",
    "CredentialSnapshot",
    "CredentialState",
    "LanguageChanged",
    "OrganisationChanged",
    "OrganisationEnded",
    "OrganisationEvent",
    "OrganisationRegistered",
    "OrganisationResumed",
    "OrganisationSnapshot",
    "OrganisationState",
    "OrganisationSuspended",
    "SessionEnded",
    "SessionEvent",
    "SessionSnapshot",
    "SessionState",
)

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from contracts.identity.values import CredentialStatus, CredentialType, PersonName
from contracts.message import Event, Model, State
from contracts.values import BranchNumber, Cents, KnownEmailAddress, KvkNumber, Language, Level, Role, Rsin


class OrganisationState(State):
    """A customer of the supplier (ID-01, SM 4)."""

    kvk_number: KvkNumber
    branch_number: BranchNumber | None = None
    name: str
    active: bool = True
    rsin: Rsin | None = None
    """As the trade register gave it."""

    suspended: bool = False
    """Not active because its company ended; it may be found to go on."""


class CredentialState(State):
    """The credential (middel) of a person at an organisation (SM 1)."""

    person_id: UUID
    organisation_id: UUID
    level: Level
    role: Role
    type: CredentialType = CredentialType.REGULAR
    status: CredentialStatus
    name: PersonName
    email: KnownEmailAddress
    language: Language = Language.NL
    ends_on: date | None = None
    """The last day of one whose ending is scheduled (BI-24, TI-16)."""

    years: Literal[1, 3] | None = None
    """The term of the subscription that was agreed to; None: not known (ID-62)."""

    contract_from: date | None = None
    """The first day of the contract that runs (SP-102, SP-112); None before activation."""


class SessionState(State):
    """A session at the module; the id is the token's `sid`."""

    person_id: UUID
    ended: bool


class IdentityEvent(Event):
    """A fact of identity."""

    service: ClassVar[str] = "identity"
    domain: ClassVar[str] = "identities"


class OrganisationEvent(IdentityEvent):
    """A fact of an organisation."""

    state: OrganisationState


class OrganisationRegistered(OrganisationEvent):
    """The first application of an organisation was approved (ST-24)."""


class OrganisationEnded(OrganisationEvent):
    """The organisation is no customer any more (ST-28)."""


class OrganisationChanged(OrganisationEvent):
    """Its company data, KvK number or branch number is another one (ST-30, ID-169, ID-170)."""


class OrganisationSuspended(OrganisationEvent):
    """The trade register has told that the company ended: nobody acts for it, nothing is removed yet."""


class OrganisationResumed(OrganisationEvent):
    """The back office has found that the company goes on."""


class OrganisationSnapshot(OrganisationEvent):
    """The present state of an organisation."""

    snapshot: ClassVar[bool] = True


class CredentialEvent(IdentityEvent):
    """A fact of a credential."""

    state: CredentialState


class AgreedCost(Model):
    """A line of the quotation that was agreed to."""

    item: str
    """As billing names it."""

    amount: Cents
    """Of the whole line, without VAT."""

    vat_per_mille: int
    years: int | None = None
    """The term that is paid for at once; None for what is paid once."""


class CredentialRequested(CredentialEvent):
    """A credential was applied for (ST-01)."""

    costs: tuple[AgreedCost, ...] = ()
    """What was agreed to; of a request for several organisations the first credential carries all (BI-12, BI-13)."""

    paid_by: UUID | None = None
    """The organisation that agreed to the costs."""

    first_id: UUID | None = None
    """On a further credential of a request for several organisations: the first one."""

    shared_costs: tuple[AgreedCost, ...] = ()
    """The `costs` of the first one, said again: they are charged once, with whichever is taken into use first."""


class CredentialApproved(CredentialEvent):
    """The back office approved; the holder may activate (ST-02)."""


class CredentialRejected(CredentialEvent):
    """The back office rejected (ST-03)."""

    reason: str
    application_id: UUID | None = None
    requested_by: UUID | None = None
    """The administrator who asked, who alone is told (ID-73); None: a first application."""


class CredentialActivated(CredentialEvent):
    """The holder activated (ST-05)."""


class ActivationExpired(CredentialEvent):
    """The holder did not activate within 30 days (ST-06)."""


class ActivationLetterReissued(CredentialEvent):
    """A new activation letter replaces the old one (ST-07); the fee was agreed to, in cents without VAT (BI-18)."""

    fee: Cents | None = None


class LanguageChanged(CredentialEvent):
    """The holder chose another language (ID-194)."""


class CredentialEnded(CredentialEvent):
    """The credential ended (ST-08)."""


class CredentialSnapshot(CredentialEvent):
    """The present state of a credential."""

    snapshot: ClassVar[bool] = True


class SessionEvent(IdentityEvent):
    """A fact of a session."""

    state: SessionState


class SessionEnded(SessionEvent):
    """A session was ended: log-out, reuse of a refresh token, end of the credential (S16)."""


class SessionSnapshot(SessionEvent):
    """The present state of a session."""

    snapshot: ClassVar[bool] = True
