"""OTP devices by post: ordered with a credential or by form, sent from stock, posted again (ID-61, MS-06)."""

__all__ = (
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
    "DispatchDevices",
    "GetDeviceStock",
    "ListDeviceOrders",
    "OrderDevice",
    "ResendDevice",
)

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.identity.devices import DeviceDecided
from contracts.identity.events import IdentityEvent
from contracts.identity.values import PersonName
from contracts.message import Done, Model, Page, Sealed, State
from contracts.values import Cents
from contracts.values.terms import Term


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


class OrderDevice(IdentityCommand[DeviceDecided]):
    """The back office orders a device that was asked for by form (ID-164, MS-06).

    For a holder at a level for four eyes two employees order it, to the same address (S9, S25).
    """

    credential_id: UUID
    address: Sealed
    """Lines parted by a newline."""

    agreed: bool = False
    """The form agrees with the costs (BI-16)."""

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)


class ResendDevice(IdentityCommand[DeviceDecided]):
    """The back office has a device posted again whose letter could not be sent (MS-06, SP-116).

    To another address, for a holder at a level for four eyes, two employees send it (S9, S25).
    """

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
