"""Chain authorizations over HTTP."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.chain import AccessStatus, ChainStatus, Origin
from contracts.values import EmailAddress, FiscalNumber, KvkNumber, Language, Oin, PhoneNumber
from gateway.schemas.base import Day, Flag, In, Out, Text, Whole
from gateway.schemas.identity import PersonNameIn, PersonNameOut


class AccessOut(Out):
    """Access to the chain functionality; the price a year in cents without VAT, null: the price list's."""

    status: AccessStatus
    price_per_year: int | None


class AccessRequestOut(Out):
    """An organisation that waits for an offer or its recording."""

    organisation_id: UUID
    kvk_number: str | None
    name: str | None
    status: AccessStatus


class OfferIn(In):
    """The price a year in cents without VAT; without one the price list's."""

    price_per_year: Annotated[Whole, Field(ge=0)] | None = None


class OfferAnswerIn(In):
    """Whether the organisation accepted the offer."""

    accepted: Flag


class ScopeIn(In):
    """What a chain authorization covers."""

    general: Flag = False
    provider_oins: tuple[Oin, ...] = Field(default=(), max_length=500)
    service_uuids: tuple[UUID, ...] = Field(default=(), max_length=500)


class ScopeOut(Out):
    """What a chain authorization covers."""

    general: bool
    provider_oins: tuple[str, ...]
    service_uuids: tuple[UUID, ...]


class RelationIn(In):
    """The organisation that grants: by KvK number (the trade register names it), or by fiscal number and name."""

    kvk_number: KvkNumber | None = None
    fiscal_number: FiscalNumber | None = None
    name: Annotated[Text, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.kvk_number is None) == (self.fiscal_number is None):
            raise ValueError("name the relation by its KvK number or, without one, by its fiscal number")
        if self.kvk_number is None and self.name is None:
            raise ValueError("a relation without KvK number needs a name")
        return self


class RelationOut(Out):
    """The organisation that grants."""

    kvk_number: str | None
    fiscal_number: str | None
    name: str


class ContactIn(In):
    """The contact person of the relation."""

    name: PersonNameIn
    email: EmailAddress
    phone: PhoneNumber


class ContactOut(Out):
    """The contact person of the relation."""

    name: PersonNameOut
    email: str
    phone: str


class SenderIn(In):
    """Who asks, of the own organisation."""

    name: Text = Field(min_length=1, max_length=140)
    email: EmailAddress
    phone: PhoneNumber | None = None


class SenderOut(Out):
    """Who asks."""

    name: str
    email: str
    phone: str | None


class TermsIn(In):
    """What a request asks: whole years, or an end; neither: five years."""

    scope: ScopeIn
    person_ids: tuple[UUID, ...] = Field(default=(), max_length=500)
    years: Annotated[Whole, Field(ge=1, le=100)] | None = None
    end: Day | None = None
    sender: SenderIn
    language: Language
    quotation: Text = Field(min_length=1, max_length=8192)


class ChainRequestIn(In):
    """A request to one relation."""

    relation: RelationIn
    contact: ContactIn
    reference: Text | None = Field(default=None, max_length=100)
    terms: TermsIn


class RequestedOut(Out):
    """The request, and warnings that did not stop it."""

    chain_authorization_id: UUID
    warnings: tuple[str, ...]


class RenewalIn(In):
    """Whom to ask again, in which language, at which costs."""

    contact: ContactIn
    language: Language
    quotation: Text = Field(min_length=1, max_length=8192)


class UsersIn(In):
    """Users to link or unlink."""

    person_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)


class LinkedUserOut(Out):
    """A user who may use a chain authorization."""

    person_id: UUID
    name: str


class PeriodOut(Out):
    """From the first to the last day."""

    start: date
    end: date


class ChainAuthorizationOut(Out):
    """A chain authorization; `version` is its ETag."""

    chain_authorization_id: UUID
    version: int
    relation: RelationOut
    status: ChainStatus
    scope: ScopeOut
    users: tuple[LinkedUserOut, ...]
    period: PeriodOut | None
    ends_on: date | None
    contact: ContactOut
    language: Language
    reference: str | None
    sent_at: datetime
    renewal_pending: bool


class IssuedOut(Out):
    """What the organisation has given to an intermediary."""

    chain_authorization_id: UUID
    intermediary_kvk_number: str
    intermediary_name: str
    status: ChainStatus
    scope: ScopeOut
    period: PeriodOut
    ends_on: date | None
    origin: Origin


class ImportRowOut(Out):
    """A row of the workbook."""

    row: int
    relation: RelationOut
    contact: ContactOut
    reference: str | None


class ImportFaultOut(Out):
    """What is wrong with a row; row 0 is the file itself."""

    row: int
    column: str | None
    code: str
    value: str | None


class PreviewOut(Out):
    """What a workbook holds, before anything is taken over."""

    rows: tuple[ImportRowOut, ...]
    faults: tuple[ImportFaultOut, ...]


class ImportedOut(Out):
    """The import runs; `faults` are the rows that were left out by choice."""

    import_id: UUID
    requests: int
    faults: tuple[ImportFaultOut, ...]


class ImportOut(Out):
    """How far an import got."""

    import_id: UUID
    requests: int
    made: int
    refused: tuple[ImportFaultOut, ...]


class InvitationOut(Out):
    """What the relation reads behind its personal link."""

    status: ChainStatus
    relation: RelationOut
    intermediary_name: str
    sender: SenderOut
    scope: ScopeOut
    years: int | None
    end: date | None
    language: Language
    answer_by: date
    agreement_ready: bool


class ReceivedAgreementOut(Out):
    """An agreement in the back office's queue."""

    chain_authorization_id: UUID
    relation: RelationOut
    intermediary_name: str
    status: ChainStatus
    received_at: datetime
