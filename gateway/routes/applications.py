"""Applications, the trade register and activations."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from chassis.ids import fresh
from contracts.actor import ActorKind
from contracts.billing import QuoteApplication
from contracts.identity import (
    ApproveApplication,
    CompleteActivation,
    GetApplication,
    ListApplications,
    LookUpCompany,
    RejectApplication,
    StartActivation,
    SubmitApplication,
    ViewDocument,
    letter_code_key,
)
from contracts.values import KvkNumber
from gateway import shown
from gateway.caller import Caller
from gateway.copies import sealed_document, take_copy
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.downloads import download_shown
from gateway.openapi import COPY_FILE, upload_body
from gateway.policy import PolicyRoute, anyone, everybody, staff_deciding, staff_reading
from gateway.schemas.applications import ApplicantIn, ApplicationIn, ApplicationQuotationIn
from gateway.schemas.base import Page
from gateway.schemas.documents import CopyOut, LookIn
from gateway.schemas.identity import (
    ActivationIn,
    ActivationOut,
    ApplicationOut,
    ApplicationReceivedOut,
    CompanyOut,
    CompletionIn,
)
from gateway.schemas.office import QuotationOut
from gateway.schemas.requests import ApplicationDetailOut, RejectionIn

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["applications"])


@router.post(
    "/applicant-document-copies", status_code=201, openapi_extra=upload_body(),
    summary="Upload een kopie van een identiteitsbewijs bij een eerste aanvraag",
)  # fmt: skip
@anyone
async def upload_applicant_copy(request: Request, caller: InjectedCaller, response: Response) -> CopyOut:
    """Upload a scan or photo of an applicant's identity document (part `file`), without a session.

    Only the browser that has the cookie of this answer can name it, in a first application within a day; then it is
    removed. The cookie is the same for all uploads of a browser.
    """
    copy = await take_copy(request, caller)
    caller.prove_upload(response)
    return copy


@router.post("/application-quotations", status_code=201, summary="Vraag een kostenopgave voor een eerste aanvraag op")
@anyone
async def quote_application(body: ApplicationQuotationIn, caller: InjectedCaller) -> QuotationOut:
    """Ask what a first application costs, without a session; the token is valid for 30 minutes."""
    wanted = [{**one.model_dump(exclude={"credential_type"}), "type": one.credential_type} for one in body.credentials]
    query = message(QuoteApplication, caller, kvk_number=body.kvk_number, years=body.years, credentials=wanted)
    return shown.quotation(await caller.ask(query))


@router.post("/applications", status_code=201, summary="Dien een aanvraag in")
@anyone
async def submit_application(body: ApplicationIn, caller: InjectedCaller) -> ApplicationReceivedOut:
    """Submit the first application of an organisation, by its legal representative."""
    command = message(
        SubmitApplication, caller, kvk_number=body.kvk_number, branch_number=body.branch_number,
        phone=body.phone, representative=body.representative, years=body.years, agreed=body.agreed,
        quotation=body.quotation,
        co_representatives=[other.model_dump() for other in body.co_representatives],
        applicants=[_applicant(caller, index, applicant) for index, applicant in enumerate(body.applicants)],
    )  # fmt: skip
    return ApplicationReceivedOut.of(await caller.command(command))


def _applicant(caller: Caller, index: int, applicant: ApplicantIn) -> dict[str, object]:
    """Return an applicant with number and address sealed for identity."""
    place = f"applicants.{index}"
    return {
        **applicant.model_dump(exclude={"credential_type"}),
        "type": applicant.credential_type,
        "mobile": caller.seal(applicant.mobile, "identity", f"{place}.mobile"),
        "identification_address": caller.seal_lines(
            applicant.identification_address, "identity", f"{place}.identification_address"
        ),
        "document": sealed_document(caller, applicant.document, f"{place}.document"),
    }


@router.get("/applications", summary="Toon de wachtrij van aanvragen")
@staff_reading
async def list_applications(
    caller: InjectedCaller, part: InjectedPart, status: Annotated[Literal["waiting", "approved"], Query()] = "waiting"
) -> Page[ApplicationOut]:
    """Show the back office's queue of applications, oldest first."""
    query = ListApplications(actor=caller.actor, status=status, cursor=part.cursor, limit=part.limit)
    return page(caller, ApplicationOut, await caller.ask(query))


