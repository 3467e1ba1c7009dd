"""What a relation does by its personal link, without an account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from chassis.ids import fresh
from contracts.chain import DeclineInvitation, InvitationView, ReadInvitation, ReturnAgreement
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, message
from gateway.downloads import download
from gateway.errors import ProblemError
from gateway.openapi import PDF_FILE, upload_body
from gateway.policy import PolicyRoute, anyone
from gateway.relations import with_relation
from gateway.schemas.chain import InvitationOut
from gateway.uploads import JPEG, PDF, PNG, read_upload

router = APIRouter(prefix="/v1/invitations", route_class=PolicyRoute, tags=["invitations"])
Token = Annotated[str, Path(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_.~-]+$")]


async def _read(caller: Caller, token: str, id_: UUID | None = None) -> InvitationView:
    """Return the request behind a personal link, as the answer to the query `id_`."""
    id_ = id_ or fresh()
    sealed = caller.seal(token, "chain", "token", id_=id_)
    return await caller.ask(ReadInvitation(actor=caller.actor, token=sealed), id_=id_)


@router.get("/{token}", summary="Lees een uitnodiging")
@anyone
async def read_invitation(token: Token, caller: InjectedCaller) -> InvitationOut:
    """Read the request behind a personal link."""
    asked = fresh()
    view = await _read(caller, token, asked)
    shown = with_relation(caller, view, id_=asked)
    return InvitationOut.of({**shown, "agreement_ready": view.agreement is not None})


@router.get("/{token}/agreement", summary="Download de overeenkomst", response_class=Response, responses=PDF_FILE)
@anyone
async def get_agreement(token: Token, caller: InjectedCaller) -> Response:
    """Download the agreement to sign."""
    view = await _read(caller, token)
    if view.agreement is None:
        raise ProblemError("agreement_not_ready", headers={"Retry-After": "2"})
    return await download(caller.gateway.blobs, view.agreement)


@router.post(
    "/{token}/agreement",
    status_code=204,
    summary="Stuur de ondertekende overeenkomst terug",
    openapi_extra=upload_body(),
)
@anyone
async def return_agreement(token: Token, request: Request, caller: InjectedCaller) -> Response:
    """Upload the signed agreement (part `file`): PDF, PNG or JPEG."""
    invitation = await _read(caller, token)
    upload = await read_upload(request, caller, PDF, PNG, JPEG)
    command = message(
        ReturnAgreement, caller, chain_authorization_id=invitation.chain_authorization_id,
        token=caller.seal(token, "chain", "token"), agreement=await upload.store(caller),
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)


@router.post("/{token}/rejections", status_code=204, summary="Wijs een uitnodiging af")
@anyone
async def decline_invitation(token: Token, caller: InjectedCaller) -> Response:
    """Decline to grant the chain authorization."""
    invitation = await _read(caller, token)
    command = message(
        DeclineInvitation, caller, chain_authorization_id=invitation.chain_authorization_id,
        token=caller.seal(token, "chain", "token"),
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)
