"""Codes of OTP devices: the holder's own, or one of the supplier's, and how one takes over (ID-181, ID-182, ID-184)."""

from dataclasses import replace
from datetime import datetime

from contracts.identity import SecondFactor
from contracts.notifications import AccountNotice
from services.identity.crypto.devices import codes
from services.identity.crypto.totp import used_step
from services.identity.domain.devices import CodeAt, Device, used
from services.identity.domain.people import Authenticator, with_step, with_supplied
from services.identity.domain.sessions import Holder
from services.identity.store import AUTHENTICATORS, DEVICES, FactorStore, Store
from services.identity.tools import Tools


def device_codes(tools: Tools, device: Device) -> CodeAt:
    """Return what gives the codes of a device."""
    seed = bytes.fromhex(tools.fields.decrypt(device.seed, f"otp_devices:{device.id}:seed"))
    return codes(seed, device.digits, device.algorithm)


async def otp_proof(tools: Tools, store: Store, authenticator: Authenticator, code: str) -> Authenticator | None:
    """Return the authenticator after a right code of the device, None after a wrong one."""
    if authenticator.device is None:
        proof = _own(tools, authenticator, code, store.work.now)
    else:
        proof = authenticator if await _shown(tools, store, authenticator.device, code) else None
    return proof or await arrived(tools, store, authenticator, code)


async def arrived(tools: Tools, store: Store, authenticator: Authenticator, code: str) -> Authenticator | None:
    """Return the authenticator after the first code of a device that came by post: it is to count alone (ID-184)."""
    serial = authenticator.coming
    if serial is None or not await _shown(tools, store, serial, code):
        return None
    return with_supplied(authenticator, serial)


async def take_into_use(tools: Tools, store: Store, holder: Holder, after: Authenticator) -> Holder:
    """Let another device of the supplier take over where the authenticator to be saved has one (ID-184, S7, S16).

    The device before is free again, the holder is told, and what was opened with the former factor ends.
    """
    work = store.work
    before = await work.get(AUTHENTICATORS, after.id)
    assert before is not None, "an account has an authenticator"
    if after.device == before.device:
        return holder
    former = await store.find(DEVICES, before.device)
    if former is not None:
        await work.put(DEVICES, replace(former, person_id=None))
    account = await FactorStore(store).change(holder.account, SecondFactor.OTP)
    tools.notify(work, holder.person, AccountNotice.DEVICE_ASSIGNED)
    return replace(holder, account=account)


async def _shown(tools: Tools, store: Store, serial: str, code: str) -> bool:
    """Say whether a device shows this code, and use it up."""
    device = await store.find(DEVICES, serial)
    after = used(device, device_codes(tools, device), code, store.work.now) if device else None
    if after is not None:
        await store.work.put(DEVICES, after)
    return after is not None


def _own(tools: Tools, authenticator: Authenticator, code: str, now: datetime) -> Authenticator | None:
    if authenticator.otp_seed is None:
        return None
    seed = tools.fields.decrypt(authenticator.otp_seed, f"authenticators:{authenticator.id}:otp_seed")
    step = used_step(seed, code, now, authenticator.last_step)
    return None if step is None else with_step(authenticator, step)
