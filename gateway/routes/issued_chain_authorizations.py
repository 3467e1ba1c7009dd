"""Chain authorizations that the organisation has issued to intermediaries."""

from fastapi import APIRouter

from contracts.chain import ListIssuedChainAuthorizations
from gateway.dependencies import InjectedCaller, InjectedPart, page
from gateway.policy import PolicyRoute, chain_administrator
from gateway.schemas.base import Page
from gateway.schemas.chain import IssuedOut

router = APIRouter(prefix="/v1/issued-chain-authorizations", route_class=PolicyRoute, tags=["chain-authorizations"])


@router.get("", summary="Toon de afgegeven ketenmachtigingen")
@chain_administrator
async def list_issued_chain_authorizations(caller: InjectedCaller, part: InjectedPart) -> Page[IssuedOut]:
    """Show what the organisation has given to intermediaries, active and ended, newest first."""
    query = ListIssuedChainAuthorizations(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, IssuedOut, await caller.ask(query))
