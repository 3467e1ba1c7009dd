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
from services.identity.domain.logins import TRIES as SMS_TRIES
from services.identity.domain.passwords import Fault

CODE_LIFE = timedelta(hours=24)
"""How long a validation code counts (SP-40)."""

TRIES = 5
_EXPIRED = Refusal(code=IdentityRefusal.ACTIVATION_EXPIRED)
_REPLACED = Refusal(code=IdentityRefusal.LETTER_REPLACED)
_VOID = Refusal(code=IdentityRefusal.ACTIVATION_VOID)
_WRONG_CODE = Refusal(code=IdentityRefusal.WRONG_CODE)
WRONG_FACTOR = Refusal(code=IdentityRefusal.WRONG_CODE, details={"field": "second_factor_code"})


@dataclass(frozen=True, slots=True)
class Letter:
    """An activation letter that was sent; the id is the hash of its code."""

    id: str
    credential_id: UUID


@dataclass(frozen=True, slots=True)
class TextedCode:
    """The code by SMS that proves the number of the second factor; bound to its own id (ST-05, S6, S7)."""

    id: UUID
    hash: str
    until: datetime
    tries: int = 0


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

    texted: TextedCode | None = None

    def void(self, now: datetime) -> bool:
        """Say whether its codes count no more: too late, or tried too often (SP-40)."""
        texted = self.texted
        return (
            self.tries >= TRIES
            or now >= self.expires_at
            or (texted is not None and (now >= texted.until or texted.tries >= SMS_TRIES))
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """By what the second factor is confirmed: the seed of an own device, a device that came by post, or an SMS."""

    seed: str | None = None
    """In clear: the holder enrols an own device, until one could be sent."""

    device: str | None = None
    texted: TextedCode | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """The second factor that is taken into use, after its first code, from a device or by SMS."""

    needed: bool
    step: int | None
    """The step or count of the code, 0 by SMS; None: it was wrong, or none was given."""

    seed: str | None = None
    """Of the holder's own device."""

    device: Device | None = None
    """The device that came by post, after the code."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The facts when the holder completes."""

    code_right: bool
    factor_step: int | None
    """The step of the first code of the second factor; None: wrong, or not asked."""

    factor_needed: bool
    name_taken: bool
    password_fault: Fault | None


def decide_start(credential: Credential | None, letter: str, now: datetime) -> Refusal | None:
    """Let the holder start with the letter that counts, before the deadline (ST-04, ID-84)."""
    if credential is None:
        return UNKNOWN
    if credential.status is CredentialStatus.ACTIVATION_EXPIRED:
        return _EXPIRED
    refusal = _not_waiting(credential, now)
    return refusal if refusal is not None or credential.letter == letter else _REPLACED


def decide_completion(
    activation: Activation | None, credential: Credential | None, facts: Completion, now: datetime
) -> Refusal | None:
    """Let the holder complete: codes, deadline, identification, name, password, second factor (ST-05).

    Codes that are void are no end of the 30 days: the letter still gives new ones.
    """
    if activation is None or credential is None or credential.activation_id != activation.id:
        return UNKNOWN
    if refusal := _not_waiting(credential, now):
        return refusal
    if activation.void(now):
        return _VOID
    if not facts.code_right:
        return _WRONG_CODE
    if credential.level >= IDENTIFIED_FROM and credential.identified_at is None:
        return Refusal(code=IdentityRefusal.IDENTIFICATION_MISSING)
    return _chosen_refusal(facts)


def _chosen_refusal(facts: Completion) -> Refusal | None:
    """Refuse what the holder chose: a name that is taken, a weak password, a second factor with a wrong code."""
    if facts.name_taken:
        return Refusal(code=IdentityRefusal.USER_NAME_TAKEN)
    if facts.password_fault is not None:
        return Refusal(code=IdentityRefusal.WEAK_PASSWORD, details={"fault": facts.password_fault})
    if facts.factor_needed and facts.factor_step is None:
        return WRONG_FACTOR
    return None


def _not_waiting(credential: Credential, now: datetime) -> Refusal | None:
    """Refuse a credential that does not wait for activation, or whose 30 days are over though no timer has run."""
    if credential.status is CredentialStatus.ACTIVATION_EXPIRED:
        return _EXPIRED
    if credential.status is not CredentialStatus.WAITING_ACTIVATION:
        return WRONG_STATUS
    return _EXPIRED if now >= deadline(credential) else None


def tried(activation: Activation, refusal: Refusal) -> Activation:
    """Return the activation after a wrong code; what came by SMS has tries of its own."""
    if activation.texted is not None and refusal == WRONG_FACTOR:
        return replace(activation, texted=replace(activation.texted, tries=activation.texted.tries + 1))
    return replace(activation, tries=activation.tries + 1)


def activated(credential: Credential, now: datetime) -> Credential:
    """Return the credential in use; its letter is spent, its contract begins (ST-05, SP-102)."""
    return replace(
        credential, status=CredentialStatus.ACTIVE, letter=None, activation_id=None, contract_from=local_date(now)
    )
