"""The back office's queue of signed agreements."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from chassis.ids import fresh
from contracts.chain import ApproveAgreement, ListReceivedAgreements, MarkIncomplete
from contracts.message import BlobReference
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, InjectedPart, SeenVersion, message, page
from gateway.downloads import download_shown
from gateway.errors import ProblemError
from gateway.openapi import COPY_FILE
from gateway.policy import PolicyRoute, staff_deciding, staff_reading
from gateway.relations import with_relations
from gateway.schemas.base import Page
from gateway.schemas.chain import ReceivedAgreementOut
from gateway.schemas.identity import ReasonIn

router = APIRouter(prefix="/v1/received-agreements", route_class=PolicyRoute, tags=["received-agreements"])
_MOST_PAGES = 50


@router.get("", summary="Toon de ontvangen overeenkomsten")
@staff_reading
async def list_received_agreements(caller: InjectedCaller, part: InjectedPart) -> Page[ReceivedAgreementOut]:
    """Show the queue of signed agreements, oldest first."""
    query = ListReceivedAgreements(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    asked = fresh()
    found = await caller.ask(query, id_=asked)
    return page(caller, ReceivedAgreementOut, with_relations(caller, found, id_=asked))


@router.get(
    "/{id}/document", summary="Download een ontvangen overeenkomst", response_class=Response, responses=COPY_FILE
)
@staff_reading
async def get_document(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Download a signed agreement that is in the queue."""
    return await download_shown(caller.gateway.blobs, await _agreement(caller, id_))


async def _agreement(caller: Caller, chain_authorization_id: UUID) -> BlobReference:
    """Return where a signed agreement lies: the queue is the only place that tells."""
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        found = await caller.ask(ListReceivedAgreements(actor=caller.actor, cursor=cursor, limit=100))
        for row in found.rows:
            if row.chain_authorization_id == chain_authorization_id:
                return row.agreement
        cursor = found.next
        if cursor is None:
            break
    raise ProblemError("unknown")


@router.post("/{id}/approvals", status_code=204, summary="Keur een overeenkomst goed")
@staff_deciding
async def approve_agreement(
    id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller, seen: SeenVersion
) -> Response:
    """Accept a signed agreement: the chain authorization becomes active."""
    command = ApproveAgreement(actor=caller.actor, chain_authorization_id=id_, seen_version=seen)
    await caller.command(command)
    return Response(status_code=204)


@router.post("/{id}/incompletes", status_code=204, summary="Markeer een overeenkomst als incompleet")
@staff_deciding
async def mark_incomplete(
    id_: Annotated[UUID, Path(alias="id")], body: ReasonIn, caller: InjectedCaller, seen: SeenVersion
) -> Response:
    """Find a signed agreement incomplete or wrongly signed."""
    command = message(
        MarkIncomplete, caller, chain_authorization_id=id_, reason=body.reason, seen_version=seen
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)
