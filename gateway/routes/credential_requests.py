"""Credentials for new persons: copies of documents, the request, new activation letters."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from contracts.actor import ActorKind
from contracts.identity import (
    ChangeIdentificationAddress,
    IssueActivationLetter,
    RequestCredential,
)
from contracts.values import Level, Role
from gateway.caller import Caller
from gateway.copies import sealed_document, take_copy
from gateway.dependencies import InjectedCaller, located, message
from gateway.openapi import upload_body
from gateway.policy import DECIDING_STAFF, PolicyRoute, administrator, policy
from gateway.schemas.documents import CopyOut
from gateway.schemas.requests import (
    AddressIn,
    CredentialRequestIn,
    LetterIn,
    RequestedPersonIn,
    RequestReceivedOut,
)

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["credential-requests"])
_letters = policy(
    ActorKind.PERSON, ActorKind.STAFF, role=Role.ADMINISTRATOR, level=Level.EH2_PLUS, staff=DECIDING_STAFF
)


@router.post(
    "/identity-document-copies", status_code=201, summary="Upload een kopie van een identiteitsbewijs",
    openapi_extra=upload_body(),
)  # fmt: skip
@administrator
async def upload_copy(request: Request, caller: InjectedCaller) -> CopyOut:
    """Upload a scan or photo of an identity document (part `file`); a request names it within a day."""
    return await take_copy(request, caller)


@router.post("/credentials", status_code=201, summary="Vraag een middel aan voor een nieuwe persoon")
@administrator
async def request_credential(
    body: CredentialRequestIn, caller: InjectedCaller, response: Response
) -> RequestReceivedOut:
    """Request a credential for a new person, at one or more organisations."""
    command = message(
        RequestCredential, caller,
        **body.model_dump(exclude={"person", "document", "identification_address"}),
        person=_person(caller, body.person), document=sealed_document(caller, body.document),
        identification_address=caller.seal_lines(body.identification_address, "identity", "identification_address"),
    )  # fmt: skip
    received = await caller.command(command)
    located(response, "credentials", received.credential_ids[0])
    return RequestReceivedOut.of(received)


def _person(caller: Caller, person: RequestedPersonIn) -> dict[str, object]:
    """Return the person with both numbers sealed for identity."""
    sealed = {name: caller.seal(getattr(person, name), "identity", f"person.{name}") for name in ("phone", "mobile")}
    return {**person.model_dump(), **sealed}


@router.post("/credentials/{id}/activation-letters", status_code=204, summary="Stuur een nieuwe activeringsbrief")
@_letters
async def issue_activation_letter(
    id_: Annotated[UUID, Path(alias="id")], body: LetterIn, caller: InjectedCaller
) -> Response:
    """Send a new activation letter; the old one is void and a new term begins."""
    await caller.command(message(IssueActivationLetter, caller, credential_id=id_, **body.model_dump()))
    return Response(status_code=204)


@router.put(
    "/credentials/{id}/identification-address", status_code=204, summary="Wijzig het identificatieadres (bij AMP Groep)"
)
@administrator
async def change_identification_address(
    id_: Annotated[UUID, Path(alias="id")], body: AddressIn, caller: InjectedCaller
) -> Response:
    """Refuse the change: the address of a running identification is changed at AMP Groep, at the site that is named."""
    del body  # it goes nowhere
    await caller.command(ChangeIdentificationAddress(actor=caller.actor, credential_id=id_))
    return Response(status_code=204)
