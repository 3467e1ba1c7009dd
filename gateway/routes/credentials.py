"""Credentials of the organisation."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from contracts.identity import EndCredential, ListCredentials, RecordIdentification
from gateway.dependencies import InjectedCaller, InjectedPart, page
from gateway.policy import PolicyRoute, administrator, staff_deciding
from gateway.schemas.base import Page
from gateway.schemas.identity import CredentialOut

router = APIRouter(prefix="/v1/credentials", route_class=PolicyRoute, tags=["credentials"])


@router.get("", summary="Toon de gebruikers van de organisatie")
@administrator
async def list_credentials(caller: InjectedCaller, part: InjectedPart) -> Page[CredentialOut]:
    """Show the users of the organisation with their credentials."""
    query = ListCredentials(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, CredentialOut, await caller.ask(query))


@router.delete("/{id}", status_code=204, summary="Beëindig een middel")
@administrator
async def end_credential(
    id_: Annotated[UUID, Path(alias="id")],
    caller: InjectedCaller,
    confirmed: Annotated[bool, Query(description="'Ja, eHerkenning opzeggen'.")] = False,  # noqa: FBT002 (a query key)
) -> Response:
    """End a credential here at once; after 204 no decision says yes by it."""
    await caller.command(EndCredential(actor=caller.actor, credential_id=id_, confirmed=confirmed))
    return Response(status_code=204)


@router.post("/{id}/identifications", status_code=204, summary="Leg de persoonsidentificatie vast")
@staff_deciding
async def record_identification(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Record that the holder was identified in person."""
    await caller.command(RecordIdentification(actor=caller.actor, credential_id=id_))
    return Response(status_code=204)
