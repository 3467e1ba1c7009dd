"""The chain over the audit trail: numbers, hashes and signed heads, so that a change of the past shows (S42).

h_i = sha256(h_{i-1} + entry) per scope. A chain alone shows neither a cut-off end nor an end that was written anew with
fitting hashes; the heads show both, signed (Ed25519) and kept in a database of their own. What was sealed after the
newest head (at most 60 s or 1,000 entries) has only the chain.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.mongo import Document

START = bytes(32)
"""What stands before the first entry."""

_NOT_HASHED = frozenset({"hash", "sealed"})


def entry_hash(before: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the hash of an entry (its number and scope included) behind the hash before it."""
    return sha256(before + canonical(row)).digest()


def canonical(row: Mapping[str, Any]) -> bytes:
    """Return the one form of an entry: JSON with sorted names, values with their type where JSON has none."""
    entry = {name: value for name, value in row.items() if name not in _NOT_HASHED}
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), default=_typed).encode()


def _typed(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$date": value.isoformat(timespec="milliseconds")}
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    return {f"${type(value).__name__}": str(value)}


class Heads:
    """Signs heads and checks them, with the key pair of a JWK (OKP, Ed25519)."""

    def __init__(self, key: Mapping[str, str]) -> None:
        self._key = key
        self._public = Ed25519PublicKey.from_public_bytes(_decoded(key["x"]))

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(_decoded(self._key["d"]))

    def head(self, scope: str, number: int, hash_: bytes, at: datetime) -> Document:
        """Return the signed head of a scope's chain."""
        signature = self._private.sign(_signed(scope, number, hash_, at))
        return {
            "_id": f"{scope}:{number}",
            "scope": scope,
            "number": number,
            "hash": hash_,
            "at": at,
            "key": self._key.get("kid", ""),
            "signature": signature,
        }

    def holds(self, head: Mapping[str, Any], scope: str) -> bool:
        """Tell whether a head was signed with this key, for this scope."""
        try:
            signed = _signed(scope, head["number"], bytes(head["hash"]), head["at"])
            self._public.verify(bytes(head["signature"]), signed)
        except (InvalidSignature, KeyError, TypeError, ValueError, AttributeError):
            return False
        return bool(head.get("scope") == scope)


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed(scope: str, number: int, hash_: bytes, at: datetime) -> bytes:
    return json.dumps([scope, number, hash_.hex(), at.isoformat(timespec="milliseconds")]).encode()


class Check:
    """Reads a scope's entries in order of number and finds the first that is not what was sealed."""

    def __init__(self, scope: str, heads: Iterable[Mapping[str, Any]], keys: Heads | None) -> None:
        self._scope = scope
        self._heads = {head["number"]: head for head in heads}
        self._keys = keys
        self._hash = START
        self._number = 0
        self._sure = 0
        self.bad: int | None = None
        """The first bad number so far."""

    def read(self, row: Mapping[str, Any]) -> bool:
        """Take the next entry; False once something is bad."""
        if self.bad is None:
            self.bad = self._fault(row)
        return self.bad is None

    def _fault(self, row: Mapping[str, Any]) -> int | None:
        number = self._number + 1
        self._hash = entry_hash(self._hash, row)
        fits = row.get("number") == number and row.get("scope") == self._scope and row.get("sealed") is True
        if not fits or row.get("hash") != self._hash:
            return number
        self._number = number
        head = self._heads.pop(number, None)
        if head is None:
            return None
        if bytes(head["hash"]) != self._hash or not self._trusted(head):
            return self._sure + 1  # the hashes fit one another: somewhere behind the head before, all were made anew
        self._sure = number
        return None

    def end(self) -> int | None:
        """Return the first bad number, now that no more entries come: heads that are left name what was cut off."""
        if self.bad is None and self._heads:
            self.bad = self._number + 1
        return self.bad

    def _trusted(self, head: Mapping[str, Any]) -> bool:
        return self._keys is None or self._keys.holds(head, self._scope)


def first_bad(
    scope: str, rows: Iterable[Mapping[str, Any]], heads: Iterable[Mapping[str, Any]], keys: Heads | None
) -> int | None:
    """Return the number of the first entry that is missing or not what was sealed; None when all is well.

    Where an end was written anew with fitting hashes, the number is the first behind the last head that holds.
    """
    check = Check(scope, heads, keys)
    for row in rows:
        if not check.read(row):
            break
    return check.end()
