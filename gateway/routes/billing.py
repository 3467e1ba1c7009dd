"""Quotations, subscriptions and charges."""

from fastapi import APIRouter

from contracts.billing import ListCharges, ListSubscriptions, Quote
from gateway import shown
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.policy import PolicyRoute, administrator
from gateway.schemas.base import Page
from gateway.schemas.office import ChargeOut, QuotationIn, QuotationOut, SubscriptionOut

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["billing"])


@router.post("/quotations", status_code=201, summary="Vraag een kostenopgave op")
@administrator
async def quote(body: QuotationIn, caller: InjectedCaller) -> QuotationOut:
    """Ask what something costs; the token is valid for 30 minutes."""
    return shown.quotation(await caller.ask(message(Quote, caller, **body.model_dump())))


@router.get("/subscriptions", summary="Toon de abonnementen")
@administrator
async def list_subscriptions(caller: InjectedCaller, part: InjectedPart) -> Page[SubscriptionOut]:
    """Show the subscriptions of the organisation."""
    query = ListSubscriptions(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, SubscriptionOut, await caller.ask(query))


@router.get("/charges", summary="Toon de kosten")
@administrator
async def list_charges(caller: InjectedCaller, part: InjectedPart) -> Page[ChargeOut]:
    """Show the charges of the organisation, newest first."""
    query = ListCharges(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, ChargeOut, await caller.ask(query))
