"""Activation by the holder: letter, validation code, user name and password, first code of the device (ID.6)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import CredentialStatus, IdentityRefusal
from contracts.message import Refusal
from contracts.values import local_date
from services.identity.domain.authority import UNKNOWN
from services.identity.domain.credentials import (
    IDENTIFIED_FROM,
    WRONG_STATUS,
    Credential,
    deadline,
)
from services.identity.domain.devices import Device
from services.identity.domain.passwords import Fault

CODE_LIFE = timedelta(hours=24)
"""How long a validation code counts (SP-40)."""

TRIES = 5
_EXPIRED = Refusal(code=IdentityRefusal.ACTIVATION_EXPIRED)
_WRONG_CODE = Refusal(code=IdentityRefusal.WRONG_CODE)


@dataclass(frozen=True, slots=True)
class Letter:
    """An activation letter that was sent; the id is the hash of its code."""

    id: str
    credential_id: UUID


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation that was started with the letter; only the newest of a credential counts."""

    id: UUID
    credential_id: UUID
    code_hash: str
    expires_at: datetime
    otp_seed: str | None
    """Encrypted (S37)."""

    tries: int = 0
    device: str | None = None
    """The serial number of the device that came by post: it is the second factor, and no seed is given."""


@dataclass(frozen=True, slots=True)
class Factor:
    """The second factor that is taken into use, after its first code."""

    needed: bool
    step: int | None
    """The step or count of the code; None: it was wrong, or none was given."""

    seed: str | None = None
    """Of the holder's own device."""

    device: Device | None = None
    """The device that came by post, after the code."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The facts when the holder completes."""

    code_right: bool
    otp_step: int | None
    """The time step of the first code of the device; None: wrong, or not asked."""

    otp_needed: bool
    name_taken: bool
    password_fault: Fault | None


def decide_start(credential: Credential | None, letter: str, now: datetime) -> Refusal | None:
    """Let the holder start with the letter that counts, before the deadline (ST-04, ID-84)."""
    if credential is None:
        return UNKNOWN
    if credential.status is CredentialStatus.ACTIVATION_EXPIRED:
        return _EXPIRED
    if credential.letter != letter:
        return UNKNOWN
    return _not_waiting(credential, now)


def decide_completion(
    activation: Activation | None, credential: Credential | None, facts: Completion, now: datetime
) -> Refusal | None:
    """Let the holder complete: code, deadline, identification, name, password, first code of the device (ST-05)."""
    if activation is None or credential is None or credential.activation_id != activation.id:
        return UNKNOWN
    if refusal := _not_waiting(credential, now):
        return refusal
    if activation.tries >= TRIES or now >= activation.expires_at:
        return _EXPIRED
    if not facts.code_right:
        return _WRONG_CODE
    if credential.level >= IDENTIFIED_FROM and credential.identified_at is None:
        return Refusal(code=IdentityRefusal.IDENTIFICATION_MISSING)
    return _chosen_refusal(facts)


def _chosen_refusal(facts: Completion) -> Refusal | None:
    """Refuse what the holder chose: a name that is taken, a weak password, a device that shows a wrong code."""
    if facts.name_taken:
        return Refusal(code=IdentityRefusal.USER_NAME_TAKEN)
    if facts.password_fault is not None:
        return Refusal(code=IdentityRefusal.WEAK_PASSWORD, details={"fault": facts.password_fault})
    if facts.otp_needed and facts.otp_step is None:
        return Refusal(code=IdentityRefusal.WRONG_CODE, details={"field": "second_factor_code"})
    return None


def _not_waiting(credential: Credential, now: datetime) -> Refusal | None:
    """Refuse a credential that does not wait for activation, or whose 30 days are over though no timer has run."""
    if credential.status is CredentialStatus.ACTIVATION_EXPIRED:
        return _EXPIRED
    if credential.status is not CredentialStatus.WAITING_ACTIVATION:
        return WRONG_STATUS
    return _EXPIRED if now >= deadline(credential) else None


def tried(activation: Activation) -> Activation:
    """Return the activation after a wrong code."""
    return replace(activation, tries=activation.tries + 1)


def activated(credential: Credential, now: datetime) -> Credential:
    """Return the credential in use; its letter is spent, its contract begins (ST-05, SP-102)."""
    return replace(
        credential, status=CredentialStatus.ACTIVE, letter=None, activation_id=None, contract_from=local_date(now)
    )
