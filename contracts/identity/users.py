"""The export of users (GW.3)."""

__all__ = (
    "ExportUsers",
    "UsersExported",
)

from typing import ClassVar

from contracts.identity.base import IdentityQuery
from contracts.identity.values import CredentialStatus
from contracts.message import BlobReference, Model
from contracts.values import ExportFormat, Level, Role


class UsersExported(Model):
    """The export lies in the blob store."""

    blob: BlobReference


class ExportUsers(IdentityQuery[UsersExported]):
    """All users of the overview as a file, with the profile's columns (GW-08 to GW-13)."""

    patient: ClassVar[bool] = True

    format: ExportFormat
    text: str = ""
    status: CredentialStatus | None = None
    level: Level | None = None
    role: Role | None = None
