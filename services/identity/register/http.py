"""The trade register over the API of the KVK: Zoeken v2, Basisprofiel v1 with its branches, Mutatieservice v1 (S34).

One host, no redirects, links in answers are not followed, answers are limited in time and size.
"""

import ssl
from asyncio import timeout
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import BaseModel, ValidationError

from services.identity.register.breaker import Breaker
from services.identity.register.kvk import (
    KvkBranches,
    KvkErrors,
    KvkFound,
    KvkProfile,
    KvkSearch,
    KvkSignals,
    KvkSubscriptions,
    company_from,
    hit_from,
    signal_from,
)
from services.identity.register.port import (
    Company,
    CompanyHit,
    RegisterUnavailable,
    Signal,
    is_branch_number,
    is_kvk_number,
)

BASE_URL: Final = "https://api.kvk.nl"
MAX_BYTES: Final = 4 * 1024 * 1024
"""A longer answer is broken off; a thousand branches take about half a megabyte."""

MAX_PAGES: Final = 200
"""Pages of 500 signals that are read at once."""

NOT_NOW: Final = frozenset({"IPD1002", "IPD1003"})
"""Codes of a 404 that means: this company is being changed, try again in five minutes."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OWN_FAULT: Final = frozenset({400, 406})
_Answer = TypeVar("_Answer", bound=BaseModel)


class _OutageError(Exception):
    """The register as a whole did not answer properly: counts for the circuit breaker."""


@dataclass(frozen=True, slots=True)
class HttpRegister:
    """A CompanyRegister over HTTP; `seconds` limits one call from first to last byte."""

    client: httpx.AsyncClient
    breaker: Breaker
    seconds: float
    max_bytes: int

    @classmethod
    def open(
        cls,
        api_key: str,
        *,
        base_url: str = BASE_URL,
        ca_file: str | None = None,
        seconds: float = 5.0,
        max_bytes: int = MAX_BYTES,
        breaker: Breaker | None = None,
    ) -> "HttpRegister":
        """Make a register; `ca_file` holds the root of the government's private certificates. ValueError: no https."""
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("the register is reached by https only")
        client = httpx.AsyncClient(
            base_url=base_url,
            headers={"apikey": api_key, "accept": "application/json", "accept-encoding": "identity"},
            timeout=seconds,
            verify=ssl.create_default_context(cafile=ca_file),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=5),
            follow_redirects=False,
            trust_env=False,
        )
        return cls(client, breaker or Breaker(), seconds, max_bytes)

    async def company(self, kvk_number: str) -> Company | None:
        """Ask for the registration, its profile and its branches; only the search tells whether it is active."""
        if not is_kvk_number(kvk_number):
            return None
        asked = {"kvkNummer": kvk_number, "inclusiefInactieveRegistraties": "true", "resultatenPerPagina": "100"}
        search = await self._get("/api/v2/zoeken", KvkSearch, asked)
        own = [found for found in search.results if found.kvk_number == kvk_number] if search else []
        if not own:
            return None
        profile = await self._get(f"/api/v1/basisprofielen/{kvk_number}", KvkProfile)
        if profile is None:
            return None
        if profile.kvk_number != kvk_number:
            raise RegisterUnavailable("the register answered for another company")
        branches = await self._get(f"/api/v1/basisprofielen/{kvk_number}/vestigingen", KvkBranches)
        return company_from(profile, branches or KvkBranches(), active=any(found.active for found in own))

    async def by_branch(self, branch_number: str) -> Company | None:
        """Search for a branch number, and ask for the company that has it."""
        if not is_branch_number(branch_number):
            return None
        search = await self._get("/api/v2/zoeken", KvkSearch, {"vestigingsnummer": branch_number})
        found = await self.company(search.results[0].kvk_number) if search and search.results else None
        return found if found is not None and found.branch(branch_number) else None

    async def subscriptions(self) -> tuple[str, ...]:
        """Ask for the subscriptions of the mutation service that are active."""
        found = await self._get("/api/v1/abonnementen", KvkSubscriptions)
        return tuple(row.id for row in found.subscriptions if row.active) if found else ()

    async def signals(self, subscription_id: str, since: datetime, until: datetime) -> tuple[Signal, ...]:
        """Ask for all pages of signals between two moments."""
        found: list[Signal] = []
        for number in range(1, MAX_PAGES + 1):
            asked = {"vanaf": _instant(since), "tot": _instant(until), "pagina": str(number), "aantal": "500"}
            page = await self._get(f"/api/v1/abonnementen/{quote(subscription_id, safe='')}", KvkSignals, asked)
            found += [signal_from(row) for row in page.signals] if page else []
            if page is None or number >= page.pages:
                return tuple(sorted(found, key=lambda signal: (signal.at, signal.id)))
        raise RegisterUnavailable(f"more than {MAX_PAGES} pages of signals: ask for a shorter time")

    async def search(self, name: str, limit: int = 10) -> tuple[CompanyHit, ...]:
        """Search by name among the active registrations; a company is given once, whatever its branches."""
        if not name.strip():
            return ()
        page = await self._get("/api/v2/zoeken", KvkSearch, {"naam": name.strip(), "resultatenPerPagina": "100"})
        first: dict[str, KvkFound] = {}
        for found in page.results if page else ():
            first.setdefault(found.kvk_number, found)
        return tuple(hit_from(found) for found in list(first.values())[:limit])

    async def aclose(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def _get(self, path: str, shape: type[_Answer], asked: dict[str, str] | None = None) -> _Answer | None:
        """Get an answer of a shape, None for what does not exist."""
        if not self.breaker.admits():
            raise RegisterUnavailable("the register failed several times and is left alone for a while")
        try:
            status, body = await self._fetch(path, asked or {})
            answer = _read(status, body, shape)
        except (httpx.HTTPError, TimeoutError, _OutageError) as error:
            self.breaker.failed()
            raise RegisterUnavailable(f"{type(error).__name__}: {error}") from error
        except RegisterUnavailable:
            self.breaker.succeeded()
            raise
        self.breaker.succeeded()
        return answer

    async def _fetch(self, path: str, asked: dict[str, str]) -> tuple[int, bytes]:
        async with timeout(self.seconds), self.client.stream("GET", path, params=asked) as response:
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > self.max_bytes:
                    raise _OutageError(f"an answer of more than {self.max_bytes} bytes")
            return response.status_code, bytes(body)


def _instant(moment: datetime) -> str:
    """Write a moment as the mutation service reads it: UTC, with milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(status: int, body: bytes, shape: type[_Answer]) -> _Answer | None:
    if status == httpx.codes.NOT_FOUND:
        _nothing(body)
        return None
    if status in _OWN_FAULT:
        raise RegisterUnavailable(f"status {status}, {', '.join(_codes(body)) or 'no code'}")
    if status != httpx.codes.OK:
        raise _OutageError(f"status {status}")
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise _OutageError(f"an answer of another shape, {error.error_count()} faults") from error


def _nothing(body: bytes) -> None:
    """Pass where a 404 means `does not exist`; `not now` is a 404 too, and one without a code is not the register's."""
    codes = _codes(body)
    if not codes:
        raise _OutageError("a 404 that is not the register's")
    if NOT_NOW & codes:
        raise RegisterUnavailable(f"{', '.join(sorted(codes))}: try again in five minutes")


def _codes(body: bytes) -> frozenset[str]:
    try:
        return frozenset(error.code for error in KvkErrors.model_validate_json(body).errors if error.code)
    except ValidationError:
        return frozenset()
