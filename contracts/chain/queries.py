"""Questions to chain and their answers."""

__all__ = (
    "AccessRequest",
    "AccessRequestPage",
    "AccessView",
    "ChainAuthorizationPage",
    "ChainAuthorizationView",
    "ChainQuery",
    "ExportChainAuthorizations",
    "ExportReady",
    "GetAccess",
    "GetChainAuthorization",
    "GetImport",
    "GetImportTemplate",
    "ImportPreview",
    "ImportView",
    "InvitationView",
    "IssuedChainAuthorizationPage",
    "IssuedChainAuthorizationView",
    "LinkedUser",
    "ListAccessRequests",
    "ListChainAuthorizations",
    "ListIssuedChainAuthorizations",
    "ListReceivedAgreements",
    "ListUnlinked",
    "PreviewImport",
    "ReadInvitation",
    "ReceivedAgreement",
    "ReceivedAgreementPage",
    "Unlinked",
)

from datetime import date, datetime
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.actor import Actor
from contracts.chain.requests import ImportFault, ImportRow
from contracts.chain.values import AccessStatus, ChainStatus, Contact, Origin, Relation, Scope, Sender, Tab
from contracts.identity import CredentialType
from contracts.message import BlobReference, Model, Page, Query, Sealed
from contracts.values import Cents, ExportFormat, KvkNumber, Language, Level, Period

R = TypeVar("R", bound=Model)


class ChainQuery(Query[R]):
    """A question to chain."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "chain-authorizations"

    actor: Actor


class Unlinked(Model):
    """The relations for which a person would act no longer, at most 500 of `total`."""

    relations: tuple[Relation, ...] = ()
    total: int = 0


class ListUnlinked(ChainQuery[Unlinked]):
    """Which links of a person end by a lower level or another type of the credential (SP-12, SP-35)."""

    person_id: UUID
    level: Level | None = None
    """None: as it is."""

    to_type: CredentialType | None = None
    """None: as it is."""


class AccessView(Model):
    """The access of the actor's organisation."""

    status: AccessStatus
    price_per_year: Cents | None = None


class GetAccess(ChainQuery[AccessView]):
    """Does the actor's organisation have access to the chain functionality?"""


class AccessRequest(Model):
    """An organisation that waits for an offer or its recording."""

    organisation_id: UUID
    kvk_number: KvkNumber | None = None
    name: str | None = None
    status: AccessStatus


class AccessRequestPage(Page):
    """A part of the back office's queue of offers."""

    rows: tuple[AccessRequest, ...] = ()


class ListAccessRequests(ChainQuery[AccessRequestPage]):
    """The back office's queue of offers to send and to record."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class LinkedUser(Model):
    """A user who may use a chain authorization."""

    person_id: UUID
    name: str


class ChainAuthorizationView(Model):
    """A row of the overview and its detail (CH-82)."""

    chain_authorization_id: UUID
    version: int
    relation: Relation
    status: ChainStatus
    scope: Scope
    users: tuple[LinkedUser, ...]
    period: Period | None
    ends_on: date | None
    contact: Contact
    language: Language
    reference: str | None
    sent_at: datetime
    renewal_pending: bool = False


class ChainAuthorizationPage(Page):
    """A part of the overview."""

    rows: tuple[ChainAuthorizationView, ...] = ()


class ListChainAuthorizations(ChainQuery[ChainAuthorizationPage]):
    """The overview of the actor's organisation by tab (CH.8)."""

    tab: Tab
    search: Sealed | None = None
    """At most 100 characters: people search for a fiscal number as well."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class GetChainAuthorization(ChainQuery[ChainAuthorizationView]):
    """One chain authorization of the actor's organisation."""

    chain_authorization_id: UUID


class IssuedChainAuthorizationView(Model):
    """What its giver sees of a chain authorization: nothing of the intermediary's people and administration."""

    chain_authorization_id: UUID
    intermediary_kvk_number: KvkNumber
    intermediary_name: str
    status: ChainStatus
    scope: Scope
    period: Period
    ends_on: date | None
    origin: Origin


class IssuedChainAuthorizationPage(Page):
    """A part of the issued ones."""

    rows: tuple[IssuedChainAuthorizationView, ...] = ()


class ListIssuedChainAuthorizations(ChainQuery[IssuedChainAuthorizationPage]):
    """What the actor's organisation has given to intermediaries, active and ended (CH-86, SM 8)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class ExportReady(Model):
    """The export lies in the blob store."""

    blob: BlobReference


class ExportChainAuthorizations(ChainQuery[ExportReady]):
    """All chain authorizations of a tab as a file (CH-83, CH-84)."""

    patient: ClassVar[bool] = True

    tab: Tab
    format: ExportFormat


class ImportPreview(Model):
    """What a workbook holds, before anything is taken over (CH-35)."""

    rows: tuple[ImportRow, ...]
    faults: tuple[ImportFault, ...]


class PreviewImport(ChainQuery[ImportPreview]):
    """Read and check a workbook without taking it over (CH-35, SP-72)."""

    blob: BlobReference


class GetImportTemplate(ChainQuery[ExportReady]):
    """The empty workbook to fill in (CH-26), in the blob store."""


class ImportView(Model):
    """How far an import got: requests made, and rows that were refused after all."""

    import_id: UUID
    requests: int
    made: int
    refused: tuple[ImportFault, ...] = ()


class GetImport(ChainQuery[ImportView]):
    """How far an import of the actor's organisation got (CH-36, CH-39)."""

    import_id: UUID


class InvitationView(Model):
    """What the relation reads behind its personal link, without an account (SP-63)."""

    chain_authorization_id: UUID
    status: ChainStatus
    relation: Relation
    intermediary_name: str
    sender: Sender
    scope: Scope
    years: int | None
    end: date | None
    language: Language
    answer_by: date
    agreement: BlobReference | None
    """The document to sign; None while it is being made."""


class ReadInvitation(ChainQuery[InvitationView]):
    """Read the request behind a personal link."""

    token: Sealed


class ReceivedAgreement(Model):
    """An agreement in the back office's queue."""

    chain_authorization_id: UUID
    relation: Relation
    intermediary_name: str
    status: ChainStatus
    received_at: datetime
    agreement: BlobReference
    version: int | None = None


class ReceivedAgreementPage(Page):
    """A part of the back office's queue of agreements."""

    rows: tuple[ReceivedAgreement, ...] = ()


class ListReceivedAgreements(ChainQuery[ReceivedAgreementPage]):
    """The back office's queue: 'Aanvraag ontvangen' and 'Incompleet', oldest first."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)
