"""Codes of OTP devices: the holder's own, or one of the supplier's (ID-181, ID-182)."""

from datetime import datetime

from services.identity.crypto.devices import codes
from services.identity.crypto.totp import used_step
from services.identity.domain.devices import CodeAt, Device, used
from services.identity.domain.people import Authenticator, with_step
from services.identity.store import DEVICES, Store
from services.identity.tools import Tools


def device_codes(tools: Tools, device: Device) -> CodeAt:
    """Return what gives the codes of a device."""
    seed = bytes.fromhex(tools.fields.decrypt(device.seed, f"otp_devices:{device.id}:seed"))
    return codes(seed, device.digits, device.algorithm)


async def otp_proof(tools: Tools, store: Store, authenticator: Authenticator, code: str) -> Authenticator | None:
    """Return the authenticator after a right code of the device, None after a wrong one."""
    if authenticator.device is None:
        return _own(tools, authenticator, code, store.work.now)
    device = await store.find(DEVICES, authenticator.device)
    after = used(device, device_codes(tools, device), code, store.work.now) if device else None
    if after is None:
        return None
    await store.work.put(DEVICES, after)
    return authenticator


def _own(tools: Tools, authenticator: Authenticator, code: str, now: datetime) -> Authenticator | None:
    if authenticator.otp_seed is None:
        return None
    seed = tools.fields.decrypt(authenticator.otp_seed, f"authenticators:{authenticator.id}:otp_seed")
    step = used_step(seed, code, now, authenticator.last_step)
    return None if step is None else with_step(authenticator, step)
