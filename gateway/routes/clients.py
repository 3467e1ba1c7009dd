"""Machine clients of service providers and brokers, and their tokens."""

import json
from base64 import urlsafe_b64decode
from uuid import UUID

from fastapi import APIRouter, Request

from contracts.identity import IssueClientToken, RegisterMachineClient
from gateway import shown
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, message
from gateway.errors import ProblemError, RefusedError, invalid
from gateway.openapi import ASSERTION_BODY
from gateway.policy import PolicyRoute, anyone, staff_deciding
from gateway.schemas.identity import ClientTokenOut, MachineClientIn, MachineClientOut

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["machine-clients"])
_FORM = "application/x-www-form-urlencoded"
_GRANT = "client_credentials"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST = 8192


@router.post("/machine-clients", status_code=201, summary="Registreer een systeem")
@staff_deciding
async def register_machine_client(body: MachineClientIn, caller: InjectedCaller) -> MachineClientOut:
    """Register a system of a service provider or broker with the key that verifies its assertions."""
    command = message(RegisterMachineClient, caller, oin=body.oin, name=body.name, public_key=body.public_key)
    return MachineClientOut.of(await caller.command(command))


@router.post("/tokens", summary="Geef een token uit aan een systeem", openapi_extra=ASSERTION_BODY)
@anyone
async def issue_client_token(request: Request, caller: InjectedCaller) -> ClientTokenOut:
    """Exchange a signed assertion (private_key_jwt, RFC 7523) for a token of five minutes."""
    assertion = await _assertion(request, caller)
    caller.mix(assertion)
    command = message(
        IssueClientToken, caller, client_id=_subject(assertion),
        assertion=caller.seal(assertion, "identity", "assertion"),
    )  # fmt: skip
    try:
        return shown.client_token(caller, await caller.command(command), caller.id)
    except RefusedError as refused:
        if refused.code in {"invalid_assertion", "unknown"}:
            raise ProblemError("invalid_assertion", {"error": "invalid_client"}) from refused
        raise


async def _assertion(request: Request, caller: Caller) -> str:
    """Return the assertion of the form; raise a problem for another form or kind of grant."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise ProblemError("unsupported_media_type")
    form = await request.form(max_files=0, max_fields=10)
    if form.get("grant_type") != _GRANT or form.get("client_assertion_type") != _ASSERTION:
        raise ProblemError("invalid_grant", {"error": "unsupported_grant_type"})
    assertion = form.get("client_assertion")
    if not isinstance(assertion, str) or not 0 < len(assertion) <= _LONGEST:
        raise invalid("body.client_assertion", "missing", caller.language)
    return assertion


def _subject(assertion: str) -> UUID:
    """Return the client that an assertion names, which identity verifies with that client's key."""
    try:
        payload = assertion.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return UUID(claims["sub"])
    except (IndexError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProblemError("invalid_assertion", {"error": "invalid_client"}) from error
