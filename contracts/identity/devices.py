"""OTP devices: imported from the maker's file, given to a holder by serial number, resynchronised (ID-61, SP-42)."""

__all__ = (
    "AssignDevice",
    "DeviceAssigned",
    "DeviceAssignmentPage",
    "DeviceAssignmentView",
    "DeviceFault",
    "DeviceOrderCancelled",
    "DeviceOrderEvent",
    "DeviceOrderFailed",
    "DeviceOrderPage",
    "DeviceOrderSnapshot",
    "DeviceOrderState",
    "DeviceOrderStatus",
    "DeviceOrderView",
    "DeviceOrdered",
    "DeviceSent",
    "DeviceStock",
    "DevicesImported",
    "DispatchDevices",
    "GetDeviceStock",
    "ImportDevices",
    "ListDeviceAssignments",
    "ListDeviceOrders",
    "OrderDevice",
    "ResendDevice",
    "ResynchroniseDevice",
)

from datetime import datetime
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.identity.events import IdentityEvent
from contracts.identity.values import PersonName
from contracts.message import BlobReference, Done, Model, Page, Sealed, State
from contracts.values import Cents
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


class DeviceAssigned(Model):
    """What came of it: the person has the device, or another employee must confirm it first."""

    awaits_second: bool = False


class AssignDevice(_DeviceCommand[DeviceAssigned]):
    """Give a person this device as second factor, in the place of the one before (ID-184, SP-42).

    To a holder at a level for four eyes two employees give it: the second sends the same (S9, S25).
    """

    person_id: UUID


class DeviceAssignmentView(Model):
    """A device that one employee has given to a person, and another has to confirm."""

    serial: str
    person_id: UUID
    name: PersonName
    submitted_at: datetime
    reviewed_by: UUID
    """The first of the two employees."""


class DeviceAssignmentPage(Page):
    """A part of the assignments."""

    rows: tuple[DeviceAssignmentView, ...] = ()


class ListDeviceAssignments(IdentityQuery[DeviceAssignmentPage]):
    """The assignments that wait for a second employee, oldest first (S9, S25)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class ResynchroniseDevice(_DeviceCommand[Done]):
    """Find a device again that has run away, by two codes in a row."""

    first: Sealed
    second: Sealed


class DeviceOrderStatus(Term):
    """How far the order of a device got."""

    WAITING = "waiting"
    """For a device in stock."""

    SENT = "sent"
    FAILED = "failed"
    """The print house did not take the letter; the device is still the person's, and lies there until sent again."""

    CANCELLED = "cancelled"
    """The credential that it was for ended first."""


class DeviceOrderState(State):
    """A device that goes to a person by post (ID-61, MS-06)."""

    organisation_id: UUID
    person_id: UUID
    status: DeviceOrderStatus


class DeviceOrderEvent(IdentityEvent):
    """A fact of an order."""

    state: DeviceOrderState


class DeviceOrdered(DeviceOrderEvent):
    """A device was chosen, or asked for by form; what the form agreed to, in cents without VAT (BI-16)."""

    fee: Cents | None = None
    """None: it was agreed to with the credential, or costs nothing."""


class DeviceSent(DeviceOrderEvent):
    """A device of the stock goes out by post."""


class DeviceOrderFailed(DeviceOrderEvent):
    """The letter with the device could not be sent (SP-116)."""


class DeviceOrderCancelled(DeviceOrderEvent):
    """Nobody needs it any more."""


class DeviceOrderSnapshot(DeviceOrderEvent):
    """The present state of an order."""

    snapshot: ClassVar[bool] = True


class OrderDevice(IdentityCommand[Done]):
    """The back office orders a device that was asked for by form (ID-164, MS-06)."""

    credential_id: UUID
    address: Sealed
    """Lines parted by a newline."""

    agreed: bool = False
    """The form agrees with the costs (BI-16)."""

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)


class ResendDevice(IdentityCommand[Done]):
    """The back office has a device posted again whose letter could not be sent (MS-06, SP-116)."""

    order_id: UUID
    address: Sealed | None = None
    """Lines parted by a newline; None: the one that was ordered to."""

    @property
    def key(self) -> str:
        """The order."""
        return str(self.order_id)


class DispatchDevices(IdentityCommand[Done]):
    """Send the device that lies longest in stock to who waits longest; sent by the service to itself."""

    @property
    def key(self) -> str:
        """The stock: one order at a time."""
        return "otp-devices"


class DeviceOrderView(Model):
    """An order in the back office's queue."""

    order_id: UUID
    organisation_id: UUID
    person_id: UUID
    name: PersonName
    submitted_at: datetime
    status: DeviceOrderStatus
    serial: str | None
    sent_at: datetime | None


class DeviceOrderPage(Page):
    """A part of the orders."""

    rows: tuple[DeviceOrderView, ...] = ()


class ListDeviceOrders(IdentityQuery[DeviceOrderPage]):
    """The back office's queue of orders, oldest first."""

    status: DeviceOrderStatus = DeviceOrderStatus.WAITING
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class DeviceStock(Model):
    """How many devices are free, and how many persons wait for one."""

    free: int
    waiting: int


class GetDeviceStock(IdentityQuery[DeviceStock]):
    """The stock, for the back office."""
