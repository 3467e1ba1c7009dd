"""The vault: secrets of contents at rest, and telephone numbers as keyed hashes."""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from chassis.sealed import FieldCipher
from services.notifications.domain.deliveries import Content
from services.notifications.domain.documents import PlannedDocument
from services.notifications.store.collections import CONTENTS, PLANNED_DOCUMENTS


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

    def locked_number(self, number: str, document_id: UUID) -> str:
        """Return the fiscal number of a planned document encrypted."""
        return self._cipher.encrypt(number, _number_place(document_id))

    def opened_number(self, planned: PlannedDocument) -> str | None:
        """Return the fiscal number of a planned document in clear; SealError when it cannot be read."""
        if planned.fiscal_number is None:
            return None
        return self._cipher.decrypt(planned.fiscal_number, _number_place(planned.id))


def _number_place(document_id: UUID) -> str:
    return f"{PLANNED_DOCUMENTS.name}:{document_id}:fiscal_number"


def _place(content: Content, name: str) -> str:
    return f"{CONTENTS.name}:{content.id}:{name}"
