"""OTP devices in the back office: import, assignment by serial number, resynchronisation (ID-61, SP-42)."""

from datetime import datetime
from uuid import UUID

from chassis.blobs import BlobMissingError, BlobStore
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    AssignDevice,
    DeviceDecided,
    DeviceFault,
    DevicesImported,
    DeviceStep,
    DispatchDevices,
    IdentityRefusal,
    ImportDevices,
    ResynchroniseDevice,
)
from contracts.message import Done, Refusal
from services.identity.crypto.devices import read_devices
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.device_files import FILE
from services.identity.domain.devices import (
    Device,
    DeviceReview,
    Make,
    decide_assignment,
    resynchronised,
)
from services.identity.domain.people import with_supplied
from services.identity.domain.sessions import Holder
from services.identity.handlers.device_reviews import DeviceReviews
from services.identity.handlers.factors import device_codes, take_into_use
from services.identity.store import AUTHENTICATORS, DEVICES, PERSONS, Store
from services.identity.tools import Tools


class DeviceHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, blobs: BlobStore) -> None:
        self._tools = tools
        self._blobs = blobs
        self._reviews = DeviceReviews(tools)

    async def read(self, command: ImportDevices, message_id: UUID) -> list[Make] | Refusal:
        """Read the file before the transaction; nobody claims it, so it expires."""
        if not is_staff(command.actor, DECIDERS):
            return NOT_ALLOWED
        key = command.transport_key
        opened = None if key is None else self._tools.open(key, message_id, "transport_key").strip()
        try:
            makes, faults = read_devices(await self._blobs.get(command.blob), opened)
        except BlobMissingError:
            makes, faults = [], {FILE: DeviceFault.FILE_UNREADABLE}
        if faults:
            return Refusal(code=IdentityRefusal.INVALID_DEVICE_FILE, details=dict(faults))
        return makes

    async def take_over(
        self, command: ImportDevices, work: Work, makes: list[Make] | Refusal
    ) -> DevicesImported | Refusal:
        """Keep the devices that are new, their seeds encrypted; known ones stay as they are (S37)."""
        del command
        if isinstance(makes, Refusal):
            return makes
        imported = 0
        for make in makes:
            if await work.get(DEVICES, make.serial) is None:
                await work.put(DEVICES, self._device(make, work.now))
                imported += 1
        work.send(DispatchDevices(actor=SYSTEM))
        return DevicesImported(imported=imported, known=len(makes) - imported)

    def _device(self, make: Make, now: datetime) -> Device:
        return Device(
            id=make.serial,
            kind=make.kind,
            seed=self._tools.fields.encrypt(make.seed.hex(), f"otp_devices:{make.serial}:seed"),
            digits=make.digits,
            step_s=make.step_s,
            algorithm=make.algorithm,
            next=make.counter,
            imported_at=now,
        )

    async def assign(self, command: AssignDevice, work: Work) -> DeviceDecided | Refusal:
        """Make a device the second factor of a person; some levels need two employees (S7, S9, S16, S25)."""
        store = self._tools.store(work)
        if not is_staff(command.actor, DECIDERS):
            return NOT_ALLOWED
        person = await work.get(PERSONS, command.person_id)
        holder = await store.holder(person.account_id) if person else None
        known = await work.get(DEVICES, command.serial)
        device = decide_assignment(known, command.person_id)
        if isinstance(device, Refusal) or holder is None:
            return device if isinstance(device, Refusal) else UNKNOWN
        assert known is not None, "refused otherwise"
        waits = await self._reviews.awaited(_review(command, known, work), work)
        if isinstance(waits, Refusal):
            return waits
        if not waits:
            await self._give(store, holder, device)
        return DeviceDecided(awaits_second=waits)

    async def _give(self, store: Store, holder: Holder, device: Device) -> None:
        """Save device and account; the device before is free again, an own seed is gone (ID-184)."""
        authenticator = await store.work.get(AUTHENTICATORS, holder.account.id)
        assert authenticator is not None, "an account has an authenticator"
        after = with_supplied(authenticator, device.id)
        await store.work.put(DEVICES, device)
        await take_into_use(self._tools, store, holder, after)
        await store.work.put(AUTHENTICATORS, after)

    async def resynchronise(self, command: ResynchroniseDevice, work: Work) -> Done | Refusal:
        """Find a device again by two codes in a row, which its holder reads out."""
        if not is_staff(command.actor, DECIDERS):
            return NOT_ALLOWED
        device = await work.get(DEVICES, command.serial)
        if device is None:
            return UNKNOWN
        first, second = (self._tools.open(getattr(command, name), work.id, name) for name in ("first", "second"))
        after = resynchronised(device, device_codes(self._tools, device), first, second, work.now)
        if isinstance(after, Refusal):
            return after
        await work.put(DEVICES, after)
        return Done()


def _review(command: AssignDevice, known: Device, work: Work) -> DeviceReview:
    """Return what an employee asks; a device that somebody has had lay in no stock."""
    assert command.actor.person_id is not None, "staff are persons"
    return DeviceReview(
        command.person_id, DeviceStep.ASSIGNMENT, command.person_id, command.serial, command.actor.person_id, work.now,
        taken=None if known.given else command.serial,
    )  # fmt: skip
