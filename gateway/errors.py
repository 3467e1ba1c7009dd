"""Problems (RFC 9457) in the caller's language, from refusals, faults of the input and failures."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from chassis.asking import NoAnswerError
from chassis.blobs import BlobMissingError
from chassis.mongo import transient
from chassis.sealed import SealError
from contracts.message import Refusal
from contracts.values import Language
from gateway.faults import text_of_fault
from gateway.language import language_of
from gateway.places import NO_PARTS, Parts, Place, models_of, place_of
from gateway.refusal_texts import text_of_refusal
from gateway.refusals import TABLE, TITLES, WITH_FAULTS

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_BY_STATUS = {
    400: "invalid_input", 401: "unauthenticated", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed",
    413: "too_large", 415: "unsupported_media_type", 429: "rate_limited", 503: "unavailable",
}  # fmt: skip


class ProblemError(Exception):
    """A request ends with a problem: `code` is a row of the table, `members` are added to the answer."""

    def __init__(
        self, code: str, members: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.members = dict(members or {})
        self.headers = dict(headers or {})


class RefusedError(ProblemError):
    """A service refused; the refusal's details are members of the problem."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, {"details": dict(refusal.details)} if refusal.details else None)


def invalid(location: str, kind: str, language: Language) -> ProblemError:
    """Return the problem of one fault of the input, by pydantic's name of it."""
    return ProblemError("invalid_input", {"errors": faults([{"loc": (location,), "type": kind}], language)})


def problem(
    code: str, language: Language, members: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer to a request that was refused or failed."""
    body = problem_body(code, language, members)
    challenge = {"WWW-Authenticate": 'Bearer realm="volmacht"'} if body["status"] == 401 else {}  # noqa: PLR2004
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=body["status"],
        media_type=MEDIA_TYPE,
        headers={"Content-Language": language, **challenge, **(headers or {})},
    )


def problem_body(code: str, language: Language, members: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the members of a problem; a code without a row is told as a failure of ours."""
    row = TABLE.get(code)
    if row is None:
        log.error("a refusal has no row", extra={"refusal": code})
        code, row = "internal_error", TABLE["internal_error"]
    return {
        "type": f"urn:volmacht:problem:{code}",
        "title": TITLES[row.status].in_(language),
        "status": row.status,
        "detail": text_of_refusal(code, _details(members)).in_(language),
        "code": code,
        **_members(code, dict(members or {}), language),
    }


def _details(members: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the details of a refusal; none where the members hold nothing of the kind."""
    found = (members or {}).get("details")
    return found if isinstance(found, Mapping) else {}


def _members(code: str, members: dict[str, Any], language: Language) -> dict[str, Any]:
    """Return what a problem holds besides; details that are faults of the input are told as those."""
    if code not in WITH_FAULTS or "details" not in members:
        return members
    found = [{"loc": (place,), "type": fault} for place, fault in members.pop("details").items()]
    return {**members, "errors": faults(found, language)}


def faults(errors: Sequence[Any], language: Language, parts: Parts = NO_PARTS) -> list[dict[str, Any]]:
    """Return all faults of the input together: where, which, and what is wrong; never the input itself."""
    counted = (error for error in errors if not _miscounted(error, errors))
    told = [_fault(error, place_of(error, parts), language) for error in counted]
    return [fault for index, fault in enumerate(told) if fault not in told[:index]]


def _miscounted(error: Any, errors: Sequence[Any]) -> bool:
    """Say whether a list seems too short only because its faulty members were not counted: those are told."""
    place = tuple(error["loc"])
    within = (tuple(other["loc"]) for other in errors if len(other["loc"]) > len(place))
    return error["type"] == "too_short" and any(other[: len(place)] == place for other in within)


def _fault(error: Any, place: Place, language: Language) -> dict[str, Any]:
    kind, pattern = str(error["type"]), error.get("ctx", {}).get("pattern")
    told = {"location": place.location, "code": kind, "text": text_of_fault(kind, language, pattern)}
    return {**told, "allowed": list(place.allowed)} if place.allowed else told


def add_handlers(app: FastAPI) -> None:
    """Let every error of a request end as a problem."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError), "registered for it"
        return problem(error.code, language_of(request.scope), error.members, error.headers)

    async def faulty(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError), "registered for it"
        language = language_of(request.scope)
        found = faults(error.errors(), language, _parts_of(request))
        return problem("invalid_input", language, {"errors": found})

    async def by_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "registered for it"
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        return problem(_BY_STATUS.get(error.status_code, "internal_error"), language_of(request.scope), None, headers)

    async def failed(request: Request, error: Exception) -> Response:
        return failure(error, language_of(request.scope))

    async def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)  # nobody is there to read it; who leaves in mid-upload is no failure of ours

    app.add_exception_handler(ProblemError, refused)
    app.add_exception_handler(RequestValidationError, faulty)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(ClientDisconnect, gone)
    for kind in (NoAnswerError, BlobMissingError, SealError, PyMongoError, Exception):
        app.add_exception_handler(kind, failed)


def _parts_of(request: Request) -> Parts:
    body = getattr(request.scope.get("route"), "body_field", None)
    return NO_PARTS if body is None else {"body": models_of(body.field_info.annotation)}


def failure(error: Exception, language: Language) -> Response:
    """Return the answer to a request that failed; the cause goes to the log alone."""
    if isinstance(error, NoAnswerError) or transient(error):
        log.warning("no answer", extra={"why": repr(error)})
        return problem("unavailable", language, None, {"Retry-After": "2"})
    if isinstance(error, BlobMissingError):
        return problem("file_missing", language)
    log.error("a request failed", exc_info=error)
    return problem("internal_error", language)
