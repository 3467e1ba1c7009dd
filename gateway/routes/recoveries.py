"""Recovery of login details, without a session (ID-189)."""

from fastapi import APIRouter, Response

from contracts.identity import CompleteRecovery, OpenRecovery, StartRecovery, recovery_key
from gateway.dependencies import InjectedCaller, message
from gateway.policy import PolicyRoute, anyone
from gateway.schemas.accounts import NewPasswordIn, RecoveryIn, RecoveryOut, RecoveryTokenIn

router = APIRouter(prefix="/v1/recoveries", route_class=PolicyRoute, tags=["recoveries"])


@router.post("", status_code=204, summary="Vraag de inloggegevens op")
@anyone
async def start_recovery(body: RecoveryIn, caller: InjectedCaller) -> Response:
    """Have user name and a link for a new password sent by e-mail; the answer is always the same."""
    await caller.command(message(StartRecovery, caller, email=body.email))
    return Response(status_code=204)


@router.post("/openings", status_code=201, summary="Open de link uit de e-mail")
@anyone
async def open_recovery(body: RecoveryTokenIn, caller: InjectedCaller) -> RecoveryOut:
    """Learn which second factor the link asks for; with SMS a code goes out."""
    return RecoveryOut.of(await caller.command(message(OpenRecovery, caller, token_hash=recovery_key(body.token))))


@router.post("/completions", status_code=204, summary="Kies een nieuw wachtwoord")
@anyone
async def complete_recovery(body: NewPasswordIn, caller: InjectedCaller) -> Response:
    """Choose a new password with link and second factor; log in with it afterwards."""
    command = message(
        CompleteRecovery, caller, token_hash=recovery_key(body.token), end_sessions=body.end_sessions,
        code=caller.seal(body.code, "identity", "code"), password=caller.seal(body.password, "identity", "password"),
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)
