"""OTP devices: imported from the maker's file, given to a holder by serial number, resynchronised (ID-61, SP-42)."""

from typing import TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.message import BlobReference, Done, Model, Sealed

R = TypeVar("R", bound=Model)
_SERIAL = r"^[A-Za-z0-9-]{4,40}$"


class DevicesImported(Model):
    """How many devices are new, and how many were known."""

    imported: int
    known: int


class ImportDevices(IdentityCommand[DevicesImported]):
    """Take over the seeds of devices from a PSKC (RFC 6030) or CSV file, by the back office."""

    blob: BlobReference

    @property
    def key(self) -> str:
        """The file."""
        return str(self.blob.id)


class _DeviceCommand(IdentityCommand[R]):
    serial: str = Field(pattern=_SERIAL)

    @property
    def key(self) -> str:
        """The device."""
        return self.serial


class AssignDevice(_DeviceCommand[Done]):
    """Give a person this device as second factor, in the place of the one before (ID-184, SP-42)."""

    person_id: UUID


class ResynchroniseDevice(_DeviceCommand[Done]):
    """Find a device again that has run away, by two codes in a row."""

    first: Sealed
    second: Sealed
