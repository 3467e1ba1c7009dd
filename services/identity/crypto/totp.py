"""One-time passwords by time (RFC 6238): the present and the previous step, each once (S5, SP-40)."""

import hmac
from datetime import datetime
from typing import Final

import pyotp

STEP_S: Final = 30
_SEED_SIGNS: Final = 32
"""Base32 signs of a seed of 160 bits."""


def new_seed() -> str:
    """Return a random seed of 160 bits in base32."""
    return pyotp.random_base32(_SEED_SIGNS)


def provisioning_uri(seed: str, name: str, issuer: str) -> str:
    """Return the otpauth URI with which a device is enrolled."""
    return pyotp.TOTP(seed).provisioning_uri(name=name, issuer_name=issuer)


def used_step(seed: str, code: str, now: datetime, last_step: int) -> int | None:
    """Return the time step whose code this is; None for a wrong one, and for one that was used before."""
    generator = pyotp.HOTP(seed)
    present = int(now.timestamp()) // STEP_S
    found = None
    for step in (present - 1, present):
        if hmac.compare_digest(generator.at(step).encode(), code.strip().encode()) and step > last_step:
            found = step
    return found
