"""Chain authorizations obtained from relations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from chassis.ids import fresh
from contracts.chain import (
    DeleteChainAuthorization,
    ExportChainAuthorizations,
    GetChainAuthorization,
    LinkUsers,
    ListChainAuthorizations,
    RequestChainAuthorization,
    RequestRenewal,
    Tab,
    UnlinkUsers,
)
from contracts.identity import LookUpCompany
from contracts.values import ExportFormat
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, InjectedPart, SeenVersion, located, message, page
from gateway.downloads import download
from gateway.openapi import TABLE_FILE
from gateway.policy import PolicyRoute, chain_administrator, chain_user
from gateway.relations import with_relation, with_relations
from gateway.schemas.base import Day, Page
from gateway.schemas.chain import ChainAuthorizationOut, ChainRequestIn, RelationIn, RenewalIn, RequestedOut, UsersIn

router = APIRouter(prefix="/v1/chain-authorizations", route_class=PolicyRoute, tags=["chain-authorizations"])


@router.get("", summary="Toon de ketenmachtigingen")
@chain_user
async def list_chain_authorizations(
    caller: InjectedCaller,
    part: InjectedPart,
    tab: Annotated[Tab, Query()] = Tab.ACTIVE,
    search: Annotated[str, Query(max_length=100)] = "",
) -> Page[ChainAuthorizationOut]:
    """Show the chain authorizations of a tab of the overview."""
    asked = fresh()
    sealed = caller.seal(search, "chain", "search", id_=asked) if search else None
    query = ListChainAuthorizations(
        actor=caller.actor, tab=tab, search=sealed, cursor=part.cursor, limit=part.limit
    )  # fmt: skip
    found = await caller.ask(query, id_=asked)
    return page(caller, ChainAuthorizationOut, with_relations(caller, found, id_=asked))


@router.post("", status_code=201, summary="Vraag een ketenmachtiging aan")
@chain_administrator
async def request_chain_authorization(body: ChainRequestIn, caller: InjectedCaller, response: Response) -> RequestedOut:
    """Ask a relation for a chain authorization; its name comes from the trade register."""
    command = message(
        RequestChainAuthorization, caller, relation=await _relation(caller, body.relation), contact=body.contact,
        reference=body.reference, terms=body.terms,
    )  # fmt: skip
    requested = await caller.command(command)
    located(response, "chain-authorizations", requested.chain_authorization_id)
    return RequestedOut.of(requested)


async def _relation(caller: Caller, relation: RelationIn) -> dict[str, str | None]:
    """Return the relation with the name that the trade register has (CH-13), or with its fiscal number sealed (S38)."""
    named: dict[str, str | None] = relation.model_dump()
    if relation.fiscal_number is not None:
        named["fiscal_number"] = caller.seal(relation.fiscal_number, "chain", "relation.fiscal_number")
    if relation.kvk_number is not None:
        company = await caller.ask(message(LookUpCompany, caller, kvk_number=relation.kvk_number))
        named["name"] = company.name
    return named


@router.get("/exports", summary="Download de ketenmachtigingen", response_class=Response, responses=TABLE_FILE)
@chain_user
async def export_chain_authorizations(
    caller: InjectedCaller,
    tab: Annotated[Tab, Query()] = Tab.ACTIVE,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.XLSX,
) -> Response:
    """Download all chain authorizations of a tab as a file."""
    ready = await caller.ask(ExportChainAuthorizations(actor=caller.actor, tab=tab, format=format_))
    return await download(caller.gateway.blobs, ready.blob)


@router.get("/{id}", summary="Toon een ketenmachtiging")
@chain_user
async def get_chain_authorization(
    id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller, response: Response
) -> ChainAuthorizationOut:
    """Show one chain authorization; its ETag may be named in If-Match."""
    asked = fresh()
    view = await caller.ask(GetChainAuthorization(actor=caller.actor, chain_authorization_id=id_), id_=asked)
    response.headers["ETag"] = f'"{view.version}"'
    return ChainAuthorizationOut.of(with_relation(caller, view, id_=asked))


@router.delete("/{id}", status_code=204, summary="Verwijder een ketenmachtiging")
@chain_administrator
async def delete_chain_authorization(
    id_: Annotated[UUID, Path(alias="id")],
    caller: InjectedCaller,
    seen: SeenVersion,
    on: Annotated[Day | None, Query(description="Day on which it stops; without one it stops at once.")] = None,
) -> Response:
    """Delete a chain authorization at once, or on a day in the future."""
    command = DeleteChainAuthorization(actor=caller.actor, chain_authorization_id=id_, on=on, seen_version=seen)
    await caller.command(command)
    return Response(status_code=204)


@router.post("/{id}/users", status_code=204, summary="Koppel gebruikers")
@chain_administrator
async def link_users(
    id_: Annotated[UUID, Path(alias="id")], body: UsersIn, caller: InjectedCaller, seen: SeenVersion
) -> Response:
    """Link users, who may then use the chain authorization."""
    command = LinkUsers(
        actor=caller.actor, chain_authorization_id=id_, person_ids=body.person_ids, seen_version=seen
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)


@router.delete("/{id}/users", status_code=204, summary="Ontkoppel gebruikers")
@chain_administrator
async def unlink_users(
    id_: Annotated[UUID, Path(alias="id")],
    caller: InjectedCaller,
    seen: SeenVersion,
    person_ids: Annotated[list[UUID], Query(alias="personIds", min_length=1, max_length=500)],
) -> Response:
    """Unlink users; after 204 they have no access."""
    command = message(
        UnlinkUsers, caller, chain_authorization_id=id_, person_ids=person_ids, seen_version=seen
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)


@router.post("/{id}/renewals", status_code=201, summary="Vraag verlenging aan")
@chain_administrator
async def request_renewal(
    id_: Annotated[UUID, Path(alias="id")],
    body: RenewalIn,
    caller: InjectedCaller,
    seen: SeenVersion,
    response: Response,
) -> RequestedOut:
    """Ask the relation again, from three months before the end."""
    command = message(
        RequestRenewal, caller, chain_authorization_id=id_, contact=body.contact, language=body.language,
        quotation=body.quotation, seen_version=seen,
    )  # fmt: skip
    requested = await caller.command(command)
    located(response, "chain-authorizations", requested.chain_authorization_id)
    return RequestedOut.of(requested)
