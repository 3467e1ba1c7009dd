"""What could not be delivered, for the back office."""

from typing import Annotated

from fastapi import APIRouter, Query

from contracts.notifications import ListFailedDeliveries, Purpose
from gateway.dependencies import InjectedCaller, InjectedPart, page
from gateway.policy import PolicyRoute, staff_reading
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
