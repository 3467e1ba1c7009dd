"""What notifications shows: the message box (berichtenbox), and what could not be delivered."""

from datetime import datetime
from typing import ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.actor import Actor
from contracts.message import Command, Done, Model, Page, Query
from contracts.notifications.values import Purpose

R = TypeVar("R", bound=Model)


class MarkRead(Command[Done]):
    """A person has read a message of the message box (SP-114)."""

    service: ClassVar[str] = "notifications"
    domain: ClassVar[str] = "notifications"

    actor: Actor
    message_id: UUID

    @property
    def key(self) -> str:
        """The message."""
        return str(self.message_id)


class NotificationsQuery(Query[R]):
    """A question to notifications."""

    service: ClassVar[str] = "notifications"
    domain: ClassVar[str] = "notifications"

    actor: Actor


class BoxMessage(Model):
    """A message of the message box."""

    message_id: UUID
    subject: str
    body: str
    sent_at: datetime
    read: bool
    about: UUID | None = None


class BoxPage(Page):
    """A part of the message box, newest first."""

    rows: tuple[BoxMessage, ...] = ()


class ListMessages(NotificationsQuery[BoxPage]):
    """The message box of the actor's organisation, in the actor's language (NO-01, NO-02)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class FailedDelivery(Model):
    """A message that could not be delivered; what it said is never shown (SP-116)."""

    notification_id: UUID
    subject_id: UUID
    """What it is about: the credential, the order of a device, the chain authorization."""

    purpose: Purpose
    channel: Literal["email", "sms", "post"]
    planned_at: datetime
    failed_at: datetime | None
    attempts: int
    reason: str
    again_until: datetime | None = None
    """Until then it can be sent again as it was; None: it is asked for anew where it came from."""


class FailedDeliveryPage(Page):
    """A part of the failed deliveries."""

    rows: tuple[FailedDelivery, ...] = ()


class ListFailedDeliveries(NotificationsQuery[FailedDeliveryPage]):
    """What could not be delivered, newest first, for the back office (SP-116); login codes are not among it."""

    purpose: Purpose | None = None
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)
