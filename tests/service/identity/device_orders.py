"""Short ways for tests of OTP devices by post: stock, orders, letters."""

from uuid import uuid4

from contracts.identity import GetDeviceStock, ListDeviceOrders, OrderDevice, ResendDevice, SecondFactor
from contracts.notifications import DeliveryFailed, DeliveryState, Purpose, SendDeviceLetter
from contracts.values import Level
from services.identity.crypto.devices import codes
from services.identity.domain.devices import Algorithm
from tests.service.identity.accounts import import_devices
from tests.service.identity.journey import HANDLER, NOTIFICATIONS, an_applicant, sealed_for_identity

HOLDER = an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.OTP)
SEEDS = {f"AB-{number}": bytes([number - 1000]) * 20 for number in range(1001, 1006)}


def a_file(*serials):
    rows = [f"{serial},hotp,{SEEDS[serial].hex()}" for serial in serials]
    return "\n".join(["serial,type,seed", *rows, ""]).encode()


def shown(serial, count):
    return codes(SEEDS[serial], 6, Algorithm.SHA1)(count)


async def stocked(journey, *serials):
    assert (await import_devices(journey, a_file(*serials))).imported == len(serials)
    await journey.service.settle()


async def letters(journey):
    """The device letters: serial, to whom, address."""
    found = await journey.service.sent_with_envelopes(SendDeviceLetter)
    return [
        (sent.serial, sent.name.surname, NOTIFICATIONS.open(sent.address, message_id=envelope.id, field="address"))
        for envelope, sent in found
    ]  # fmt: skip


async def orders(journey, status="waiting"):
    return (await journey.service.query(ListDeviceOrders(actor=HANDLER, status=status))).rows


async def stock(journey):
    found = await journey.service.query(GetDeviceStock(actor=HANDLER))
    return found.free, found.waiting


async def asked_by_form(journey, credential_id, actor=HANDLER, address="Kade 2\n1000 AA Elders", **more):
    id_ = uuid4()
    sealed = sealed_for_identity(address, id_, "address")
    outcome = await journey.send(OrderDevice(actor=actor, credential_id=credential_id, address=sealed, **more), id_)
    await journey.service.settle()
    return outcome


async def fail(journey, order_id, purpose=Purpose.DEVICE_LETTER):
    """Let notifications tell that a letter could not be sent."""
    state = DeliveryState(id=uuid4(), subject_id=order_id, purpose=purpose, status="failed")
    await journey.service.hear(DeliveryFailed(state=state))


async def failed_letter(journey, *applicants):
    """An approved person whose device did not go out; returns (the credential's row, the order)."""
    await stocked(journey, "AB-1001")
    row = await journey.approved(*(applicants or (HOLDER,)))
    await journey.service.settle()
    (order,) = await orders(journey, "sent")
    await fail(journey, order.order_id)
    (failed,) = await orders(journey, "failed")
    return row, failed


async def resend(journey, order_id, actor=HANDLER, address=None):
    id_ = uuid4()
    sealed = sealed_for_identity(address, id_, "address") if address else None
    outcome = await journey.send(ResendDevice(actor=actor, order_id=order_id, address=sealed), id_)
    await journey.service.settle()
    return outcome
