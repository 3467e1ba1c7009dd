"""Requests of administrators for new persons, and activation letters (ID.4 to ID.6)."""

__all__ = (
    "IssueActivationLetter",
    "RejectionGround",
    "RequestCredential",
    "RequestReceived",
    "RequestedPerson",
)

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.identity.documents import IdentityDocumentEntry
from contracts.identity.values import CredentialType, PersonName, SecondFactor
from contracts.message import Done, Model, Sealed
from contracts.values import EmailAddress, Language, Level, Role
from contracts.values.terms import Term


class RejectionGround(Term):
    """Why the back office rejects, beside the reason that the requester reads (ID-46, ID-53)."""

    UNREADABLE = "unreadable"
    OTHER_DOCUMENT = "other_document"
    COVERED_BSN = "covered_bsn"
    COVERED_PHOTO = "covered_photo"
    OTHER = "other"


class RequestedPerson(Model):
    """The person who will use the credential (ID-42, SP-20)."""

    name: PersonName
    birth_date: date
    birth_place: str = Field(min_length=1, max_length=100)
    nationality: str = Field(pattern=r"^[A-Z]{2}$")
    email: EmailAddress
    phone: Sealed
    """E.164, sealed under the field name `person.phone`; empty: none."""

    mobile: Sealed
    """E.164, sealed under the field name `person.mobile`; empty: none."""

    language: Language = Language.NL


class RequestReceived(Model):
    """The request waits for the back office; one credential for each organisation, in the order asked."""

    application_id: UUID
    credential_ids: tuple[UUID, ...]


class RequestCredential(IdentityCommand[RequestReceived]):
    """An administrator requests a credential for a new person (ID-39, ST-01)."""

    person: RequestedPerson
    level: Level
    role: Role
    credential_type: CredentialType = CredentialType.REGULAR
    second_factor: SecondFactor | None = None
    years: Literal[1, 3]
    organisation_ids: tuple[UUID, ...] = Field(default=(), max_length=50)
    """Empty: the organisation of the session (ID-65)."""

    identification_address: Sealed
    """Lines parted by a newline, sealed under its own name; empty: none (ID-54)."""

    document: IdentityDocumentEntry | None = None
    agreed: bool
    quotation: str
    """The token of the quotation that was shown (SP-111)."""

    @property
    def organisations(self) -> tuple[UUID | None, ...]:
        """The organisations that the credential is for, each once (ID-65)."""
        return tuple(dict.fromkeys(self.organisation_ids)) or (self.actor.organisation_id,)

    @property
    def key(self) -> str:
        """The organisation of the session: its requests are judged one after the other (SP-19)."""
        return str(self.actor.organisation_id)


class IssueActivationLetter(IdentityCommand[Done]):
    """A new activation letter; the old one is void (ST-07, SP-08)."""

    credential_id: UUID
    quotation: str | None = None
    """The token of the accepted quotation, where the letter costs a fee (CF-12); of the back office: see `agreed`."""

    agreed: bool = False
    """The back office: the form says that the fee is accepted."""

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)
