"""Commands to chain that ask: for access, of one relation, of the relations of a workbook."""

__all__ = (
    "AskForOffer",
    "ChainCommand",
    "EndOrganisation",
    "ImportFault",
    "ImportRelations",
    "ImportRow",
    "Imported",
    "RecordOffer",
    "RequestChainAuthorization",
    "RequestImported",
    "RequestTerms",
    "Requested",
    "SendOffer",
    "UnlinkEverywhere",
)

from datetime import date
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.actor import Actor
from contracts.chain.values import Contact, Relation, Scope, Sender
from contracts.message import BlobReference, Command, Done, Model
from contracts.values import Cents, KvkNumber, Language

R = TypeVar("R", bound=Model)


class ChainCommand(Command[R]):
    """A command to chain."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "chain-authorizations"

    actor: Actor


class _OrganisationCommand(ChainCommand[R]):
    @property
    def key(self) -> str:
        """The actor's organisation."""
        return str(self.actor.organisation_id)


class AskForOffer(_OrganisationCommand[Done]):
    """Ask for access to the chain functionality (ST-42)."""


class SendOffer(ChainCommand[Done]):
    """The back office sends the offer (ST-43)."""

    organisation_id: UUID
    price_per_year: Cents | None = None
    """Per chain authorization without VAT; None: the price list's."""

    @property
    def key(self) -> str:
        """The organisation."""
        return str(self.organisation_id)


class RecordOffer(ChainCommand[Done]):
    """The back office records the answer to the offer: returned (ST-44) or refused (ST-45)."""

    organisation_id: UUID
    accepted: bool

    @property
    def key(self) -> str:
        """The organisation."""
        return str(self.organisation_id)


class RequestTerms(Model):
    """What a request asks, the same for one relation and for an import."""

    scope: Scope
    person_ids: tuple[UUID, ...] = Field(default=(), max_length=500)
    years: int | None = Field(default=None, ge=1)
    """Whole years; neither years nor an end: five (CH-17)."""

    end: date | None = None
    sender: Sender
    language: Language
    quotation: str
    """The signed quotation of billing (SP-111)."""


class Requested(Model):
    """The request, and warnings that did not stop it (SP-81)."""

    chain_authorization_id: UUID
    warnings: tuple[str, ...] = ()


class RequestChainAuthorization(_OrganisationCommand[Requested]):
    """Ask a relation for a chain authorization (CH.2, ST-46)."""

    relation: Relation
    contact: Contact
    reference: str | None = Field(default=None, max_length=100)
    terms: RequestTerms


class ImportRow(Model):
    """A row of the workbook (CH-27 to CH-33)."""

    row: int
    relation: Relation
    contact: Contact
    reference: str | None = None


class ImportFault(Model):
    """What is wrong with a row; `row` is the row number in the sheet, 0 the file itself."""

    row: int
    column: str | None = None
    code: str
    value: str | None = None


class Imported(Model):
    """The import runs: one request arises for each row (CH-39)."""

    import_id: UUID
    requests: int
    faults: tuple[ImportFault, ...] = ()
    """The rows that were left out, by explicit choice (SP-72)."""


class ImportRelations(_OrganisationCommand[Imported]):
    """Ask all relations of a workbook (CH.3)."""

    blob: BlobReference
    terms: RequestTerms
    faultless_only: bool = False
    """True: take the faultless rows although others are faulty (SP-72)."""

    names: dict[KvkNumber, str] = Field(default_factory=dict)
    """Company names that the trade register gave for the numbers in the workbook (CH-13, CH-35)."""


class EndOrganisation(ChainCommand[Done]):
    """The intermediary is no customer any more (ST-28): its access and chain authorizations end, a page at a time.

    Sent by the service to itself.
    """

    takes_away: ClassVar[bool] = True

    organisation_id: UUID

    @property
    def key(self) -> str:
        """The organisation."""
        return str(self.organisation_id)


class UnlinkEverywhere(ChainCommand[Done]):
    """A person's credential ended: unlink it from the organisation's chain authorizations, a page at a time.

    Sent by the service to itself.
    """

    takes_away: ClassVar[bool] = True

    organisation_id: UUID
    person_id: UUID

    @property
    def key(self) -> str:
        """The organisation."""
        return str(self.organisation_id)


class RequestImported(ChainCommand[Requested]):
    """One row of an import, sent by the service to itself."""

    import_id: UUID
    row: ImportRow

    @property
    def key(self) -> str:
        """The row."""
        return f"{self.import_id}:{self.row.row}"
