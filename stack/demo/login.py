"""Logging in as people do: user name and password, then the code of the device or of the SMS."""

import asyncio
from datetime import UTC, datetime
from math import ceil
from typing import TYPE_CHECKING, Any

import httpx

from stack.demo.api import Api
from stack.demo.people import STEP_S, Memory
from stack.demo.present import Present

if TYPE_CHECKING:
    from stack.system import Stack

_ARRIVES_S = 20
_LAG_S = 2.0
"""So long after a step has begun the server certainly knows it."""
_GOOD_S = 15.0
"""So long a code must stay good: on a busy machine a request may take seconds."""


class Arrivals:
    """Reads what arrives at the sinks."""

    def __init__(self, stack: "Stack", client: httpx.AsyncClient) -> None:
        self._url = stack.mail_url
        self._client = client

    async def newest(self, kind: str, to: str, after: int = 0) -> dict[str, Any]:
        """Wait for the newest mail, message or letter to somebody that is numbered above `after`."""
        query: dict[str, Any] = {"to": to, "after": after, "wait": _ARRIVES_S}
        found: list[dict[str, Any]] = (await self._client.get(f"{self._url}/{kind}", params=query, timeout=40)).json()
        if not found:
            raise TimeoutError(f"nothing in {kind} for {to}")
        return found[-1]

    async def all(self, kind: str, to: str) -> list[dict[str, Any]]:
        """Return everything that somebody was sent."""
        found: list[dict[str, Any]] = (await self._client.get(f"{self._url}/{kind}", params={"to": to})).json()
        return found


class Desk:
    """What the demo needs at hand: the API, the sinks, the time and the memory."""

    def __init__(self, stack: "Stack", api: Api, memory: Memory) -> None:
        self.stack = stack
        self.api = api
        self.memory = memory
        self.present = Present(stack)
        self.arrivals = Arrivals(stack, api.client)

    async def code(self, user: str) -> str:
        """Return the oldest code of a user's device that nobody has used and that stays good for a while.

        The server takes the codes of this step and of the one before (S5), by its own clock.
        """
        now = self.present.now().timestamp()
        step = max(self.memory.unused(user), ceil((now + _GOOD_S) / STEP_S) - 2)
        self.memory.use(user, step)
        await asyncio.sleep(max(0.0, step * STEP_S + _LAG_S - now))
        return self.memory.code(user, datetime.fromtimestamp(step * STEP_S, UTC))

    async def log_in(self, user: str, mobile: str = "") -> Api:
        """Return the API with a session of a user."""
        seen = await self.arrivals.all("messages", mobile) if mobile else []
        after = seen[-1]["number"] if seen else 0
        login = await self.api.post("/v1/logins", {"userName": user, "password": self.memory.passwords[user]})
        if mobile:
            text = (await self.arrivals.newest("messages", mobile, after))["text"]
            code = digits(text, 6)
        else:
            code = await self.code(user)
        session = await self.api.post(f"/v1/logins/{login['loginId']}/sessions", {"code": code})
        return self.api.acting(session["accessToken"])


def digits(text: str, number: int) -> str:
    """Return the first run of so many digits in a text."""
    import re  # noqa: PLC0415

    found = re.search(rf"(?<!\d)\d{{{number}}}(?!\d)", text)
    if found is None:
        raise ValueError(f"no code of {number} digits in: {text}")
    return found[0]
