"""A client of the API as the demo needs it: logs in, repeats nothing twice, follows a 202 to its outcome."""

import asyncio
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Self
from uuid import uuid4

import httpx

_OUTCOME_S = 30.0
_TIMEOUT_S = 30.0
_PATIENCE_S = 20.0
_PASSING = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)


class RefusedError(Exception):
    """The API answered with a problem."""

    def __init__(self, request: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{request}: {status} {problem}")
        self.status = status
        self.code = str(problem.get("code"))


@dataclass
class Api:
    """Calls the gateway, with or without a session."""

    url: str
    token: str | None = None
    client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=_TIMEOUT_S))
    patience_s: float = _PATIENCE_S
    """How long it goes on while nobody answers."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    def acting(self, token: str) -> "Api":
        """Return the same client with a session."""
        return replace(self, token=token)

    async def get(self, path: str, **query: Any) -> Any:
        """Read."""
        answer = await self._send("GET", path, params={k: v for k, v in query.items() if v is not None})
        return answer.json() if "json" in answer.headers["content-type"] else answer.content

    async def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        """Ask for a change; the same key goes along when the call is repeated."""
        return await self._change("POST", path, json=body, **more)

    async def delete(self, path: str, **query: Any) -> Any:
        """Take away."""
        return await self._change("DELETE", path, params=query)

    async def _change(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self._send(method, path, headers=headers, **more)
        if answer.status_code == httpx.codes.ACCEPTED and "location" in answer.headers:
            return await self._outcome(answer.headers["location"])
        return answer.json() if answer.content else None

    async def _outcome(self, location: str) -> Any:
        """Wait for the outcome of a stored request."""
        async with asyncio.timeout(_OUTCOME_S):
            while True:
                state = (await self._send("GET", location)).json()
                if state["status"] == "done":
                    return state["result"]
                if state["status"] != "pending":
                    raise RefusedError(location, state["problem"]["status"], state["problem"])
                await asyncio.sleep(0.2)

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**more.pop("headers", {}), **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        address = path if path.startswith("http") else f"{self.url}{path}"
        answer = await self._patiently(method, address, headers=headers, **more)
        if answer.is_error:
            raise RefusedError(f"{method} {path}", answer.status_code, _problem(answer))
        return answer

    def _keep_cookies(self, answer: httpx.Response) -> None:
        """Keep cookies as a browser would; over plain HTTP the client library does not send them."""
        kept = dict(part.split("=", 1) for part in self.client.headers.get("Cookie", "").split("; ") if part)
        kept |= dict(cookie.partition(";")[0].split("=", 1) for cookie in answer.headers.get_list("set-cookie"))
        if kept:
            self.client.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())

    async def _patiently(self, method: str, address: str, **more: Any) -> httpx.Response:
        """Send; again while nobody answers, since the key of a change makes a second copy harmless."""
        end = monotonic() + self.patience_s
        while True:
            try:
                answer = await self.client.request(method, address, **more)
            except httpx.TransportError:
                if monotonic() > end:
                    raise
            else:
                self._keep_cookies(answer)
                if answer.status_code not in _PASSING or monotonic() > end:
                    return answer
            await asyncio.sleep(0.2)


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found: dict[str, Any] = answer.json()
    except ValueError:
        return {"code": "unreadable", "detail": answer.text[:500]}
    return found
