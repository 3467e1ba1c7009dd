"""The collections of notifications, and what others may know of their values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.mongo import Collection, Index
from contracts.message import BlobReference
from contracts.notifications import DeliveryState, DocumentState, Purpose
from services.notifications.domain.deliveries import Content, Delivery
from services.notifications.domain.documents import PlannedDocument
from services.notifications.domain.limits import SmsWindow
from services.notifications.domain.notices import Notice

ORGANISATIONS = "organisations"
CREDENTIALS = "credentials"
PROVIDERS = "service_providers"
ATTEMPTS = "attempts"
CREDENTIAL_INDEXES = (Index((("organisation_id", 1), ("role", 1), ("status", 1))), Index((("person_id", 1),)))
PROVIDER_INDEXES = (Index((("services.service_uuid", 1),)), Index((("oin", 1),)))


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was made for a subject."""

    id: UUID
    subject_id: UUID
    purpose: Purpose
    blob: BlobReference
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """A try of a delivery that must not be repeated when its outcome is unknown; the id is the message's."""

    id: UUID
    at: datetime


DELIVERIES = Collection(
    "deliveries", Delivery, (Index((("subject_id", 1),)), Index((("status", 1), ("planned_at", 1)))), audited=True
)
CONTENTS = Collection("contents", Content, (Index((("forget_at", 1),), ttl_s=0),))
NOTICES = Collection(
    "notices", Notice,
    (Index((("organisation_id", 1), ("sent_at", -1), ("_id", -1))), Index((("expires_at", 1),), ttl_s=0)),
    audited=True, audit_scope=lambda notice: notice.organisation_id,
)  # fmt: skip
DOCUMENTS = Collection("documents", Document, audited=True)
PLANNED_DOCUMENTS = Collection("planned_documents", PlannedDocument, (Index((("status", 1), ("taken_until", 1))),))
WINDOWS = Collection("sms_windows", SmsWindow, (Index((("forget_at", 1),), ttl_s=0),))
BEGUN = Collection(ATTEMPTS, Begun, (Index((("at", 1),), ttl_s=7 * 24 * 3600),))


def delivery_state(delivery: Delivery) -> DeliveryState:
    """Return what others may know of a delivery."""
    return DeliveryState(
        id=delivery.id, subject_id=delivery.subject_id, purpose=delivery.purpose, status=delivery.status
    )


def document_state(document: Document) -> DocumentState:
    """Return what others may know of a document."""
    return DocumentState(id=document.id, subject_id=document.subject_id, purpose=document.purpose, blob=document.blob)
