"""The partner over HTTP: PUT and DELETE of an order under our own id, so that a repetition changes nothing (S34).

One host, no redirects, limits of time and size. The partner's interface is not public: the shapes are ours.
"""

import ssl
from asyncio import timeout
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from pydantic import BaseModel, Field, ValidationError

from services.identity.partner.port import Order, PartnerRefusedError, PartnerUnavailableError

MAX_BYTES: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_PASSES: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_OURS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class _Taken(BaseModel):
    """The answer to an order."""

    reference: str = Field(min_length=1, max_length=64)


class HttpPartner:
    """A Partner over HTTP; `seconds` limits one call from first to last byte. Calls are rare: no connection is kept."""

    external: Final = True

    def __init__(self, base_url: str, api_key: str, *, ca_file: str | None = None, seconds: float = 10.0) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("the partner is reached by https only")
        self._seconds = seconds
        self._base_url = base_url
        self._headers = {"authorization": f"Bearer {api_key}", "accept": "application/json"}
        self._trust = ssl.create_default_context(cafile=ca_file)

    async def order(self, order: Order) -> str | None:
        """Order, or change what was ordered."""
        status, body = await self._call("PUT", f"/orders/{order.id}-{order.round}", _shape(order))
        if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise PartnerRefusedError(f"status {status}")
        try:
            return _Taken.model_validate_json(body).reference
        except ValidationError as error:
            raise PartnerUnavailableError("an answer of another shape") from error

    async def cancel(self, reference: str) -> None:
        """Take an order back."""
        status, _ = await self._call("DELETE", f"/orders/by-reference/{quote(reference, safe='')}", None)
        if status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise PartnerRefusedError(f"status {status}")

    async def _call(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        """Return status and body; raise PartnerUnavailableError for what passes, keys of ours that fail included."""
        try:
            async with (
                timeout(self._seconds),
                self._client() as client,
                client.stream(method, path, json=body) as response,
            ):
                answer = bytearray()
                async for part in response.aiter_raw():
                    answer += part
                    if len(answer) > MAX_BYTES:
                        raise PartnerUnavailableError(f"an answer of more than {MAX_BYTES} bytes")
        except (httpx.HTTPError, TimeoutError) as error:
            raise PartnerUnavailableError(type(error).__name__) from error
        status = response.status_code
        if response.is_server_error or response.is_redirect or status in _PASSES | _OURS:
            raise PartnerUnavailableError(f"status {status}")
        return status, bytes(answer)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self._base_url, headers=self._headers, timeout=self._seconds, verify=self._trust,
            follow_redirects=False, trust_env=False,
        )  # fmt: skip


def _shape(order: Order) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "round": order.round,
        "method": str(order.method),
        "person": {
            "name": order.name,
            "birthDate": order.birth_date.isoformat() if order.birth_date else None,
            "email": order.email,
            "phone": order.phone or None,
        },
        "address": list(order.address),
        "organisation": order.organisation_name,
        "until": order.until.isoformat(),
    }
