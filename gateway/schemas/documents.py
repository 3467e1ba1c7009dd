"""Identity documents over HTTP: their data, the copy, a look at it."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.identity import DocumentType, Side
from gateway.schemas.base import Day, In, Out, Text


class CopyOut(Out):
    """A file that was uploaded; a request names it by `file`, within a day."""

    file: str
    name: str
    media_type: str
    size: int


class CopyFileIn(In):
    """A file that was uploaded, and the sides that it shows."""

    file: Text = Field(min_length=1, max_length=2048)
    sides: tuple[Side, ...] = Field(min_length=1, max_length=2)


class IdentityDocumentIn(In):
    """The identity data, with one or two files that show the document."""

    type: DocumentType
    number: Text = Field(min_length=3, max_length=30)
    expires_on: Day
    issuing_country: Text = Field(pattern=r"^[A-Z]{2}$")
    files: tuple[CopyFileIn, ...] = Field(min_length=1, max_length=2)


class LookIn(In):
    """Which file to look at, and why: both stand in the audit trail."""

    file_id: UUID
    reason: Text = Field(min_length=1, max_length=200)


class CopyViewOut(Out):
    """A file of the copy."""

    file_id: UUID
    sides: tuple[Side, ...]
    media_type: str
    size: int


class DocumentViewOut(Out):
    """The identity data that were entered; `tooShort` warns that the document is not valid long enough today."""

    type: DocumentType
    number: str
    expires_on: date
    issuing_country: str
    files: tuple[CopyViewOut, ...]
    removed: bool
    too_short: bool
