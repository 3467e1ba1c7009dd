"""Persons, their accounts and what proves that an account is theirs (SP-20, SP-38)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from contracts.actor import StaffRole
from contracts.identity import PersonName, SecondFactor
from contracts.values import Language
from services.identity.domain.texting import LONG

DEVICES_KEPT = 20


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person; `mobile` is encrypted, None where no number was given."""

    id: UUID
    name: PersonName
    birth_date: date | None
    email: str
    language: Language
    mobile: str | None
    credential_ids: tuple[UUID, ...] = ()
    account_id: str | None = None
    birth_place: str | None = None
    nationality: str | None = None
    phone: str | None = None
    """Encrypted, as `mobile`."""
    device: str | None = None
    """The serial number of the OTP device that was posted to this person last (ID-61)."""

    identification_address: str | None = None
    """Encrypted, until the identification is ordered there; None: none is asked (ID-54, ID-56)."""

    document_id: UUID | None = None
    """The identity document that was entered last; None: none was asked, or it was before this was kept (ID-43)."""

    mutation_id: UUID | None = None
    """The change in treatment, which locks every other one at every organisation (ID-111, SP-16)."""


@dataclass(frozen=True, slots=True)
class Account:
    """How a person logs in; the id is the hash of the user name, so that names differing in case are one (SP-38)."""

    id: str
    person_id: UUID
    user_name: str
    second_factor: SecondFactor | None
    staff_roles: frozenset[StaffRole] = frozenset()
    asked_roles: frozenset[StaffRole] = frozenset()
    """The roles of a new employee whom a second reviewer has to confirm (S25)."""

    asked_by: UUID | None = None
    factor_changes: int = 0
    """How often the second factor has changed: what was opened with a former one counts no more (S16)."""


def with_factor(account: Account, factor: SecondFactor) -> Account:
    """Return the account with another second factor, of another kind or of the same (ID-184)."""
    return replace(account, second_factor=factor, factor_changes=account.factor_changes + 1)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """The secrets of an account, apart from it: they change at each login and stay out of the audit trail."""

    id: str
    password_hash: str
    otp_seed: str | None
    """Encrypted (S37)."""

    last_step: int = 0
    """The time step of the last TOTP code used: it and all before it count no more (ID-182)."""

    devices: tuple[str, ...] = ()
    """Hashes of the device cookies that have completed a login, oldest first (S11)."""

    codes_sent: tuple[datetime, ...] = ()

    device: str | None = None
    """The serial number of the supplier's OTP device; its seed takes the place of the own one (ID-61)."""

    coming: str | None = None
    """The serial number of a device that was posted: its first right code makes it the second factor."""


def with_device(authenticator: Authenticator, device_hash: str | None) -> Authenticator:
    """Return the authenticator that knows a device."""
    if device_hash is None or device_hash in authenticator.devices:
        return authenticator
    return replace(authenticator, devices=(*authenticator.devices, device_hash)[-DEVICES_KEPT:])


def with_supplied(authenticator: Authenticator, serial: str) -> Authenticator:
    """Return the authenticator whose second factor is a device of the supplier; an own seed is gone (ID-184)."""
    return replace(authenticator, device=serial, otp_seed=None, coming=None)


def with_step(authenticator: Authenticator, step: int) -> Authenticator:
    """Return the authenticator after the code of a time step."""
    return replace(authenticator, last_step=step)


def texted(authenticator: Authenticator, now: datetime) -> Authenticator:
    """Return the authenticator after a code by SMS; codes older than a day are forgotten."""
    recent = tuple(sent for sent in authenticator.codes_sent if now - sent < LONG)
    return replace(authenticator, codes_sent=(*recent, now))