@router.post("/applications/{id}/approvals", status_code=204, summary="Keur een aanvraag goed")
@staff_deciding
async def approve_application(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Approve an application; some levels need two employees."""
    await caller.command(ApproveApplication(actor=caller.actor, application_id=id_))
    return Response(status_code=204)


@router.post("/applications/{id}/rejections", status_code=204, summary="Wijs een aanvraag af")
@staff_deciding
async def reject_application(
    id_: Annotated[UUID, Path(alias="id")], body: RejectionIn, caller: InjectedCaller
) -> Response:
    """Reject an application; who asked reads the reason."""
    await caller.command(message(RejectApplication, caller, application_id=id_, **body.model_dump()))
    return Response(status_code=204)


@router.get("/applications/{id}", summary="Toon een aanvraag")
@staff_reading
async def get_application(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> ApplicationDetailOut:
    """Show an application with what the back office checks."""
    asked = fresh()
    found = await caller.ask(GetApplication(actor=caller.actor, application_id=id_), id_=asked)
    return shown.application(caller, found, asked)


@router.post(
    "/applications/{id}/document-views", summary="Bekijk een kopie van een identiteitsbewijs", response_class=Response,
    responses=COPY_FILE,
)  # fmt: skip
@staff_deciding
async def view_document(id_: Annotated[UUID, Path(alias="id")], body: LookIn, caller: InjectedCaller) -> Response:
    """Look at a file of the copy, once: the reason stands in the audit trail."""
    command = message(ViewDocument, caller, document_id=id_, file_id=body.file_id, reason=body.reason)
    return await download_shown(caller.gateway.blobs, (await caller.command(command)).blob)


@router.get("/companies/{kvkNumber}", summary="Zoek een bedrijf op in het Handelsregister")
@everybody
async def look_up_company(
    kvk_number: Annotated[KvkNumber, Path(alias="kvkNumber")], request: Request, caller: InjectedCaller
) -> CompanyOut:
    """Look a company up in the trade register by its KvK number; without a session a few times only."""
    if caller.actor.kind is ActorKind.ANYONE:
        await caller.gateway.admission.limit_lookup(request)
    return CompanyOut.of(await caller.ask(message(LookUpCompany, caller, kvk_number=kvk_number)))


@router.post("/activations", status_code=201, summary="Begin met activeren")
@anyone
async def start_activation(body: ActivationIn, caller: InjectedCaller) -> ActivationOut:
    """Begin an activation with the code of the letter: a code comes by e-mail, with SMS one to the number too."""
    code = caller.seal(body.letter_code, "identity", "letter_code")
    command = message(StartActivation, caller, letter_code=code, letter_code_hash=letter_code_key(body.letter_code))
    return shown.activation(caller, await caller.command(command), caller.id)


@router.post("/activations/{id}/completions", status_code=204, summary="Rond het activeren af")
@anyone
async def complete_activation(
    id_: Annotated[UUID, Path(alias="id")], body: CompletionIn, caller: InjectedCaller
) -> Response:
    """Prove the e-mail address, choose user name and password, confirm the second factor."""
    second = body.second_factor_code
    command = message(
        CompleteActivation, caller, activation_id=id_, user_name=body.user_name,
        validation_code=caller.seal(body.validation_code, "identity", "validation_code"),
        password=caller.seal(body.password, "identity", "password"),
        second_factor_code=None if second is None else caller.seal(second, "identity", "second_factor_code"),
    )  # fmt: skip
    await caller.command(command)
    return Response(status_code=204)
