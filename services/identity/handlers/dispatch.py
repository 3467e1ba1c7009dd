"""OTP devices by post: ordered with a credential or by form, sent from stock in order (ID-61, MS-06, NO-14)."""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM, Actor
from contracts.identity import (
    DeviceDecided,
    DeviceOrderCancelled,
    DeviceOrdered,
    DeviceOrderFailed,
    DeviceOrderStatus,
    DeviceSent,
    DeviceStep,
    DispatchDevices,
    OrderDevice,
    ResendDevice,
)
from contracts.message import Done, Refusal
from contracts.notifications import DeliveryFailed, Purpose, SendDeviceLetter
from profiles.identity import Delivery
from services.identity.domain.credentials import Credential, is_open
from services.identity.domain.devices import Device, DeviceReview, decide_assignment
from services.identity.domain.orders import (
    DeviceOrder,
    address_lines,
    cancelled,
    decide_again,
    decide_order,
    device_fee,
    failed,
    order_place,
    order_state,
    sent,
)
from services.identity.handlers.device_reviews import DeviceReviews
from services.identity.store import AUTHENTICATORS, CREDENTIALS, DEVICE_ORDERS, DEVICES, ORGANISATIONS, PERSONS
from services.identity.store.reads import IN_STOCK
from services.identity.tools import Tools


class Next(NamedTuple):
    """Who waits longest, and what lies longest in stock."""

    order_id: UUID
    serial: str


async def order_device(
    tools: Tools, work: Work, credential: Credential, organisation: str, address: str, *, fee: int | None = None
) -> None:
    """Order a device for the holder of a credential, where the supplier posts them; it goes out once there is one."""
    if tools.profile.second_factor.otp.delivery is not Delivery.POST:
        return
    id_ = work.new_id()
    order = DeviceOrder(
        id=id_, credential_id=credential.id, person_id=credential.person_id,
        organisation_id=credential.organisation_id, name=credential.name, language=credential.language,
        organisation_name=organisation, address=tools.fields.encrypt(address, order_place(id_)),
        submitted_at=work.now,
    )  # fmt: skip
    await work.put(DEVICE_ORDERS, order, DeviceOrdered(state=order_state(order), fee=fee))
    work.send(DispatchDevices(actor=SYSTEM))


class DispatchHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._reviews = DeviceReviews(tools)

    async def order(self, command: OrderDevice, work: Work) -> DeviceDecided | Refusal:
        """Order a device that was asked for on paper, at its costs (ID-164, BI-16); some levels need two employees."""
        credential = await work.get(CREDENTIALS, command.credential_id)
        address = self._tools.open(command.address, work.id, "address")
        if refusal := await self.refusal(credential, command.actor, work, agreed=command.agreed):
            return refusal
        assert credential is not None, "refused otherwise"
        asked = self._review(credential.id, DeviceStep.ORDER, credential.person_id, address, command.actor, work)
        waits = await self._reviews.awaited(asked, work)
        if waits is False:
            await self.order_for(credential, address, work)
        return waits if isinstance(waits, Refusal) else DeviceDecided(awaits_second=waits)

    def _review(
        self, id_: UUID, step: DeviceStep, person_id: UUID, address: str, actor: Actor, work: Work
    ) -> DeviceReview:
        """Return what an employee asks: that a device goes to an address."""
        assert actor.person_id is not None, "staff are persons"
        entered = self._tools.codes.hash(id_, address_lines(address))
        return DeviceReview(id_, step, person_id, entered, actor.person_id, work.now)

    async def refusal(
        self, credential: Credential | None, actor: Actor, work: Work, *, agreed: bool
    ) -> Refusal | None:  # fmt: skip
        """Judge an order for a form (ID-164)."""
        waiting = await self._tools.store(work).waiting_orders(credential)
        return decide_order(credential, waiting, actor, self._tools.profile, agreed=agreed)

    async def order_for(self, credential: Credential, address: str, work: Work) -> None:
        """Order a device that was asked for by form, at its costs (ID-164, BI-16); the caller has judged it."""
        organisation = await work.get(ORGANISATIONS, credential.organisation_id)
        name, fee = organisation.name if organisation else "", device_fee(self._tools.profile, work.now)
        await order_device(self._tools, work, credential, name, address_lines(address), fee=fee)

    async def look(self, command: DispatchDevices, message_id: UUID) -> Next | None:
        """Find who is next, and which device; nobody without a waiting order or without stock."""
        del command, message_id
        reads, waiting = self._tools.reads, {"status": DeviceOrderStatus.WAITING}
        orders = await reads.many(DEVICE_ORDERS, waiting, [("submitted_at", 1), ("_id", 1)], 1)
        devices = await reads.many(DEVICES, IN_STOCK, [("imported_at", 1), ("_id", 1)], 1)
        return Next(orders[0].id, devices[0].id) if orders and devices else None

    async def dispatch(self, command: DispatchDevices, work: Work, found: Next | None) -> Done:
        """Send a device out, and see who is next; what was found may be another's by now."""
        del command
        if found is None:
            return Done()
        order, device = await work.get(DEVICE_ORDERS, found.order_id), await work.get(DEVICES, found.serial)
        if order is not None and order.status is DeviceOrderStatus.WAITING:
            await self._settle(order, device, work)
        work.send(DispatchDevices(actor=SYSTEM))
        return Done()

    async def resend(self, command: ResendDevice, work: Work) -> DeviceDecided | Refusal:
        """Have a device posted again whose letter failed, to another address where that was the fault (SP-116)."""
        tools = self._tools
        store = tools.store(work)
        order = await work.get(DEVICE_ORDERS, command.order_id)
        credential = await store.find(CREDENTIALS, order.credential_id if order else None)
        device = await store.find(DEVICES, order.serial if order else None)
        if refusal := decide_again(order, credential, device, command.actor):
            return refusal
        assert order is not None, "refused otherwise"
        assert device is not None, "refused otherwise"
        if command.address is not None:
            address = tools.open(command.address, work.id, "address")
            asked = self._review(order.id, DeviceStep.LETTER, order.person_id, address, command.actor, work)
            if waits := await self._reviews.awaited(asked, work):
                return waits if isinstance(waits, Refusal) else DeviceDecided(awaits_second=True)
            order = replace(order, address=tools.fields.encrypt(address_lines(address), order_place(order.id)))
        await self._post(order, device.id, work)
        return DeviceDecided()

    async def on_delivery_failed(self, event: DeliveryFailed, work: Work) -> None:
        """Show the back office that a device did not go out (SP-116)."""
        if event.state.purpose is Purpose.DEVICE_LETTER:
            order = await work.get(DEVICE_ORDERS, event.state.subject_id)
            if order is not None and order.status is DeviceOrderStatus.SENT:
                after = failed(order)
                await work.put(DEVICE_ORDERS, after, DeviceOrderFailed(state=order_state(after)))

    async def _settle(self, order: DeviceOrder, device: Device | None, work: Work) -> None:
        """Send an order's device; one whose credential has ended is cancelled."""
        credential = await work.get(CREDENTIALS, order.credential_id)
        if credential is None or not is_open(credential):
            after = cancelled(order)
            await work.put(DEVICE_ORDERS, after, DeviceOrderCancelled(state=order_state(after)))
        elif device is not None and not device.given:
            given = decide_assignment(device, order.person_id)
            assert isinstance(given, Device), "nobody has it"
            await work.put(DEVICES, given)
            await self._hand_over(order, given.id, work)

    async def _hand_over(self, order: DeviceOrder, serial: str, work: Work) -> None:
        """Tell person and account which device is coming, and have it posted."""
        person = await work.get(PERSONS, order.person_id)
        assert person is not None, "a credential has a holder"
        await work.put(PERSONS, replace(person, device=serial))
        authenticator = await self._tools.store(work).find(AUTHENTICATORS, person.account_id)
        if authenticator is not None:
            await work.put(AUTHENTICATORS, replace(authenticator, coming=serial))
        await self._post(order, serial, work)

    async def _post(self, order: DeviceOrder, serial: str, work: Work) -> None:
        """Have a device posted to the address of its order."""
        after, id_ = sent(order, serial, work.now), work.new_id()
        await work.put(DEVICE_ORDERS, after, DeviceSent(state=order_state(after)))
        address = self._tools.fields.decrypt(order.address, order_place(order.id))
        letter = SendDeviceLetter(
            actor=SYSTEM, notification_id=work.new_id(), order_id=order.id, name=order.name,
            organisation_name=order.organisation_name, address=self._tools.tell(address, id_, "address"),
            serial=serial, language=order.language,
        )  # fmt: skip
        work.send(letter, id_=id_)
