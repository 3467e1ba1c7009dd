"""Links that people copy from the module: without a session they lead to the login page first (GW-22)."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from contracts.actor import ActorKind
from gateway import pages
from gateway.dependencies import InjectedCaller
from gateway.errors import ProblemError
from gateway.openapi import REDIRECT
from gateway.policy import PolicyRoute, everybody

router = APIRouter(prefix=pages.CHAIN, route_class=PolicyRoute, tags=["pages"])
_FOUND = 302


@router.get("/{page}", summary="Ga naar een pagina", status_code=_FOUND, response_class=Response, responses=REDIRECT)
@everybody
async def go_to_page(page: Annotated[str, Path(max_length=100)], caller: InjectedCaller) -> Response:
    """Go to a page: with a session to what it shows, without one to the login page, which leads back here."""
    profile = caller.gateway.profile
    destination = pages.page_at(f"{pages.CHAIN}/{page}", profile)
    if destination is None:
        raise ProblemError("not_found")
    if caller.actor.kind is ActorKind.ANYONE:
        return RedirectResponse(pages.login_link(destination, profile), _FOUND)
    return RedirectResponse(pages.RESOURCES[destination], _FOUND)
