"""The own account: sessions, login history, language, password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from contracts.identity import ChangeLanguage, ChangePassword, EndSession, ListLogins, ListSessions
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.policy import PolicyRoute, person, signed_in
from gateway.schemas.accounts import LanguageIn, LoginHistoryOut, OwnPasswordIn, SessionOut
from gateway.schemas.base import Page

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["sessions"])


@router.get("/sessions", summary="Toon de eigen sessies")
@signed_in
async def list_sessions(caller: InjectedCaller) -> Page[SessionOut]:
    """Show the own sessions that are open, newest first."""
    return page(caller, SessionOut, await caller.ask(ListSessions(actor=caller.actor)))


@router.delete("/sessions/{id}", status_code=204, summary="Beëindig een eigen sessie")
@signed_in
async def end_own_session(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """End one of the own sessions; its access token is refused from this moment on."""
    await caller.command(EndSession(actor=caller.actor, session_id=id_))
    await caller.gateway.ended.add(id_)
    return Response(status_code=204)


@router.get("/logins", summary="Toon de eigen inloghistorie")
@signed_in
async def list_logins(caller: InjectedCaller, part: InjectedPart) -> Page[LoginHistoryOut]:
    """Show the own logins, newest first; nobody's else can be seen."""
    query = ListLogins(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, LoginHistoryOut, await caller.ask(query))


@router.put("/sessions/current/language", status_code=204, summary="Kies de taal")
@person
async def change_language(body: LanguageIn, caller: InjectedCaller) -> Response:
    """Choose the language of interface and messages, where the supplier offers it; new tokens carry it."""
    await caller.command(message(ChangeLanguage, caller, language=body.language))
    return Response(status_code=204)


@router.put("/sessions/current/password", status_code=204, summary="Wijzig het eigen wachtwoord")
@signed_in
async def change_password(body: OwnPasswordIn, caller: InjectedCaller) -> Response:
    """Choose another password, within five minutes after logging in."""
    command = message(
        ChangePassword, caller, present=caller.seal(body.present, "identity", "present"),
        password=caller.seal(body.password, "identity", "password"), end_sessions=body.end_sessions,
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)
