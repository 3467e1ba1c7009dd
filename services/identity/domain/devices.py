"""OTP devices of the supplier, by serial number: codes by time or by count, each once (ID-61, ID-181, ID-182)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.identity import DeviceStep, IdentityRefusal
from contracts.message import Refusal
from contracts.values import Level
from services.identity.domain.authority import FOUR_EYES
from services.identity.domain.credentials import Credential, takes_two

AHEAD = 10
"""Presses of the button without a login after which a code still counts (RFC 4226, 7.4)."""

BEHIND = 1
"""Time steps before the present one that count (S5)."""

FAR = 200
"""How far two codes in a row are looked for when a device is resynchronised."""


class DeviceKind(StrEnum):
    """What a device's codes follow from."""

    TOTP = "totp"
    HOTP = "hotp"


class Algorithm(StrEnum):
    """The hash of the HMAC."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


@dataclass(frozen=True, slots=True)
class Make:
    """What the maker's file says of a device."""

    serial: str
    kind: DeviceKind
    seed: bytes
    digits: int = 6
    step_s: int = 30
    algorithm: Algorithm = Algorithm.SHA1
    counter: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """A device; the id is its serial number."""

    id: str
    kind: DeviceKind
    seed: str
    """Hexadecimal, encrypted (S37)."""

    digits: int
    step_s: int
    algorithm: Algorithm
    next: int
    """The first counter or time step that still counts: a code counts once (ID-182)."""

    drift: int = 0
    """Time steps that the device's clock is ahead."""

    person_id: UUID | None = None
    imported_at: datetime | None = None
    given: bool = False
    """Once given it is no stock any more: who has it may have worn it out, or lost it."""


@dataclass(frozen=True, slots=True)
class DeviceReview:
    """What one employee has asked for somebody's device, and another has to ask as well (S9, S25)."""

    id: UUID
    """That of the person, of the credential that a device is ordered for, or of the order that is posted again."""

    step: DeviceStep
    person_id: UUID
    entered: str
    """What both have to enter: the serial number, or a keyed hash of the address."""

    reviewed_by: UUID
    """The first of the two employees."""

    submitted_at: datetime
    taken: str | None = None
    """The serial number of the device that was taken from the stock for it."""


CodeAt = Callable[[int], str]
"""The code of a counter or time step."""


def present(device: Device, now: datetime) -> int:
    """Return the time step of a device's own clock."""
    return int(now.timestamp()) // device.step_s + device.drift


def used(device: Device, at: CodeAt, code: str, now: datetime) -> Device | None:
    """Return the device after a code of its window; None for a wrong one, and for one that was used before."""
    if device.kind is DeviceKind.HOTP:
        window = range(device.next, device.next + AHEAD)
    else:
        step = present(device, now)
        window = range(max(step - BEHIND, device.next), step + 1)
    found = next((place for place in window if at(place) == code.strip()), None)
    return None if found is None else replace(device, next=found + 1)


def resynchronised(device: Device, at: CodeAt, first: str, second: str, now: datetime) -> Device | Refusal:
    """Find a device again by two codes in a row, within a window that is wide but never behind what was used."""
    step = int(now.timestamp()) // device.step_s
    start = device.next if device.kind is DeviceKind.HOTP else max(step - FAR, device.next)
    end = start + FAR if device.kind is DeviceKind.HOTP else step + FAR
    for place in range(start, end):
        if at(place) == first.strip() and at(place + 1) == second.strip():
            drift = 0 if device.kind is DeviceKind.HOTP else place + 1 - step
            return replace(device, next=place + 2, drift=drift)
    return Refusal(code=IdentityRefusal.WRONG_CODE)


def decide_assignment(device: Device | None, person_id: UUID) -> Device | Refusal:
    """Give a device to a person; one that another person has stays there."""
    if device is None:
        return Refusal(code=IdentityRefusal.UNKNOWN)
    if device.person_id not in {None, person_id}:
        return Refusal(code=IdentityRefusal.DEVICE_TAKEN)
    return replace(device, person_id=person_id, given=True)


def decide_review(
    before: DeviceReview | None, given: DeviceReview, held: Iterable[Credential], four_eyes: frozenset[Level]
) -> DeviceReview | Refusal | None:
    """Let two employees give the holder of a level for four eyes another second factor (S9, S25, SP-128).

    Returns what waits for the second; None: it takes effect, by one employee at lower levels, else by both.
    """
    if not takes_two(held, four_eyes):
        return None
    if before is None or before.entered != given.entered:
        return given
    return FOUR_EYES if before.reviewed_by == given.reviewed_by else None


def set_aside(device: Device) -> Device:
    """Return a device that is no stock any more: an employee has it in hand for somebody."""
    return replace(device, given=True)


def put_back(device: Device) -> Device:
    """Return a device to the stock that was taken from there, and that nobody got."""
    return replace(device, given=False)
