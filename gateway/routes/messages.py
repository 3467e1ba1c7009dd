"""The message box."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from contracts.notifications import ListMessages, MarkRead
from gateway.dependencies import InjectedCaller, InjectedPart, page
from gateway.policy import PolicyRoute, administrator
from gateway.schemas.base import Page
from gateway.schemas.office import BoxMessageOut

router = APIRouter(prefix="/v1/messages", route_class=PolicyRoute, tags=["messages"])


@router.get("", summary="Toon de berichtenbox")
@administrator
async def list_messages(caller: InjectedCaller, part: InjectedPart) -> Page[BoxMessageOut]:
    """Show the message box of the organisation, newest first."""
    query = ListMessages(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, BoxMessageOut, await caller.ask(query))


@router.post("/{id}/reads", status_code=204, summary="Markeer een bericht als gelezen")
@administrator
async def mark_read(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Mark a message as read by the caller."""
    await caller.command(MarkRead(actor=caller.actor, message_id=id_))
    return Response(status_code=204)
