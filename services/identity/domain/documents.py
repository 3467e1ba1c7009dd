"""Identity documents: what must be entered, how long it must be valid, which sides the copy shows (ID-43 to ID-53)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from contracts.identity import DocumentType, IdentityDocumentEntry, IdentityRefusal, RejectionGround, Side
from contracts.message import BlobReference, Refusal
from contracts.values import Level, Role, add_months
from profiles.identity import Maskable
from profiles.model import Profile
from services.identity.domain.credentials import Credential
from services.identity.domain.people import Person

KEPT = timedelta(days=30)
"""How long copies are kept after approval (SP-24)."""

BOTH_SIDES = frozenset({DocumentType.IDENTITY_CARD, DocumentType.DRIVING_LICENCE, DocumentType.ALIENS_DOCUMENT})
"""The documents of which both sides are needed (ID-50)."""

_MASKED = {RejectionGround.COVERED_BSN: Maskable.BSN, RejectionGround.COVERED_PHOTO: Maskable.PHOTO}


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of the copy of a document."""

    file: BlobReference
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """The identity data of an application or change, one person's; `number` is encrypted. That it was checked stays."""

    id: UUID
    """The request's, the change's, or of a first application the credential's."""

    organisation_id: UUID
    type: DocumentType
    number: str
    expires_on: date
    issuing_country: str
    copies: tuple[Copy, ...]
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DocumentLook:
    """A look of an employee at a copy, with its reason: kept for the audit trail (SP-24, S41)."""

    id: UUID
    organisation_id: UUID
    document_id: UUID
    file_id: UUID
    by: UUID
    reason: str
    at: datetime


def number_place(document_id: UUID) -> str:
    """Return the place for which the number of a document is encrypted (S37)."""
    return f"identity_documents:{document_id}:number"


def needs_identity(level: Level, role: Role) -> bool:
    """Say whether identity data and a copy are needed: always but for a regular user at EH2 (ID-43, ID-44)."""
    return level > Level.EH2 or role is Role.ADMINISTRATOR


def identity_known(person: Person, held: Iterable[Credential]) -> bool:
    """Say whether identity data were asked for a person: kept since, or by a level that never was without (ID-44).

    A role says nothing: it can come later than the data that it needs, and go.
    """
    return person.document_id is not None or any(needs_identity(one.level, Role.USER) for one in held)


def document_refusal(
    entry: IdentityDocumentEntry | None, level: Level, role: Role, profile: Profile, today: date
) -> Refusal | None:
    """Refuse a request whose identity data are missing, too short valid, or shown on one side only."""
    if not needs_identity(level, role):
        return None
    if entry is None:
        return Refusal(code=IdentityRefusal.IDENTITY_DATA_MISSING)
    if too_short(entry.expires_on, profile, today):
        return Refusal(
            code=IdentityRefusal.DOCUMENT_EXPIRES, details={"months": profile.id_document.min_remaining_months}
        )
    shown = {side for copy in entry.files for side in copy.sides}
    missing = sides_of(entry.type) - shown
    if missing:
        return Refusal(code=IdentityRefusal.DOCUMENT_SIDE_MISSING, details={"side": min(missing)})
    return None


def too_short(expires_on: date, profile: Profile, today: date) -> bool:
    """Say whether a document is not valid long enough: on or after today plus the profile's months (ID-47, SP-05)."""
    return expires_on < add_months(today, profile.id_document.min_remaining_months)


def sides_of(type_: DocumentType) -> frozenset[Side]:
    """Return the sides that a copy must show (ID-50, ID-52)."""
    return frozenset(Side) if type_ in BOTH_SIDES else frozenset({Side.FRONT})


def ground_refusal(ground: RejectionGround | None, profile: Profile) -> Refusal | None:
    """Refuse to reject for what the supplier lets be covered (ID-53, CF-08)."""
    masked = _MASKED.get(ground) if ground else None
    if masked is not None and masked in profile.id_document.masking_allowed:
        return Refusal(code=IdentityRefusal.NO_GROUND, details={"ground": str(ground)})
    return None


def removed(document: IdentityDocument, now: datetime) -> IdentityDocument:
    """Return the document without the references to its copies."""
    return replace(document, copies=(), removed_at=now)


def copy_of(copies: Iterable[Copy], file_id: UUID) -> Copy | None:
    """Return the copy with this file."""
    return next((copy for copy in copies if copy.file.id == file_id), None)
