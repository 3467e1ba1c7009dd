"""OTP devices: imported from the maker's file, given to a holder by serial number, resynchronised (ID-61, SP-42)."""

__all__ = (
    "AssignDevice",
    "DeviceDecided",
    "DeviceFault",
    "DeviceReviewPage",
    "DeviceReviewView",
    "DeviceStep",
    "DevicesImported",
    "ImportDevices",
    "ListDeviceReviews",
    "ResynchroniseDevice",
    "WithdrawDeviceReview",
)

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.identity.values import PersonName
from contracts.message import BlobReference, Done, Model, Page, Sealed
from contracts.values.terms import Term

R = TypeVar("R", bound=Model)
_SERIAL = r"^[A-Za-z0-9-]{4,40}$"


class DeviceFault(Term):
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


class DeviceDecided(Model):
    """What came of it: it is done, or another employee must ask for the same first (S9, S25)."""

    awaits_second: bool = False


class AssignDevice(_DeviceCommand[DeviceDecided]):
    """Give a person this device as second factor, in the place of the one before (ID-184, SP-42).

    To a holder at a level for four eyes two employees give it: the second sends the same (S9, S25).
    """

    person_id: UUID


class DeviceStep(Term):
    """What gives somebody another device (S9)."""

    ASSIGNMENT = "assignment"
    ORDER = "order"
    """By post, for a form."""

    LETTER = "letter"
    """Posted again, to another address."""


class DeviceReviewView(Model):
    """What one employee has asked for somebody's device, and another has to ask as well."""

    review_id: UUID
    """That of the person, of the credential that a device is ordered for, or of the order that is posted again."""

    step: DeviceStep
    serial: str | None
    """Of an assignment."""

    person_id: UUID
    name: PersonName
    submitted_at: datetime
    reviewed_by: UUID
    """The first of the two employees."""


class DeviceReviewPage(Page):
    """A part of the reviews."""

    rows: tuple[DeviceReviewView, ...] = ()


class ListDeviceReviews(IdentityQuery[DeviceReviewPage]):
    """What waits for a second employee, oldest first (S9, S25)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class WithdrawDeviceReview(IdentityCommand[Done]):
    """Take back what waits for a second employee; a device of the stock lies there again (S25)."""

    review_id: UUID

    @property
    def key(self) -> str:
        """The review."""
        return str(self.review_id)


class ResynchroniseDevice(_DeviceCommand[Done]):
    """Find a device again that has run away, by two codes in a row."""

    first: Sealed
    second: Sealed
