"""Message box, failed deliveries, quotations, subscriptions and charges over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.billing import Item
from contracts.identity import CredentialType, SecondFactor
from contracts.notifications import Purpose
from contracts.values import Level
from gateway.schemas.base import In, Out, Whole, Years


class BoxMessageOut(Out):
    """A message of the message box."""

    message_id: UUID
    subject: str
    body: str
    sent_at: datetime
    read: bool
    about: UUID | None


class FailedDeliveryOut(Out):
    """A message that could not be delivered, and what it is about; `attempts` counts the last tries in a row."""

    notification_id: UUID
    subject_id: UUID
    purpose: Purpose
    channel: Literal["email", "sms", "post"]
    planned_at: datetime
    failed_at: datetime | None
    attempts: int
    reason: str
    again_until: datetime | None = Field(description="Until then it can be sent again as it was; null: it cannot.")


class QuotationIn(In):
    """What to quote, with what its costs depend on.

    A credential: level, years, second factor; an upgrade: the new ones; a conversion: the new type, years; a link
    subscription: years. `quantity` counts the organisations, of link fees without the present one. A Belastingdienst
    credential is quoted as a conversion, or with the application of its holder.
    """

    item: Item
    quantity: Whole = Field(default=1, ge=1, le=5000)
    level: Level | None = None
    years: Years | None = None
    second_factor: SecondFactor | None = None
    credential_type: CredentialType | None = None


class QuotationLineOut(Out):
    """A line; amounts in cents without VAT."""

    item: Item
    quantity: int
    unit_price: int
    vat_per_mille: int
    per: str
    amount: int
    level: Level | None
    years: int | None


class QuotationOut(Out):
    """The costs in cents, and the token that an order names."""

    id: UUID
    lines: tuple[QuotationLineOut, ...]
    total: int
    vat: int
    expires_at: datetime
    token: str


class SubscriptionOut(Out):
    """A subscription; the price in cents without VAT."""

    subscription_id: UUID
    item: Item
    unit_price: int
    start: date
    end: date | None


class ChargeOut(Out):
    """A charge; amounts in cents."""

    charge_id: UUID
    subject_id: UUID
    item: Item
    amount: int
    vat: int
    period_start: date
    period_end: date
