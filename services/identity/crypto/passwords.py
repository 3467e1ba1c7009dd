"""Password hashes: argon2id with a pepper, in a bounded pool of threads beside the event loop (S3, S4)."""

import asyncio
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.identity.domain.passwords import normalized

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
LANES: Final = 1
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of comparing a password with a stored hash; `stored` is None where there is no such account."""

    stored: str | None
    right: bool
    renewed: str | None = None
    """A new hash, where the stored one has older parameters."""

    def holds_for(self, password_hash: str | None) -> bool:
        """Say whether the password is right, and the hash still the one that it was compared with."""
        return self.right and password_hash is not None and password_hash == self.stored


class Passwords:
    """Hashes and compares passwords; at most `threads` at once, so memory stays bounded."""

    def __init__(self, pepper: str, threads: int) -> None:
        self._pepper = b64decode(pepper)
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._nobody = self._hasher.hash(self._peppered("nobody has this password"))

    async def hash(self, password: str) -> str:
        """Return the hash of a password, with its parameters."""
        return await self._run(lambda: self._hash(password))

    async def check(self, stored: str | None, password: str) -> Checked:
        """Compare a password; where there is no account the same work is done for nothing (S4)."""
        return await self._run(lambda: self._check(stored, password))

    async def _run(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(self._peppered(password))

    def _check(self, stored: str | None, password: str) -> Checked:
        peppered = self._peppered(password)
        try:
            self._hasher.verify(stored or self._nobody, peppered)
        except (VerifyMismatchError, InvalidHashError):
            return Checked(stored, right=False)
        if stored is None:
            return Checked(None, right=False)
        renewed = self._hasher.hash(peppered) if self._hasher.check_needs_rehash(stored) else None
        return Checked(stored, right=True, renewed=renewed)

    def _peppered(self, password: str) -> bytes:
        return b64encode(hmac.digest(self._pepper, normalized(password).encode(), sha256))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def common_passwords() -> frozenset[str]:
    """Return the common passwords and their cores that ship with the service, in lower case (S2)."""
    text = files("services.identity").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split("\n")) - {""}
