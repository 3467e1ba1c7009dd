"""Users: the person behind a row of the overview, and the export (ID-199, GW.3)."""

from datetime import date
from uuid import UUID

from contracts.identity.base import IdentityQuery
from contracts.identity.values import CredentialStatus, CredentialType, PersonName, SecondFactor
from contracts.message import BlobReference, Model, Sealed
from contracts.values import EmailAddress, ExportFormat, Language, Level, Role


class HolderView(Model):
    """The registered personal data of a credential's holder, and the credential (ID-199)."""

    credential_id: UUID
    person_id: UUID
    """The stable identifier of the person: UniekID or ID (ID-198)."""

    name: PersonName
    birth_date: date
    email: EmailAddress
    language: Language
    mobile: Sealed | None
    """Sealed for the gateway under `mobile`."""

    user_name: str | None
    role: Role
    level: Level
    type: CredentialType
    status: CredentialStatus
    second_factor: SecondFactor | None
    activate_by: date | None
    is_self: bool


class GetHolder(IdentityQuery[HolderView]):
    """The holder of a credential of the actor's organisation, for its administrators."""

    credential_id: UUID


class UsersExported(Model):
    """The export lies in the blob store."""

    blob: BlobReference


class ExportUsers(IdentityQuery[UsersExported]):
    """All users of the overview as a file, with the profile's columns (GW-08 to GW-13)."""

    format: ExportFormat
    text: str = ""
    status: CredentialStatus | None = None
    level: Level | None = None
    role: Role | None = None
