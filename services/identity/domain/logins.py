"""The two steps of login, and the pauses after wrong guesses (ID-178 to ID-183, S6, S11, SP-39, SP-40)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

from contracts.identity import Destination, IdentityRefusal, SecondFactor
from contracts.message import Refusal
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.people import Account, Authenticator
from services.identity.domain.texting import wait_refusal

CODE_LIFE = timedelta(minutes=5)
TRIES = 3
FREE_FAILURES = 5
"""From this failure on there are pauses."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
CEILING = 100
"""From so many failures in a row on nobody logs in from that device, until the password is recovered (S12)."""

_EXPIRED = Refusal(code=IdentityRefusal.LOGIN_EXPIRED)
Outcome = Literal["done", "wrong_password", "wrong_code", "no_access"]


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failures in a row from one device, or from all unknown devices together, at one account."""

    id: str
    failures: int = 0
    paused_until: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A login whose first step succeeded; it is removed when it ends, so that no code counts twice (ID-182)."""

    id: UUID
    account_id: str
    person_id: UUID
    bucket: str
    device: str | None
    """The hash of the device cookie."""

    second_factor: SecondFactor | None
    code_hash: str | None
    expires_at: datetime
    tries: int = 0
    destination: Destination | None = None
    """The page that the person was on the way to (GW-22)."""

    factor_changes: int = 0
    """The account's when it began."""

    network: str | None = None
    """From where it was begun, shortened (SP-44)."""


@dataclass(frozen=True, slots=True)
class LoginRecord:
    """An entry of the login history (ID-190, SP-44); without person where there is no such account."""

    id: UUID
    person_id: UUID | None
    organisation_id: UUID | None
    at: datetime
    outcome: Outcome
    network: str | None = None
    """The address, shortened to its network."""


def device_hash(device: str | None) -> str | None:
    """Return what is kept of a device cookie."""
    return None if device is None else sha256(device.encode()).hexdigest()


def bucket(account_id: str, device: str | None, authenticator: Authenticator | None) -> str:
    """Return where a failure counts: a device that has logged in before has its own count (S11)."""
    hashed = device_hash(device)
    known = authenticator is not None and hashed in authenticator.devices
    return f"{account_id}:{hashed}" if known else unknown_bucket(account_id)


def unknown_bucket(account_id: str) -> str:
    """Return where the failures of all devices count that have not logged in before (S11)."""
    return f"{account_id}:unknown"


def failed(attempts: Attempts, now: datetime) -> Attempts:
    """Return the count after one more failure; from the fifth on with a pause that doubles up to an hour."""
    failures = attempts.failures + 1
    until = None
    if failures >= FREE_FAILURES:
        doubled = FIRST_PAUSE * 2 ** min(failures - FREE_FAILURES, 7)
        until = now + min(doubled, LONGEST_PAUSE)
    return replace(attempts, failures=failures, paused_until=until, last_at=now)


def pause_refusal(attempts: Attempts, now: datetime) -> Refusal | None:
    """Refuse during a pause, telling its length in seconds, and after too many failures; such a try counts not."""
    if attempts.failures >= CEILING:
        return Refusal(code=IdentityRefusal.AUTHENTICATOR_OFF)
    return wait_refusal(attempts.paused_until, now)


def buckets(authenticator: Authenticator) -> tuple[str, ...]:
    """Return all counts of an account: of the devices that it knows, of all others together, and more."""
    return tuple(
        f"{authenticator.id}:{device}" for device in (*authenticator.devices, "unknown", "recovery", "session")
    )


def decide_first_step(
    attempts: Attempts, *, right: bool, reaches: bool, texts: Refusal | None, now: datetime
) -> Refusal | None:
    """Judge user name and password; an unknown name and a wrong password are told apart by nobody (ID-178, S4).

    `texts` is what the limits of codes by SMS say (S8).
    """
    if refusal := pause_refusal(attempts, now):
        return refusal
    if not right:
        return Refusal(code=IdentityRefusal.WRONG_CREDENTIALS)
    if not reaches:
        return NOT_ALLOWED
    return texts


def open_refusal(login: Login | None, account: Account | None, now: datetime) -> Refusal | None:
    """Refuse a login that is over: unknown, completed, too late or tried too often (ID-182, SP-40).

    One that was begun with a former second factor is over as well: its code proves nothing any more (S16).
    """
    if login is None or account is None or now >= login.expires_at or login.tries >= TRIES:
        return _EXPIRED
    return None if login.factor_changes == account.factor_changes else _EXPIRED


def decide_second_step(
    login: Login | None, account: Account | None, attempts: Attempts, *, right: bool, reaches: bool, now: datetime
) -> Refusal | None:
    """Judge the code, then whether the chosen organisation is one of the person's own (ID-179, GW-03)."""
    if refusal := open_refusal(login, account, now) or pause_refusal(attempts, now):
        return refusal
    if not right:
        return Refusal(code=IdentityRefusal.WRONG_CODE)
    return None if reaches else UNKNOWN


def tried(login: Login) -> Login:
    """Return the login after a wrong code."""
    return replace(login, tries=login.tries + 1)
