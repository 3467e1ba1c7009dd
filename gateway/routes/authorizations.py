"""Services, authorizations and decisions."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from contracts.authorizations import Decide, GrantAuthorizations, ImportCatalogue, SearchServices
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.openapi import upload_body
from gateway.policy import PolicyRoute, administrator, everybody, machine_client, staff_deciding
from gateway.schemas.authorizations import (
    AuthorizationIn,
    AuthorizationsOut,
    CatalogueOut,
    DecisionIn,
    DecisionOut,
    ServiceOut,
)
from gateway.schemas.base import Page
from gateway.uploads import XML, read_upload

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["authorizations"])


@router.get("/services", summary="Zoek diensten")
@everybody
async def search_services(
    caller: InjectedCaller,
    part: InjectedPart,
    text: Annotated[str, Query(max_length=100, description="Part of the name of the service or provider.")] = "",
    chain_only: Annotated[bool, Query(alias="chainOnly", description="Only services that accept chains.")] = False,  # noqa: FBT002
) -> Page[ServiceOut]:
    """Search the services of the scheme by part of their name or provider."""
    query = message(SearchServices, caller, text=text, chain_only=chain_only, cursor=part.cursor, limit=part.limit)
    return page(caller, ServiceOut, await caller.ask(query))


@router.post(
    "/service-catalogues", status_code=201, summary="Neem een dienstencatalogus over", openapi_extra=upload_body()
)
@staff_deciding
async def import_catalogue(request: Request, caller: InjectedCaller) -> CatalogueOut:
    """Take over a service catalogue: the scheme's XML as the part `file`."""
    upload = await read_upload(request, caller, XML)
    return CatalogueOut.of(await caller.command(ImportCatalogue(actor=caller.actor, blob=await upload.store(caller))))


@router.post("/authorizations", status_code=201, summary="Machtig personen voor diensten")
@administrator
async def grant_authorizations(body: AuthorizationIn, caller: InjectedCaller) -> AuthorizationsOut:
    """Authorise persons of the organisation for services."""
    command = message(
        GrantAuthorizations, caller, person_ids=body.person_ids, service_uuids=body.service_uuids, end=body.end
    )  # fmt: skip
    return AuthorizationsOut.of(await caller.command(command))


@router.post("/decisions", summary="Vraag of iemand mag handelen")
@machine_client
async def decide(body: DecisionIn, caller: InjectedCaller) -> DecisionOut:
    """Ask whether a person may act for an organisation at a service now, and why."""
    return DecisionOut.of(await caller.ask(message(Decide, caller, **dict(body))))
