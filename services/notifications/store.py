"""What notifications keeps: deliveries and their contents, the message box, documents, and copies of others' facts."""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo.errors import DuplicateKeyError

from chassis.mongo import Collection, Database, Index
from chassis.sealed import FieldCipher
from chassis.time import real_now
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import CredentialState, CredentialStatus, OrganisationState
from contracts.message import BlobReference, State
from contracts.notifications import (
    Deliver,
    DeliveryFailed,
    DeliveryState,
    DeliveryStatus,
    DocumentMade,
    DocumentState,
    Purpose,
)
from contracts.values import Localized, Oin, Role
from services.notifications.domain.deliveries import Content, Delivery, Outcome, Plan
from services.notifications.domain.limits import LONG, SmsWindow
from services.notifications.domain.notices import Notice

ORGANISATIONS = "organisations"
CREDENTIALS = "credentials"
PROVIDERS = "service_providers"
ATTEMPTS = "attempts"
CREDENTIAL_INDEXES = (Index((("organisation_id", 1), ("role", 1), ("status", 1))), Index((("person_id", 1),)))
PROVIDER_INDEXES = (Index((("services.service_uuid", 1),)), Index((("oin", 1),)))
USABLE = (CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED)
"""The states in which a credential can be used."""


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
CONTENTS = Collection("contents", Content)
NOTICES = Collection(
    "notices", Notice,
    (Index((("organisation_id", 1), ("sent_at", -1), ("_id", -1))), Index((("expires_at", 1),), ttl_s=0)),
    audited=True, audit_scope=lambda notice: notice.organisation_id,
)  # fmt: skip
DOCUMENTS = Collection("documents", Document, audited=True)
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


class Vault:
    """Secrets of contents at rest, and telephone numbers as keyed hashes."""

    def __init__(self, cipher: FieldCipher, keys: Mapping[str, str]) -> None:
        self._cipher = cipher
        self._key = b64decode(next(iter(keys.values()), ""))

    def locked(self, content: Content) -> Content:
        """Return a content with its secrets encrypted."""
        secrets = {name: self._cipher.encrypt(text, _place(content, name)) for name, text in content.secrets.items()}
        return replace(content, secrets=secrets)

    def opened(self, content: Content) -> Content:
        """Return a content with its secrets in clear; SealError when one cannot be read."""
        secrets = {name: self._cipher.decrypt(text, _place(content, name)) for name, text in content.secrets.items()}
        return replace(content, secrets=secrets)

    def number(self, number: str) -> str:
        """Return the hash under which a telephone number is counted."""
        return hmac.digest(self._key, b"sms:" + number.encode(), "sha256").hex()


def _place(content: Content, name: str) -> str:
    return f"{CONTENTS.name}:{content.id}:{name}"


class Store:
    """The documents of one command."""

    def __init__(self, work: Work, vault: Vault) -> None:
        self._work = work
        self._vault = vault

    async def knows(self, id_: UUID) -> bool:
        """Say whether a delivery was planned before."""
        return await self._work.get(DELIVERIES, id_) is not None

    async def plan(self, plan: Plan) -> None:
        """Store a delivery and order it to be made; one that is known already is left as it is."""
        if await self.knows(plan.delivery.id):
            return
        await self._save(plan.delivery)
        if plan.delivery.planned:
            await self._work.put(CONTENTS, self._vault.locked(plan.content))
            self._work.send(Deliver(actor=SYSTEM, notification_id=plan.delivery.id))

    async def record(self, id_: UUID, outcome: Outcome) -> Delivery | None:
        """Store how a try ended: content goes when the delivery has ended, else the next try is set (SP-75)."""
        delivery = await self._work.get(DELIVERIES, id_)
        if delivery is None:
            return None
        after = delivery.after(outcome, self._work.now)
        if after != delivery:
            await self._save(after)
        if after.retry_at is not None:
            self._work.schedule("retry", after.retry_at, Deliver(actor=SYSTEM, notification_id=id_))
        if not after.planned:
            await self._work.remove(CONTENTS, id_)
        return after

    async def _save(self, delivery: Delivery) -> None:
        failed = delivery.status is DeliveryStatus.FAILED
        events = [DeliveryFailed(state=delivery_state(delivery))] if failed else []
        await self._work.put(DELIVERIES, delivery, *events)

    async def window(self, number: str) -> SmsWindow:
        """Return how often a number was written to lately."""
        id_ = self._vault.number(number)
        return await self._work.get(WINDOWS, id_) or SmsWindow(id_)

    async def save_window(self, window: SmsWindow) -> None:
        """Store how often a number was written to."""
        await self._work.put(WINDOWS, replace(window, forget_at=real_now() + LONG))

    async def notice(self, id_: UUID) -> Notice | None:
        """Return a message of the message box."""
        return await self._work.get(NOTICES, id_)

    async def save_notice(self, notice: Notice) -> None:
        """Store a message of the message box."""
        await self._work.put(NOTICES, notice)

    async def document(self, id_: UUID) -> Document | None:
        """Return a document that was made."""
        return await self._work.get(DOCUMENTS, id_)

    async def save_document(self, document: Document) -> None:
        """Store a document and announce it."""
        await self._work.put(DOCUMENTS, document, DocumentMade(state=document_state(document)))


