"""Short ways for tests of OTP devices by post: stock, orders, letters."""

from uuid import uuid4

from contracts.identity import GetDeviceStock, ListDeviceOrders, OrderDevice
from contracts.notifications import SendDeviceLetter
from services.identity.crypto.devices import codes
from services.identity.domain.devices import Algorithm
from tests.service.identity.accounts import import_devices
from tests.service.identity.journey import HANDLER, NOTIFICATIONS, sealed_for_identity

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
