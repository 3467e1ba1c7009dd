"""Password hashes: argon2id with a pepper, in a bounded pool of threads beside the event loop (S3, S4)."""

import asyncio
import gzip
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from secrets import token_bytes
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.identity.domain.passwords import normalized

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1
_MARK: Final = "#"
_KEY_BYTES: Final = 32
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of comparing a password with a stored hash; `stored` is None where there is no such account."""

    stored: str | None
    right: bool
    renewed: str | None = None
    """A new hash, where the stored one has older parameters or an older pepper."""

    def holds_for(self, password_hash: str | None) -> bool:
        """Say whether the password is right, and the hash still the one that it was compared with."""
        return self.right and password_hash is not None and password_hash == self.stored


class Passwords:
    """Hashes and compares passwords; at most `threads` at once, so memory stays bounded.

    A stored hash ends with the name of its pepper, so that peppers rotate: hashes of an old one are renewed at login.
    """

    def __init__(self, pepper: str, threads: int, old_peppers: Iterable[str] = ()) -> None:
        self._current = _name(pepper)
        self._peppers = {_name(key): b64decode(key) for key in (pepper, *old_peppers)}
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._nobody = self._hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return the hash of a password, with its parameters."""
        return await self._run(lambda: self._hash(password))

    async def check(self, stored: str | None, password: str) -> Checked:
        """Compare a password; where there is no account the same work is done for nothing (S4)."""
        return await self._run(lambda: self._check(stored, password))

    async def _run(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _hash(self, password: str) -> str:
        return f"{self._hasher.hash(self._peppered(password, self._current))}{_MARK}{self._current}"

    def _check(self, stored: str | None, password: str) -> Checked:
        kept, _, pepper = (stored or self._nobody).partition(_MARK)
        try:
            self._hasher.verify(kept, self._peppered(password, pepper or self._current))
        except (VerifyMismatchError, InvalidHashError):
            return Checked(stored, right=False)
        if stored is None:
            return Checked(None, right=False)
        old = self._hasher.check_needs_rehash(kept) or pepper != self._current
        return Checked(stored, right=True, renewed=self._hash(password) if old else None)

    def _peppered(self, password: str, pepper: str) -> bytes:
        """Return what is hashed; a pepper that is gone leaves nothing that could be right."""
        key = self._peppers.get(pepper) or token_bytes(_KEY_BYTES)
        return b64encode(hmac.digest(key, normalized(password).encode(), sha256))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _name(pepper: str) -> str:
    """Return the short name of a pepper, which tells nothing about it."""
    return hmac.new(b64decode(pepper), b"name", sha256).hexdigest()[:8]


def common_passwords() -> frozenset[str]:
    """Return the common passwords and their cores that ship with the service, in lower case (S2)."""
    packed = files("services.identity").joinpath("common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n")) - {""}
