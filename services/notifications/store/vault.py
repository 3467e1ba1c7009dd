"""The vault: secrets of contents at rest, and telephone numbers as keyed hashes."""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace

from chassis.sealed import FieldCipher
from services.notifications.domain.deliveries import Content
from services.notifications.store.collections import CONTENTS


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
