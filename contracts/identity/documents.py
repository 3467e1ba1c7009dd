"""Identity documents: what is entered of them, and the copies by which it is checked (ID-44 to ID-53, SP-24)."""

__all__ = (
    "CopyFile",
    "DocumentOpened",
    "DocumentType",
    "IdentityDocumentEntry",
    "KeepCopies",
    "RemoveCopies",
    "Side",
    "ViewDocument",
)

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.message import BlobReference, Done, Model, Sealed
from contracts.values.terms import Term


class DocumentType(Term):
    """An identity document (SP-21)."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    DRIVING_LICENCE = "driving_licence"
    ALIENS_DOCUMENT = "aliens_document"


class Side(Term):
    """A side of a document that a file shows (ID-50, ID-51)."""

    FRONT = "front"
    BACK = "back"


class CopyFile(Model):
    """A scan or photo, and the sides that it shows."""

    file: BlobReference
    sides: tuple[Side, ...] = Field(min_length=1, max_length=2)


class IdentityDocumentEntry(Model):
    """The identity data, and the copy by which they are checked (ID-44, ID-45, SP-20)."""

    type: DocumentType
    number: Sealed
    """Sealed under the field name `document.number`, of an applicant under the applicant's."""

    expires_on: date
    issuing_country: str = Field(pattern=r"^[A-Z]{2}$")
    files: tuple[CopyFile, ...] = Field(min_length=1, max_length=2)


class DocumentOpened(Model):
    """A file of the copy, for this one look."""

    blob: BlobReference


class ViewDocument(IdentityCommand[DocumentOpened]):
    """The back office looks at a copy: each look has a reason and stands in the audit trail (SP-24, S41)."""

    opens_session: ClassVar[bool] = True
    """The answer is forgotten after 60 s: a further look is another one."""

    document_id: UUID
    """The application's id, or the change's."""

    file_id: UUID
    reason: str = Field(min_length=1, max_length=200)

    @property
    def key(self) -> str:
        """The document."""
        return str(self.document_id)


class CopiesCommand(IdentityCommand[Done]):
    """A command on the copies of a document; sent by the service to itself."""

    document_id: UUID

    @property
    def key(self) -> str:
        """The document."""
        return str(self.document_id)


class KeepCopies(CopiesCommand):
    """Keep the copies of what was taken in."""


class RemoveCopies(CopiesCommand):
    """Remove the copies: 30 days after approval, at once after rejection (SP-24)."""
