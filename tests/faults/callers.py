"""Who asks: people with sessions that are renewed, and visitors with the cookie of their device."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from stack.demo.api import RefusedError, with_cookies
from stack.demo.login import Desk

_RENEW_AFTER_S = 150.0
_PATIENCE_S = 60.0
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Caller:
    """Somebody who asks: `name` is the principal from whom, with route and key, a command's id is derived."""

    name = ""

    async def headers(self) -> dict[str, str]:
        """Return what proves who it is."""
        raise NotImplementedError

    async def renew(self) -> None:
        """Get a new proof, since the old one was refused."""

    def heard(self, cookies: list[str]) -> None:
        """Keep what an answer gave as a proof."""


@dataclass
class Visitor(Caller):
    """Somebody without an account, known by a device."""

    device: str
    cookies: str = ""
    """The header, with the proofs of what this visitor has asked."""

    @classmethod
    def fresh(cls, rng: Random) -> "Visitor":
        """Return a visitor with a device of its own."""
        return cls("".join(rng.choices(_LETTERS, k=32)))

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"anyone:{self.device}:-"

    async def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookies or f"__Host-device={self.device}"}

    def heard(self, cookies: list[str]) -> None:
        self.cookies = with_cookies(self.cookies or f"__Host-device={self.device}", cookies)


@dataclass
class Person(Caller):
    """Somebody with an account; the session is renewed before its token ends, and opened anew when that fails."""

    desk: Desk
    user: str
    mobile: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)
    since: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def claims(self) -> dict[str, Any]:
        """What the token says of its holder."""
        part = self.tokens["accessToken"].split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return found

    @property
    def name(self) -> str:  # type: ignore[override]
        claims = self.claims
        return f"{claims['kind']}:{claims['sub']}:{claims.get('tenant') or '-'}"

    async def headers(self) -> dict[str, str]:
        if time.monotonic() - self.since > _RENEW_AFTER_S:
            await self.renew()
        return {"Authorization": f"Bearer {self.tokens['accessToken']}"}

    async def renew(self) -> None:
        before = self.since
        async with self.lock:
            if self.since == before:
                self.tokens = await self._refreshed() or await self._logged_in()
                self.since = time.monotonic()

    async def _refreshed(self) -> dict[str, Any] | None:
        """Exchange the refresh token, the same call again while nobody answers; None when it was refused."""
        if not self.tokens:
            return None
        path, body = f"/v1/sessions/{self.tokens['sessionId']}/tokens", {"refreshToken": self.tokens["refreshToken"]}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found: dict[str, Any] = await self.desk.api.post(path, body)
        except (RefusedError, TimeoutError):
            return None
        return found

    async def _logged_in(self) -> dict[str, Any]:
        """Log in with password and code."""
        seen = await self.desk.arrivals.all("messages", self.mobile) if self.mobile else []
        password = self.desk.memory.passwords[self.user]
        login = await self.desk.api.post("/v1/logins", {"userName": self.user, "password": password})
        if self.mobile:
            after = seen[-1]["number"] if seen else 0
            text = (await self.desk.arrivals.newest("messages", self.mobile, after))["text"]
            code = text_code(text)
        else:
            code = await self.desk.code(self.user)
        found: dict[str, Any] = await self.desk.api.post(f"/v1/logins/{login['loginId']}/sessions", {"code": code})
        return found


def text_code(text: str) -> str:
    """Return the code of six digits in a text message."""
    return next(word for word in text.replace(".", " ").replace(",", " ").split() if word.isdigit() and len(word) == 6)


def key() -> str:
    """Return a fresh Idempotency-Key."""
    return str(uuid4())
