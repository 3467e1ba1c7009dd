"""OTP devices: imported from the maker's file, given to a holder by serial number, resynchronised (ID-61, SP-42)."""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand
from contracts.message import BlobReference, Done, Model, Sealed

R = TypeVar("R", bound=Model)
_SERIAL = r"^[A-Za-z0-9-]{4,40}$"


class DeviceFault(StrEnum):
    """What can be wrong at a place of a maker's file; the refusal of an import names place and fault."""

    FILE_UNREADABLE = "file_unreadable"
    COLUMN_MISSING = "column_missing"
    NO_DEVICES = "no_devices"
    TOO_MANY_DEVICES = "too_many_devices"
    SERIAL_INVALID = "serial_invalid"
    SERIAL_TWICE = "serial_twice"
    TYPE_UNKNOWN = "type_unknown"
    SEED_INVALID = "seed_invalid"
    SEED_LOCKED = "seed_locked"
    DIGITS_INVALID = "digits_invalid"
    STEP_INVALID = "step_invalid"
    ALGORITHM_UNKNOWN = "algorithm_unknown"
    COUNTER_INVALID = "counter_invalid"


class DevicesImported(Model):
    """How many devices are new, and how many were known."""

    imported: int
    known: int


class ImportDevices(IdentityCommand[DevicesImported]):
    """Take over the seeds of devices from a PSKC (RFC 6030) or CSV file, by the back office."""

    blob: BlobReference
    transport_key: Sealed | None = None
    """With what the maker has encrypted the seeds: a key in hexadecimal, or a password (RFC 6030, 6)."""

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
