"""Identifications in person: the back office's queue, results by hand, reports of the partner, the holder's choice."""

import json
from base64 import urlsafe_b64decode
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from contracts.identity import (
    ChooseIdentificationMethod,
    IdentificationStatus,
    ListIdentifications,
    RecordFailedIdentification,
    ReportIdentification,
)
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.errors import ProblemError
from gateway.openapi import REPORT_BODY
from gateway.policy import PolicyRoute, anyone, staff_deciding, staff_reading
from gateway.schemas.base import Page
from gateway.schemas.requests import FailureIn, IdentificationOut, MethodIn

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["identifications"])
_KIND = "application/jwt"
_LONGEST = 8192


@router.get("/identifications", summary="Toon de identificaties")
@staff_reading
async def list_identifications(
    caller: InjectedCaller,
    part: InjectedPart,
    status: Annotated[IdentificationStatus, Query()] = IdentificationStatus.ORDERED,
) -> Page[IdentificationOut]:
    """Show the identifications of a status, oldest first."""
    query = ListIdentifications(actor=caller.actor, status=status, cursor=part.cursor, limit=part.limit)
    return page(caller, IdentificationOut, await caller.ask(query))


@router.post("/credentials/{id}/identification-failures", status_code=204, summary="Leg een mislukking vast")
@staff_deciding
async def record_failed_identification(
    id_: Annotated[UUID, Path(alias="id")], body: FailureIn, caller: InjectedCaller
) -> Response:
    """Record that the holder was not identified."""
    await caller.command(message(RecordFailedIdentification, caller, credential_id=id_, reason=body.reason))
    return Response(status_code=204)


@router.put("/activations/{id}/identification-method", status_code=204, summary="Kies hoe u wordt geïdentificeerd")
@anyone
async def choose_identification_method(
    id_: Annotated[UUID, Path(alias="id")], body: MethodIn, caller: InjectedCaller
) -> Response:
    """Choose the way of identification during the activation."""
    await caller.command(message(ChooseIdentificationMethod, caller, activation_id=id_, method=body.method))
    return Response(status_code=204)


@router.post(
    "/identification-reports", status_code=204, summary="Meld een afspraak of uitslag (AMP Groep)",
    openapi_extra=REPORT_BODY,
)  # fmt: skip
@anyone
async def report_identification(request: Request, caller: InjectedCaller) -> Response:
    """Take a report of the partner: a JWT (`application/jwt`) that it has signed, not older than five minutes."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise ProblemError("unsupported_media_type")
    body = await request.body()
    if len(body) > _LONGEST:
        raise ProblemError("too_large")
    text = body.decode(errors="replace")
    caller.mix(text)
    command = message(
        ReportIdentification, caller, identification_id=_subject(text), report=caller.seal(text, "identity", "report")
    )
    await caller.command(command)
    return Response(status_code=204)


def _subject(token: str) -> UUID:
    """Return the identification that a report names, which identity verifies with the partner's key."""
    try:
        payload = token.split(".")[1]
        return UUID(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])
    except (IndexError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProblemError("invalid_report") from error
