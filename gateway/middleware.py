"""Around every request, as pure ASGI: headers on each answer, limits on the body."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from gateway.errors import problem
from gateway.language import language_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API_VERSION = "1.0.0"
_ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"api-version", API_VERSION.encode()),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_UNLESS_SET: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
OPENAPI_PATHS = frozenset({"/openapi.json", "/v1/openapi.json"})
_MULTIPART_ROOM = 64 * 1024
_TOO_LARGE = 413
_LONGEST_NUMBER = 12


class Headers:
    """Puts the security headers and API-Version on every answer (S30); CORS on the description alone."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _dress(list(message.get("headers", ())), scope["path"])
            await send(message)

        await self._app(scope, receive, dressed)


def _dress(headers: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    headers += _ALWAYS
    headers += [pair for pair in _UNLESS_SET if pair[0] not in present]
    if path in OPENAPI_PATHS:
        headers.append((b"access-control-allow-origin", b"*"))
    return headers


class BodyLimit:
    """Refuses bodies that are too large: by their announced size, and while they are read (S33)."""

    def __init__(self, app: App, *, limit: int, upload_limit: int) -> None:
        self._app = app
        self._limit = limit
        self._upload_limit = upload_limit + _MULTIPART_ROOM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        upload = headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")
        limit = self._upload_limit if upload else self._limit
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > _LONGEST_NUMBER or int(announced) > limit:
            code = "too_large" if announced.isdigit() else "invalid_input"
            await problem(code, language_of(scope), None, {"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, _counting(receive, limit), send)


def _counting(receive: Receive, limit: int) -> Receive:
    read = 0

    async def counted() -> MutableMapping[str, Any]:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(_TOO_LARGE)
        return message

    return counted
