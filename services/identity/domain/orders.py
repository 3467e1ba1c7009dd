"""Orders of OTP devices: who waits for one, which device goes to whom (ID-61, MS-06)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import (
    DeviceOrderState,
    DeviceOrderStatus,
    IdentityRefusal,
    PersonName,
)
from contracts.message import Refusal
from contracts.values import Language, Level, local_date
from profiles.costs import device_lines
from profiles.identity import Delivery
from profiles.model import Profile
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import WRONG_STATUS, Credential, is_open
from services.identity.domain.devices import Device
from services.identity.domain.forms import NOT_OFFERED


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """A device that goes to a person by post; `address` is encrypted for its place."""

    id: UUID
    credential_id: UUID
    person_id: UUID
    organisation_id: UUID
    name: PersonName
    language: Language
    organisation_name: str
    address: str
    submitted_at: datetime
    status: DeviceOrderStatus = DeviceOrderStatus.WAITING
    serial: str | None = None
    sent_at: datetime | None = None


def order_state(order: DeviceOrder) -> DeviceOrderState:
    """Return what others may know of an order."""
    return DeviceOrderState(
        id=order.id, organisation_id=order.organisation_id, person_id=order.person_id, status=order.status
    )


def address_lines(text: str) -> str:
    """Return an address as a letter shows it, as somebody wrote it: a line each, without empty ones."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def order_place(order_id: UUID) -> str:
    """Return the place for which the address of an order is encrypted (S37)."""
    return f"device_orders:{order_id}:address"


def decide_order(
    credential: Credential | None, waiting: Sequence[DeviceOrder], actor: Actor, profile: Profile, *, agreed: bool
) -> Refusal | None:
    """Judge a form that asks for a device: of who needs a second factor, its costs agreed to (ID-164, BI-16).

    `waiting` are the orders of the credential that have not gone out: nobody needs two.
    """
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if profile.second_factor.otp.delivery is not Delivery.POST:
        return NOT_OFFERED
    if refusal := _not_needed(credential, waiting, profile.second_factor.min_level):
        return refusal
    fee = profile.second_factor.otp.fee
    return None if fee is None or agreed else Refusal(code=IdentityRefusal.AGREEMENT_MISSING)


def _not_needed(credential: Credential | None, waiting: Sequence[DeviceOrder], from_level: Level) -> Refusal | None:
    if credential is None:
        return UNKNOWN
    if not is_open(credential) or credential.level < from_level:
        return WRONG_STATUS
    return Refusal(code=IdentityRefusal.ALREADY_ORDERED) if waiting else None


def decide_again(
    order: DeviceOrder | None, credential: Credential | None, device: Device | None, actor: Actor
) -> Refusal | None:
    """Judge a letter that is sent again: it failed, and who ordered the device still has and needs it (SP-116)."""
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if order is None:
        return UNKNOWN
    needed = credential is not None and is_open(credential)
    held = device is not None and device.person_id == order.person_id
    return None if order.status is DeviceOrderStatus.FAILED and needed and held else WRONG_STATUS


def device_fee(profile: Profile, now: datetime) -> int | None:
    """Return what a device costs, in cents without VAT; None: nothing (PR-07)."""
    lines = device_lines(profile, local_date(now))
    return sum(line.amount for line in lines) if lines else None


def sent(order: DeviceOrder, serial: str, now: datetime) -> DeviceOrder:
    """Return the order whose device goes out."""
    return replace(order, status=DeviceOrderStatus.SENT, serial=serial, sent_at=now)


def failed(order: DeviceOrder) -> DeviceOrder:
    """Return the order whose letter could not be sent."""
    return replace(order, status=DeviceOrderStatus.FAILED)


def cancelled(order: DeviceOrder) -> DeviceOrder:
    """Return the order that nobody needs any more."""
    return replace(order, status=DeviceOrderStatus.CANCELLED)
