"""What could not be delivered, for the back office: shown, and sent again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from contracts.notifications import ListFailedDeliveries, Purpose, SendAgain
from gateway.dependencies import InjectedCaller, InjectedPart, page
from gateway.policy import PolicyRoute, staff_deciding, staff_reading
from gateway.schemas.base import Page
from gateway.schemas.office import FailedDeliveryOut

router = APIRouter(prefix="/v1/failed-deliveries", route_class=PolicyRoute, tags=["failed-deliveries"])
Wanted = Annotated[Purpose | None, Query()]


@router.get("", summary="Toon wat niet bezorgd kon worden")
@staff_reading
async def list_failures(caller: InjectedCaller, part: InjectedPart, purpose: Wanted = None) -> Page[FailedDeliveryOut]:
    """Show the e-mails, SMS and letters that could not be delivered, newest first; login codes are not among them."""
    query = ListFailedDeliveries(actor=caller.actor, purpose=purpose, cursor=part.cursor, limit=part.limit)
    return page(caller, FailedDeliveryOut, await caller.ask(query))


@router.post("/{id}/attempts", status_code=204, summary="Verstuur opnieuw wat niet bezorgd kon worden")
@staff_deciding
async def send_again(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Send an e-mail or letter again that could not be delivered, as it was and to whom it was."""
    await caller.command(SendAgain(actor=caller.actor, notification_id=id_))
    return Response(status_code=204)
