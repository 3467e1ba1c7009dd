"""Sends commands as a careful client does: one key each, the same key again until an answer settles it."""

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from tests.faults.callers import Caller, key
from tests.faults.history import Answered, History

_ANSWER_S = 15.0
_HASTY_S = 0.15
_PATIENCE_S = 90.0
_OUTCOME_S = 90.0
_GIVES_UP, _IS_HASTY, _CLICKS_TWICE = 0.03, 0.08, 0.05
_PASSING = (401, 429)


class EnoughError(Exception):
    """As many commands were sent as were wanted."""


@dataclass(frozen=True)
class Outcome:
    """What came of a command: `done`, `refused` or `unknown`, with the body of its answer."""

    state: str
    body: Any = None

    @property
    def done(self) -> bool:
        """Whether it had its effect."""
        return self.state == "done"


UNKNOWN = Outcome("unknown")


@dataclass(frozen=True)
class Way:
    """How a command is sent: method and route, whose parts in braces the values fill."""

    kind: str
    service: str
    method: str
    route: str

    def path(self, values: dict[str, str]) -> str:
        """Return the address."""
        return self.route.format(**values)


class Client:
    """Sends for all virtual users; everything goes into the history."""

    def __init__(self, url: str, history: History, rng: Random) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=_ANSWER_S, limits=httpx.Limits(max_connections=200))
        self._history = history
        self._rng = rng

    async def close(self) -> None:
        """Leave."""
        await self._http.aclose()

    async def command(
        self, way: Way, caller: Caller, facts: dict[str, Any], values: dict[str, str] | None = None, **body: Any
    ) -> Outcome:
        """Send a command until it is settled; a few clients give up, are hasty, or click twice."""
        if self._history.commands >= self._history.goal:
            raise EnoughError
        name, how = key(), {"kind": way.kind, "service": way.service, "method": way.method, "route": way.route}
        number = self._history.intend(**how, who=caller.name, key=name, facts=facts)
        sending = _Sending(self, way, caller, way.path(values or {}), name, number, body)
        patience = 0.0 if self._rng.random() < _GIVES_UP else _PATIENCE_S
        first = _HASTY_S if self._rng.random() < _IS_HASTY else _ANSWER_S
        if self._rng.random() >= _CLICKS_TWICE:
            return await sending.settle(patience, first)
        found = await asyncio.gather(sending.settle(patience, first), sending.settle(patience, first))
        return next((one for one in found if one is not UNKNOWN), UNKNOWN)

    async def read(self, service: str, method: str, path: str, caller: Caller, **body: Any) -> Any:
        """Ask a question until somebody answers; None when it is refused, or nobody does for long."""
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            began = time.time()
            try:
                answer = await self._http.request(method, path, headers=await caller.headers(), **body)
            except httpx.TransportError:
                await self.pause()
                continue
            caller.heard(answer.headers.get_list("set-cookie"))
            if answer.is_success:
                self.heard(service, began)
                return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content
            if answer.status_code in _PASSING:
                await caller.renew()
            elif answer.is_client_error:
                return None
            await self.pause()
        return None

    def heard(self, service: str, began: float) -> None:
        """Remember that a service has answered."""
        self._history.answered.append(Answered(service, began, time.time()))

    async def pause(self) -> None:
        """Wait a moment before the next try."""
        await asyncio.sleep(self._rng.uniform(0.05, 0.5))

    async def send(self, method: str, path: str, headers: dict[str, str], within: float, **body: Any) -> httpx.Response:
        """Send once; raises httpx.TransportError."""
        return await self._http.request(method, path, headers=headers, timeout=within, **body)

    def note(self, do: str, **values: Any) -> None:
        """Write into the history."""
        self._history.write(do, **values)


class _Sending:
    """One command on its way, until an answer settles it."""

    def __init__(
        self, client: Client, way: Way, caller: Caller, path: str, name: str, number: int, body: dict[str, Any]
    ) -> None:
        self._client, self._way, self._caller = client, way, caller
        self._path, self._key, self._number, self._body = path, name, number, body

    async def settle(self, patience: float, first: float) -> Outcome:
        """Send, again with the same key while nothing settles it."""
        end, within, tries = time.monotonic() + patience, first, 0
        while True:
            tries += 1
            outcome = await self._try(tries, within)
            if outcome is not None:
                return outcome
            if time.monotonic() > end:
                return UNKNOWN
            within = _ANSWER_S
            await self._client.pause()

    async def _try(self, tries: int, within: float) -> Outcome | None:
        began = time.time()
        headers = {**await self._caller.headers(), "Idempotency-Key": self._key}
        try:
            answer = await self._client.send(self._way.method, self._path, headers, within, **self._body)
        except httpx.TransportError as error:
            self._client.note("answer", n=self._number, tries=tries, error=type(error).__name__)
            return None
        self._caller.heard(answer.headers.get_list("set-cookie"))
        body = _json(answer)
        self._client.note("answer", n=self._number, tries=tries, status=answer.status_code, body=body)
        if answer.status_code == httpx.codes.ACCEPTED and "location" in answer.headers:
            return await self._follow(answer.headers["location"], began)
        if answer.status_code in _PASSING:
            await self._caller.renew()
        elif answer.is_success:
            self._client.heard(self._way.service, began)
            return Outcome("done", body)
        elif answer.is_client_error:
            return Outcome("refused", body)
        return None

    async def _follow(self, location: str, began: float) -> Outcome:
        """Read what becomes of a stored request."""
        end = time.monotonic() + _OUTCOME_S
        while time.monotonic() < end:
            found = await self._client.read("gateway", "GET", location, self._caller)
            if found is not None and found["status"] != "pending":
                self._client.heard(self._way.service, began)
                self._client.note("outcome", n=self._number, status=found["status"], result=found["result"])
                return Outcome(found["status"], found["result"] or found["problem"])
            await self._client.pause()
        return UNKNOWN


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
