"""Change forms: the list, submitting, the back office's queue."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from chassis.ids import fresh
from contracts.identity import (
    FormStatus,
    FormView,
    GetFormAttachment,
    HandleForm,
    ListForms,
    ListFormTypes,
    RefuseForm,
    SubmitForm,
    SubmitOpenForm,
)
from contracts.message import SealedText
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.downloads import download_shown
from gateway.openapi import COPY_FILE, upload_body
from gateway.policy import PolicyRoute, administrator, anyone, everybody, staff_deciding, staff_reading
from gateway.routes.organisations import administrator_or_staff
from gateway.schemas.base import Page
from gateway.schemas.identity import ReasonIn
from gateway.schemas.organisations import (
    FormHandledOut,
    FormIn,
    FormOut,
    FormSubmittedOut,
    FormTypesOut,
    HandlingIn,
    OpenFormIn,
)
from gateway.uploads import JPEG, PDF, PNG, read_upload

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["forms"])


@router.get("/form-types", summary="Toon de wijzigingsformulieren")
@everybody
async def list_form_types(caller: InjectedCaller) -> FormTypesOut:
    """Show the supplier's change forms; without a session those that are taken without one."""
    return FormTypesOut.of(await caller.ask(ListFormTypes(actor=caller.actor)))


@router.post("/forms", status_code=201, summary="Dien een wijzigingsformulier in")
@administrator
async def submit_form(body: FormIn, caller: InjectedCaller) -> FormSubmittedOut:
    """Submit a change form for the organisation of the session; it takes effect when the back office handles it."""
    bsn = None if body.bsn is None else caller.seal(body.bsn, "identity", "bsn")
    command = message(SubmitForm, caller, code=body.code, values=_values(caller, body), bsn=bsn)
    return FormSubmittedOut.of(await caller.command(command))


def _values(caller: Caller, body: FormIn | OpenFormIn) -> dict[str, SealedText]:
    """Return what was entered, each sealed for identity: people write numbers of telephones in it (S40)."""
    return {given.name: caller.seal(given.value, "identity", f"values.{given.name}") for given in body.values}


@router.post(
    "/open-forms",
    status_code=201,
    summary="Dien een wijzigingsformulier in zonder in te loggen",
    openapi_extra=upload_body(form=OpenFormIn),
)
@anyone
async def submit_open_form(request: Request, caller: InjectedCaller) -> FormSubmittedOut:
    """Submit a change form as legal representative: `form` as JSON, the signed form as `file` (PDF, PNG or JPEG)."""
    upload = await read_upload(request, caller, PDF, PNG, JPEG)
    body = upload.read(OpenFormIn, "form", caller)
    asked = {**body.model_dump(), "values": _values(caller, body)}
    command = message(SubmitOpenForm, caller, **asked, attachment=await upload.store(caller))
    return FormSubmittedOut.of(await caller.command(command))


@router.get("/forms", summary="Toon de ingediende formulieren")
@administrator_or_staff
async def list_forms(
    caller: InjectedCaller, part: InjectedPart, status: Annotated[FormStatus, Query()] = FormStatus.SUBMITTED
) -> Page[FormOut]:
    """Show the forms of the organisation; to the back office its queue, oldest first."""
    asked = fresh()
    query = ListForms(actor=caller.actor, status=status, cursor=part.cursor, limit=part.limit)
    found = await caller.ask(query, id_=asked)
    rows = tuple(_opened(caller, row, place, asked) for place, row in enumerate(found.rows))
    return page(caller, FormOut, found.model_copy(update={"rows": rows}))


def _opened(caller: Caller, form: FormView, place: int, asked: UUID) -> FormView:
    """Return a form of the answer to a question, with its values opened."""
    values = {name: caller.open(text, f"rows.{place}.values.{name}", id_=asked) for name, text in form.values.items()}
    return form.model_copy(update={"values": values})


@router.get("/forms/{id}/attachment", summary="Download het formulier", response_class=Response, responses=COPY_FILE)
@staff_reading
async def get_form_attachment(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Download the signed form."""
    view = await caller.ask(GetFormAttachment(actor=caller.actor, form_id=id_))
    return await download_shown(caller.gateway.blobs, view.blob)


@router.post("/forms/{id}/handlings", summary="Verwerk een formulier")
@staff_deciding
async def handle_form(
    id_: Annotated[UUID, Path(alias="id")], body: HandlingIn, caller: InjectedCaller
) -> FormHandledOut:
    """Mark a form as handled: what it leads to is carried out with it, or refused; free text is done by hand."""
    entered = body.model_dump()
    if body.person is not None and body.person.mobile is not None:
        entered["person"]["mobile"] = caller.seal(body.person.mobile, "identity", "person.mobile")
    return FormHandledOut.of(await caller.command(message(HandleForm, caller, form_id=id_, **entered)))


@router.post("/forms/{id}/rejections", status_code=204, summary="Wijs een formulier af")
@staff_deciding
async def refuse_form(id_: Annotated[UUID, Path(alias="id")], body: ReasonIn, caller: InjectedCaller) -> Response:
    """Refuse a form with a reason; nothing changes."""
    await caller.command(message(RefuseForm, caller, form_id=id_, reason=body.reason))
    return Response(status_code=204)
