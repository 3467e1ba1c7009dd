"""Access to the functionality of chain authorizations, and its offers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from contracts.chain import AskForOffer, GetAccess, ListAccessRequests, RecordOffer, SendOffer
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.policy import PolicyRoute, chain_administrator, member, staff_deciding, staff_reading
from gateway.schemas.base import Page
from gateway.schemas.chain import AccessOut, AccessRequestOut, OfferAnswerIn, OfferIn

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["chain-access"])


@router.get("/chain-access", summary="Toon de toegang tot ketenmachtigingen")
@member
async def get_access(caller: InjectedCaller) -> AccessOut:
    """Show whether the organisation has access to the functionality."""
    return AccessOut.of(await caller.ask(GetAccess(actor=caller.actor)))


@router.post("/chain-access", status_code=204, summary="Vraag een offerte aan")
@chain_administrator
async def ask_for_offer(caller: InjectedCaller) -> Response:
    """Ask for an offer, which opens the functionality once it is accepted."""
    await caller.command(AskForOffer(actor=caller.actor))
    return Response(status_code=204)


@router.get("/chain-access-requests", summary="Toon de wachtrij van offertes")
@staff_reading
async def list_access_requests(caller: InjectedCaller, part: InjectedPart) -> Page[AccessRequestOut]:
    """Show the back office's queue of offers to send and to record."""
    query = ListAccessRequests(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, AccessRequestOut, await caller.ask(query))


@router.post("/chain-access-requests/{id}/offers", status_code=204, summary="Verstuur de offerte")
@staff_deciding
async def send_offer(id_: Annotated[UUID, Path(alias="id")], body: OfferIn, caller: InjectedCaller) -> Response:
    """Send the offer to the organisation `id`."""
    await caller.command(message(SendOffer, caller, organisation_id=id_, price_per_year=body.price_per_year))
    return Response(status_code=204)


@router.post("/chain-access-requests/{id}/answers", status_code=204, summary="Leg het antwoord op de offerte vast")
@staff_deciding
async def record_offer(id_: Annotated[UUID, Path(alias="id")], body: OfferAnswerIn, caller: InjectedCaller) -> Response:
    """Record the answer of the organisation `id` to the offer."""
    await caller.command(RecordOffer(actor=caller.actor, organisation_id=id_, accepted=body.accepted))
    return Response(status_code=204)
