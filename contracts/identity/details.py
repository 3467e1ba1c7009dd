"""What an administrator sees of one credential, and the back office of one application (ID-69, ID-76, ID-78, ID-88)."""

__all__ = (
    "ApplicationDetail",
    "CopyView",
    "CredentialDetail",
    "DocumentView",
    "GetApplication",
    "GetCredential",
    "RequestedCredentialView",
    "RequestedPersonView",
    "RequiredAction",
    "SubscriptionTerm",
)

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.identity.base import IdentityQuery
from contracts.identity.documents import DocumentType, Side
from contracts.identity.identification import IdentificationMethod, IdentificationStatus
from contracts.identity.values import CredentialStatus, CredentialType, PersonName, SecondFactor
from contracts.message import Model, Sealed
from contracts.values import KnownEmailAddress, KvkNumber, Language, Level, Role
from contracts.values.terms import Term


class RequiredAction(Term):
    """What must still be done before the credential can be used (ID-69, CF-31)."""

    APPROVAL = "approval"
    IDENTIFICATION = "identification"
    ACTIVATION = "activation"
    NEW_LETTER = "new_letter"


class SubscriptionTerm(Model):
    """The subscription (abonnement) of a credential (ID-62, ID-88)."""

    years: int
    agreed_at: datetime


class CredentialDetail(Model):
    """The detail view of a credential: its holder's registered data, and how far it is (ID-76, ID-199)."""

    credential_id: UUID
    person_id: UUID
    """The stable identifier of the person: UniekID or ID (ID-198)."""

    name: PersonName
    birth_date: date
    email: KnownEmailAddress
    language: Language
    mobile: Sealed | None
    """Sealed for the gateway under `mobile`."""

    user_name: str | None
    role: Role
    level: Level
    type: CredentialType
    status: CredentialStatus
    second_factor: SecondFactor | None
    is_self: bool
    activate_by: date | None = None
    """The last day to activate, until activation; it stays when it has passed (ID-78, ID-83)."""

    ends_on: date | None = None
    """The last day of one whose ending is scheduled (ID-155)."""

    next_level: Level | None = None
    """The level to come, when a downgrade is planned (SP-12)."""

    level_until: date | None = None
    """The last day of the present level."""

    required_actions: tuple[RequiredAction, ...] = ()
    subscription: SubscriptionTerm | None = None
    identification: IdentificationStatus | None = None
    identification_method: IdentificationMethod | None = None
    appointment_at: datetime | None = None
    change_pending: bool = False
    """A change in treatment locks the person for another (ID-111)."""


class GetCredential(IdentityQuery[CredentialDetail]):
    """One credential of the actor's organisation, for its administrators; the own one for everybody (ID-27)."""

    credential_id: UUID


class CopyView(Model):
    """A file of the copy; its bytes are seen by ViewDocument alone."""

    file_id: UUID
    sides: tuple[Side, ...]
    media_type: str
    size: int


class DocumentView(Model):
    """The identity data that were entered, to be checked with the copy (ID-45)."""

    type: DocumentType
    number: Sealed
    """Sealed for the gateway under `document.number`, of a first application `credentials.<index>.document.number`."""

    expires_on: date
    issuing_country: str
    files: tuple[CopyView, ...]
    removed: bool
    too_short: bool
    """A warning: the document is not valid long enough today (SP-05)."""


class RequestedPersonView(Model):
    """The person of an application (SP-20); a first application need not tell place and nationality."""

    birth_date: date
    birth_place: str | None
    nationality: str | None


class RequestedCredentialView(Model):
    """A credential that an application asks for."""

    credential_id: UUID
    organisation_name: str
    kvk_number: KvkNumber
    level: Level
    role: Role
    type: CredentialType
    status: CredentialStatus
    name: PersonName
    email: KnownEmailAddress
    person: RequestedPersonView | None
    """None: forgotten after a rejection (ID-72)."""

    second_factor: SecondFactor | None
    document: DocumentView | None = None
    """Of a person of a first application; that of a request stands beside its credentials."""


class ApplicationDetail(Model):
    """An application with everything that the back office checks (ID-70)."""

    application_id: UUID
    status: Literal["waiting", "approved", "rejected", "cancelled"]
    submitted_at: datetime
    requested_by: UUID | None = None
    """The administrator who asked; None: a first application by the legal representative."""

    checked_by: UUID | None = None
    """Who has approved as the first of two (S25)."""

    years: int | None = None
    credentials: tuple[RequestedCredentialView, ...]
    document: DocumentView | None = None
    """Of a request; a first application has one for each person."""


class GetApplication(IdentityQuery[ApplicationDetail]):
    """One application, for the back office."""

    application_id: UUID
