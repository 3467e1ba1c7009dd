"""Answers about OTP devices by post, for the back office (ID-61, MS-06)."""

from datetime import datetime

from contracts.identity import (
    DeviceOrderPage,
    DeviceOrderStatus,
    DeviceOrderView,
    DeviceReviewPage,
    DeviceReviewView,
    DeviceStep,
    DeviceStock,
    GetDeviceStock,
    ListDeviceOrders,
    ListDeviceReviews,
)
from contracts.message import Refusal
from services.identity.domain.authority import NOT_ALLOWED, is_staff
from services.identity.domain.orders import DeviceOrder
from services.identity.store import DEVICE_ORDERS, DEVICE_REVIEWS, DEVICES, PERSONS, Reads
from services.identity.store.reads import IN_STOCK


class DeviceViews:
    """One method per query."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def orders(self, query: ListDeviceOrders, now: datetime) -> DeviceOrderPage | Refusal:
        """List who waits for a device, or was sent one, oldest first."""
        del now
        if not is_staff(query.actor):
            return NOT_ALLOWED
        found = await self._reads.part(DEVICE_ORDERS, {"status": query.status}, query)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        return DeviceOrderPage(rows=tuple(map(_view, rows)), next=more)

    async def reviews(self, query: ListDeviceReviews, now: datetime) -> DeviceReviewPage | Refusal:
        """List what one employee has asked for somebody's device, and another has to ask as well (S9, S25)."""
        del now
        if not is_staff(query.actor):
            return NOT_ALLOWED
        found = await self._reads.part(DEVICE_REVIEWS, {}, query)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        people = await self._reads.by_ids(PERSONS, {row.person_id for row in rows})
        views = (
            DeviceReviewView(
                review_id=row.id, step=row.step, serial=row.entered if row.step is DeviceStep.ASSIGNMENT else None,
                person_id=row.person_id, name=people[row.person_id].name, submitted_at=row.submitted_at,
                reviewed_by=row.reviewed_by,
            )
            for row in rows
            if row.person_id in people
        )  # fmt: skip
        return DeviceReviewPage(rows=tuple(views), next=more)

    async def stock(self, query: GetDeviceStock, now: datetime) -> DeviceStock | Refusal:
        """Count the free devices, and who waits for one."""
        del now
        if not is_staff(query.actor):
            return NOT_ALLOWED
        waiting = await self._reads.count(DEVICE_ORDERS, {"status": DeviceOrderStatus.WAITING})
        return DeviceStock(free=await self._reads.count(DEVICES, IN_STOCK), waiting=waiting)


def _view(order: DeviceOrder) -> DeviceOrderView:
    return DeviceOrderView(
        order_id=order.id, organisation_id=order.organisation_id, person_id=order.person_id, name=order.name,
        submitted_at=order.submitted_at, status=order.status, serial=order.serial, sent_at=order.sent_at,
    )  # fmt: skip
