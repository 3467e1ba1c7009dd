"""Credentials of the organisation."""

from dataclasses import asdict, dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from chassis.ids import fresh
from contracts.authorizations import HolderGrant, ListHolderGrants
from contracts.identity import (
    CredentialStatus,
    EndCredential,
    ExportUsers,
    GetCredential,
    ListCredentials,
    RecordIdentification,
)
from contracts.values import ExportFormat, Level, Role
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.downloads import download
from gateway.openapi import TABLE_FILE
from gateway.policy import PolicyRoute, administrator, member, staff_deciding
from gateway.schemas.base import Page
from gateway.schemas.identity import CredentialOut
from gateway.schemas.organisations import HolderGrantOut, HolderGrantsOut
from gateway.schemas.requests import CredentialDetailOut

router = APIRouter(prefix="/v1/credentials", route_class=PolicyRoute, tags=["credentials"])


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which users are asked for."""

    text: str
    status: CredentialStatus | None
    level: Level | None
    role: Role | None


async def chosen_of(
    text: Annotated[str, Query(max_length=100, description="Part of name, e-mail address or id.")] = "",
    status: Annotated[CredentialStatus | None, Query()] = None,
    level: Annotated[Level | None, Query()] = None,
    role: Annotated[Role | None, Query()] = None,
) -> Chosen:
    """Return which users a request asks for."""
    return Chosen(text, status, level, role)


InjectedChoice = Annotated[Chosen, Depends(chosen_of)]


@router.get("", summary="Toon de gebruikers van de organisatie")
@administrator
async def list_credentials(caller: InjectedCaller, part: InjectedPart, chosen: InjectedChoice) -> Page[CredentialOut]:
    """Show the users of the organisation with their credentials."""
    query = message(ListCredentials, caller, cursor=part.cursor, limit=part.limit, **asdict(chosen))
    return page(caller, CredentialOut, await caller.ask(query))


@router.get("/exports", summary="Download de gebruikers", response_class=Response, responses=TABLE_FILE)
@administrator
async def export_credentials(
    caller: InjectedCaller,
    chosen: InjectedChoice,
    format_: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.XLSX,
) -> Response:
    """Download the users of the organisation as a file, with the supplier's columns."""
    ready = await caller.ask(message(ExportUsers, caller, format=format_, **asdict(chosen)))
    return await download(caller.gateway.blobs, ready.blob)


@router.get("/{id}", summary="Toon een middel en zijn houder")
@member
async def get_credential(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> CredentialDetailOut:
    """Show a credential: registered data of the holder, status, deadline, subscription, actions still needed.

    An administrator sees each of the organisation, everybody the own.
    """
    asked = fresh()
    view = await caller.ask(GetCredential(actor=caller.actor, credential_id=id_), id_=asked)
    mobile = None if view.mobile is None else caller.open(view.mobile, "mobile", id_=asked)
    label = caller.processing(unconfirmed=bool(await caller.being_processed(id_, view.person_id)))
    return CredentialDetailOut.of({**dict(view), "mobile": mobile, "processing": label})


@router.get("/{id}/authorizations", summary="Toon de actieve machtigingen bij een middel")
@member
async def list_holder_grants(
    id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller, part: InjectedPart
) -> HolderGrantsOut:
    """Show the active regular authorizations of the person who holds a credential; no chain authorizations.

    An administrator sees each user's, everybody the own.
    """
    holder = await caller.ask(GetCredential(actor=caller.actor, credential_id=id_))
    query = ListHolderGrants(
        actor=caller.actor, person_id=holder.person_id, cursor=part.cursor, limit=part.limit
    )  # fmt: skip
    found = await caller.ask(query)
    services = {row.service_uuid for row in found.rows}
    open_ = await caller.being_processed(holder.person_id, *services, *(row.authorization_id for row in found.rows))
    person = holder.person_id in open_

    def shown(row: HolderGrant) -> HolderGrantOut:
        changes = row.authorization_id in open_ or (person and row.service_uuid in open_)
        return HolderGrantOut.of({**dict(row), "processing": caller.processing(unconfirmed=changes)})

    return HolderGrantsOut(
        next=caller.give_cursor(found.next), rows=tuple(map(shown, found.rows)),
        processing=caller.processing(unconfirmed=person),
    )  # fmt: skip


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