class Copies:
    """What notifications knows of others, and its own documents outside a command."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def planned(self, id_: UUID) -> Plan | None:
        """Return a delivery that is still to be made, with its content in clear; None when there is nothing to do."""
        delivery = await self._database[DELIVERIES.name].find_one({"_id": id_, "status": DeliveryStatus.PLANNED.value})
        content = await self._database[CONTENTS.name].find_one({"_id": id_})
        if delivery is None or content is None:
            return None
        return Plan(DELIVERIES.value(delivery), self._vault.opened(CONTENTS.value(content)))

    async def begin(self, message_id: UUID) -> bool:
        """Mark a try as begun; False when it was begun before and its outcome is unknown (R22)."""
        try:
            await self._database[ATTEMPTS].insert_one({"_id": message_id, "at": real_now()})
        except DuplicateKeyError:
            return False
        return True

    async def administrators(self, organisation_id: UUID) -> list[CredentialState]:
        """Return the usable credentials of the administrators of an organisation, in a fixed order."""
        wanted = {
            "organisation_id": organisation_id,
            "role": Role.ADMINISTRATOR.value,
            "status": {"$in": [status.value for status in USABLE]},
        }
        found = self._database[CREDENTIALS].find(wanted).sort("_id", 1)
        return [_state(CredentialState, document) async for document in found]

    async def is_administrator(self, person_id: UUID, organisation_id: UUID) -> bool:
        """Say whether nothing known here speaks against it: the copy may be a moment behind the person's token."""
        known = {"person_id": person_id, "organisation_id": organisation_id}
        if await self._database[CREDENTIALS].find_one(known, {"_id": 1}) is None:
            return True
        usable = {"role": Role.ADMINISTRATOR.value, "status": {"$in": [status.value for status in USABLE]}}
        return await self._database[CREDENTIALS].find_one({**known, **usable}, {"_id": 1}) is not None

    async def organisation(self, id_: UUID) -> OrganisationState | None:
        """Return an organisation, None when it is not known here yet."""
        document = await self._database[ORGANISATIONS].find_one({"_id": id_})
        return _state(OrganisationState, document) if document else None

    async def provider_names(self, oins: tuple[Oin, ...]) -> dict[str, Localized]:
        """Return the names of service providers, by OIN; those not known are missing."""
        found = self._database[PROVIDERS].find({"oin": {"$in": list(oins)}}, {"oin": 1, "name": 1})
        return {document["oin"]: Localized.model_validate(document["name"]) async for document in found}

    async def service_names(self, uuids: tuple[UUID, ...]) -> dict[UUID, Localized]:
        """Return the names of services with their provider's, by ServiceUUID; those not known are missing."""
        wanted = set(uuids)
        names = {}
        async for document in self._database[PROVIDERS].find({"services.service_uuid": {"$in": list(wanted)}}):
            for service in document["services"]:
                if service["service_uuid"] in wanted:
                    names[service["service_uuid"]] = _full_name(document["name"], service["name"])
        return names


def _full_name(provider: dict[str, str], service: dict[str, str]) -> Localized:
    return Localized(nl=f"{provider['nl']}: {service['nl']}", en=f"{provider['en']}: {service['en']}")


def _state(kind: type[Any], document: dict[str, Any]) -> Any:
    state: State = kind.model_validate({**document, "id": document["_id"]})
    return state
