"""Logging in in two steps, sessions and their tokens, log-out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from contracts.identity import (
    CompleteLogin,
    EndSession,
    GetProfile,
    RefreshSession,
    StartLogin,
    SwitchOrganisation,
)
from gateway import shown
from gateway.dependencies import InjectedCaller, message
from gateway.policy import PolicyRoute, anyone, person, signed_in
from gateway.schemas.identity import LoginCodeIn, LoginIn, LoginOut, OrganisationIn, ProfileOut, RefreshIn, TokensOut

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["sessions"])


@router.post("/logins", status_code=201, summary="Begin met inloggen")
@anyone
async def start_login(body: LoginIn, caller: InjectedCaller) -> LoginOut:
    """Begin a login with user name and password; failures are counted per device cookie."""
    password = caller.seal(body.password, "identity", "password")
    command = message(
        StartLogin, caller, user_name=body.user_name, password=password, device=caller.device, network=caller.network,
        destination=body.destination,
    )  # fmt: skip
    return LoginOut.of(await caller.command(command))


@router.post("/logins/{id}/sessions", status_code=201, summary="Rond het inloggen af met de code")
@anyone
async def complete_login(
    id_: Annotated[UUID, Path(alias="id")], body: LoginCodeIn, caller: InjectedCaller
) -> TokensOut:
    """Complete a login with the code of the second step."""
    code = caller.seal(body.code, "identity", "code")
    command = message(
        CompleteLogin, caller, login_id=id_, code=code, organisation_id=body.organisation_id
    )  # fmt: skip
    return shown.tokens(caller, await caller.command(command), caller.id)


@router.post("/sessions/{id}/tokens", status_code=201, summary="Vernieuw de tokens van een sessie")
@anyone
async def refresh_session(id_: Annotated[UUID, Path(alias="id")], body: RefreshIn, caller: InjectedCaller) -> TokensOut:
    """Exchange a refresh token, which works once, for new tokens."""
    token = caller.seal(body.refresh_token, "identity", "refresh_token")
    command = message(RefreshSession, caller, session_id=id_, refresh_token=token)
    return shown.tokens(caller, await caller.command(command), caller.id)


@router.get("/sessions/current", summary="Toon het eigen profiel")
@signed_in
async def get_profile(caller: InjectedCaller) -> ProfileOut:
    """Show the own profile and the organisations to choose from."""
    return ProfileOut.of(await caller.ask(GetProfile(actor=caller.actor)))


@router.delete("/sessions/current", status_code=204, summary="Log uit")
@signed_in
async def end_session(caller: InjectedCaller) -> Response:
    """Log out; the access token is refused from this moment on."""
    session = caller.actor.session_id
    assert session is not None, "tokens of people name their session"
    try:
        await caller.command(EndSession(actor=caller.actor, session_id=session))
    finally:
        await caller.gateway.ended.add(session)
    return Response(status_code=204)


@router.put("/sessions/current/organisation", summary="Kies een andere organisatie")
@person
async def switch_organisation(body: OrganisationIn, caller: InjectedCaller) -> TokensOut:
    """Choose another of the person's organisations; rights are those that the person has there."""
    command = SwitchOrganisation(
        actor=caller.actor, session_id=caller.actor.session_id, organisation_id=body.organisation_id
    )  # fmt: skip
    return shown.tokens(caller, await caller.command(command), caller.id)
