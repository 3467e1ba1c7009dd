"""Codes that travel on paper, by e-mail and by SMS; only keyed hashes of them are stored (S6)."""

import hmac
import secrets
from base64 import b64decode
from hashlib import sha256
from typing import Final
from uuid import UUID

DIGITS: Final = 6
_LETTER_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that cannot be mistaken for each other on paper: five bits each."""

_LETTER_GROUPS: Final = 4


def digits() -> str:
    """Return a code of six digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def letter_code() -> str:
    """Return the code of an activation letter: 80 bits, in groups of four."""
    groups = ("".join(secrets.choice(_LETTER_SIGNS) for _ in range(4)) for _ in range(_LETTER_GROUPS))
    return "-".join(groups)


def link_token() -> str:
    """Return the token of a link: 256 bits."""
    return secrets.token_urlsafe(32)


def password() -> str:
    """Return a random password for an account that somebody else makes."""
    return secrets.token_urlsafe(18)


class CodeHashes:
    """Keyed hashes of short codes: without the key a stored hash says nothing about its code."""

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(b64decode(key), b"codes", sha256)

    def hash(self, subject: UUID, code: str) -> str:
        """Return the hash of a code for one login or activation; elsewhere the code is another."""
        return hmac.new(self._key, f"{subject}:{code}".encode(), sha256).hexdigest()

    def number(self, text: str) -> str:
        """Return the hash by which a telephone number, or the beginning of several, is counted."""
        return hmac.new(self._key, f"number:{text}".encode(), sha256).hexdigest()

    def right(self, subject: UUID, code: str, stored: str) -> bool:
        """Say whether a code is the one that was hashed."""
        return hmac.compare_digest(self.hash(subject, code.strip()), stored)
