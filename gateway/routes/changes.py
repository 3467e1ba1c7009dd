"""Changes of credentials that take effect at once: role, mobile number, e-mail address, ending."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from chassis.ids import fresh
from contracts.authorizations import ListLosses
from contracts.chain import ListUnlinked
from contracts.identity import (
    ChangeEmail,
    ChangeMobile,
    ChangeOwnEmail,
    ChangeRole,
    CredentialType,
    EndCredential,
    GetEndingOptions,
    UndoEnding,
)
from contracts.values import Level
from gateway.dependencies import InjectedCaller, message
from gateway.errors import invalid
from gateway.policy import PolicyRoute, administrator, member
from gateway.relations import readable
from gateway.schemas.authorizations import ServiceOut
from gateway.schemas.changes import ConsequencesOut, EmailIn, EndingIn, EndingOptionsOut, MobileIn, RoleIn

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["credentials"])


@router.put("/credentials/{id}/role", status_code=204, summary="Wijzig de rol van een persoon")
@administrator
async def change_role(id_: Annotated[UUID, Path(alias="id")], body: RoleIn, caller: InjectedCaller) -> Response:
    """Promote another person to administrator, or the reverse, at once."""
    await caller.command(ChangeRole(actor=caller.actor, credential_id=id_, role=body.role))
    return Response(status_code=204)


@router.put("/credentials/{id}/mobile", status_code=204, summary="Wijzig het mobiele nummer van een persoon")
@administrator
async def change_mobile(id_: Annotated[UUID, Path(alias="id")], body: MobileIn, caller: InjectedCaller) -> Response:
    """Change the number to which another person's login codes go; the own login is at most five minutes ago."""
    mobile = caller.seal(body.mobile, "identity", "mobile")
    await caller.command(ChangeMobile(actor=caller.actor, credential_id=id_, mobile=mobile))
    return Response(status_code=204)


@router.put("/credentials/{id}/email", status_code=204, summary="Wijzig het e-mailadres vóór activatie")
@administrator
async def change_email(id_: Annotated[UUID, Path(alias="id")], body: EmailIn, caller: InjectedCaller) -> Response:
    """Change the e-mail address of a person who has not activated yet."""
    await caller.command(message(ChangeEmail, caller, credential_id=id_, email=body.email))
    return Response(status_code=204)


@router.put("/sessions/current/email", status_code=204, summary="Wijzig het eigen e-mailadres")
@member
async def change_own_email(body: EmailIn, caller: InjectedCaller) -> Response:
    """Change the own e-mail address, at every organisation."""
    await caller.command(message(ChangeOwnEmail, caller, email=body.email))
    return Response(status_code=204)


@router.get("/credentials/{id}/ending-options", summary="Toon de mogelijkheden om een middel op te zeggen")
@administrator
async def get_ending_options(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> EndingOptionsOut:
    """Show the end of the contract period, the organisations to choose from, and whether the company ends."""
    return EndingOptionsOut.of(await caller.ask(GetEndingOptions(actor=caller.actor, credential_id=id_)))


@router.get("/consequences", summary="Toon wat een lager niveau of een ander type beëindigt")
@administrator
async def get_consequences(
    person_id: Annotated[UUID, Query(alias="personId")],
    caller: InjectedCaller,
    level: Annotated[Level | None, Query(description="The level to come; absent: it stays.")] = None,
    to_type: Annotated[CredentialType | None, Query(alias="type", description="The type to come.")] = None,
) -> ConsequencesOut:
    """Show the authorizations and chain links of a person that would end with a downgrade or a conversion.

    Without a level and a type nothing changes: one of them is needed.
    """
    if level is None and to_type is None:
        raise invalid("query", "change_missing", caller.language)
    changes = {"person_id": person_id, "level": level, "to_type": to_type}
    losses = await caller.ask(ListLosses(actor=caller.actor, **changes))
    asked = fresh()
    unlinked = await caller.ask(ListUnlinked(actor=caller.actor, **changes), id_=asked)
    return ConsequencesOut(
        services=tuple(ServiceOut.of(service) for service in losses.services),
        services_total=losses.total,
        relations=tuple(
            readable(caller, relation, f"relations.{place}", id_=asked)
            for place, relation in enumerate(unlinked.relations)
        ),
        relations_total=unlinked.total,
    )


@router.post("/credentials/{id}/endings", status_code=204, summary="Zeg een middel op")
@administrator
async def schedule_ending(id_: Annotated[UUID, Path(alias="id")], body: EndingIn, caller: InjectedCaller) -> Response:
    """End a credential: at once, after a day, or with the contract period; here and at other organisations."""
    command = message(EndCredential, caller, credential_id=id_, **body.model_dump())
    await caller.command(command)
    return Response(status_code=204)


@router.delete("/credentials/{id}/endings", status_code=204, summary="Maak een geplande opzegging ongedaan")
@administrator
async def undo_ending(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Take a scheduled ending back, until its day."""
    await caller.command(UndoEnding(actor=caller.actor, credential_id=id_))
    return Response(status_code=204)
