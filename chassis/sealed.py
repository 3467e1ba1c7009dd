"""Secrets: sealed for one receiver while they travel, encrypted at rest where they stay (AES-256-GCM)."""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from secrets import token_bytes
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.message import SealedText

_NONCE = 12


class SealError(Exception):
    """A secret cannot be opened: another receiver, message or field, or it was changed."""


class Sealer:
    """Seals and opens the secret fields of messages; the keys are those of the receivers this process writes to."""

    def __init__(self, keys: Mapping[str, str], receiver: str) -> None:
        self._keys = {name: AESGCM(b64decode(key)) for name, key in keys.items()}
        self._receiver = receiver

    def seal(self, text: str, *, to: str, message_id: UUID, field: str) -> SealedText:
        """Return `text` sealed for the process `to`, bound to a message's id and a field's name."""
        nonce = token_bytes(_NONCE)
        sealed = self._keys[to].encrypt(nonce, text.encode(), _bond(message_id, field))
        return SealedText(urlsafe_b64encode(nonce + sealed).decode())

    def open(self, sealed: SealedText, *, message_id: UUID, field: str) -> str:
        """Return the text of a field that was sealed for this process; raise SealError."""
        try:
            raw = urlsafe_b64decode(sealed)
            return self._keys[self._receiver].decrypt(raw[:_NONCE], raw[_NONCE:], _bond(message_id, field)).decode()
        except (InvalidTag, ValueError) as error:
            raise SealError(f"{field} cannot be opened") from error


def _bond(message_id: UUID, field: str) -> bytes:
    return f"{message_id}:{field}".encode()


class FieldCipher:
    """Encrypts values at rest; the first key is the current one, its id is stored with the value (S37)."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {id_: AESGCM(b64decode(key)) for id_, key in keys.items()}
        self._current = next(iter(keys), "")

    def encrypt(self, text: str, place: str) -> str:
        """Return `text` encrypted for one place (collection, id and field): elsewhere it cannot be read."""
        return self.encrypt_bytes(text.encode(), place)

    def encrypt_bytes(self, data: bytes, place: str) -> str:
        """Return data encrypted for one place, as text."""
        nonce = token_bytes(_NONCE)
        sealed = self._keys[self._current].encrypt(nonce, data, place.encode())
        return f"{self._current}:{b64encode(nonce + sealed).decode()}"

    def is_current(self, encrypted: str) -> bool:
        """Say whether a value is encrypted with the current key."""
        return encrypted.partition(":")[0] == self._current

    def renew(self, encrypted: str, place: str) -> str:
        """Return a value encrypted with the current key; raise SealError when it cannot be read."""
        return self.encrypt(self.decrypt(encrypted, place), place)

    def decrypt(self, encrypted: str, place: str) -> str:
        """Return the text; raise SealError when it was moved or changed, or its key is gone."""
        key_id, _, text = encrypted.partition(":")
        try:
            raw = b64decode(text)
            return self._keys[key_id].decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError, KeyError) as error:
            raise SealError("the stored value cannot be read") from error
