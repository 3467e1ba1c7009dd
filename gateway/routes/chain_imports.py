"""Requests to many relations by a workbook."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from chassis.asking import NoAnswerError
from chassis.tasks import end
from contracts.chain import GetImport, GetImportTemplate, ImportPreview, ImportRelations, PreviewImport
from contracts.identity import LookUpCompany
from contracts.message import BlobReference
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, located, message
from gateway.downloads import download
from gateway.errors import RefusedError
from gateway.openapi import WORKBOOK_FILE, upload_body
from gateway.policy import PolicyRoute, chain_administrator
from gateway.schemas.chain import ImportedOut, ImportOut, PreviewOut, TermsIn
from gateway.uploads import XLSX, read_upload

router = APIRouter(
    prefix="/v1/chain-authorization-imports", route_class=PolicyRoute, tags=["chain-authorization-imports"]
)
_LOOK_UPS_AT_ONCE = 16
_LOOK_UPS_S = 5.0


@router.post("", status_code=201, summary="Importeer relaties", openapi_extra=upload_body(terms=TermsIn))
@chain_administrator
async def import_relations(
    request: Request,
    caller: InjectedCaller,
    response: Response,
    faultless_only: Annotated[  # noqa: FBT002 (a query key)
        bool, Query(alias="faultlessOnly", description="Take the faultless rows although others are faulty.")
    ] = False,
) -> ImportedOut:
    """Ask all relations of a workbook (part `file`) on the same terms (part `terms`, JSON)."""
    upload = await read_upload(request, caller, XLSX)
    terms = upload.read(TermsIn, "terms", caller)
    blob = await upload.store(caller)
    names = await _names(caller, await caller.ask(PreviewImport(actor=caller.actor, blob=blob)))
    command = message(
        ImportRelations, caller, blob=blob, terms=terms, faultless_only=faultless_only, names=names
    )  # fmt: skip
    imported = await caller.command(command)
    located(response, "chain-authorization-imports", imported.import_id)
    return ImportedOut.of(imported)


async def _names(caller: Caller, preview: ImportPreview) -> dict[str, str]:
    """Return the names that the trade register has for the numbers of a workbook; one it cannot tell is left out."""
    numbers = {row.relation.kvk_number for row in preview.rows} - {None}
    at_once = asyncio.Semaphore(_LOOK_UPS_AT_ONCE)
    names: dict[str, str] = {}

    async def look_up(number: str) -> None:
        async with at_once:
            try:
                company = await caller.ask(message(LookUpCompany, caller, kvk_number=number))
            except (RefusedError, NoAnswerError):
                return
            names[number] = company.name

    tasks = [asyncio.create_task(look_up(number)) for number in numbers if number is not None]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=_LOOK_UPS_S)
        await end(*late)
    return names


@router.post("/previews", summary="Bekijk een import vooraf", openapi_extra=upload_body())
@chain_administrator
async def preview_import(request: Request, caller: InjectedCaller) -> PreviewOut:
    """Read and check a workbook (part `file`) without taking it over."""
    upload = await read_upload(request, caller, XLSX)
    blob: BlobReference = await upload.store(caller)
    return PreviewOut.of(await caller.ask(PreviewImport(actor=caller.actor, blob=blob)))


@router.get("/template", summary="Download het sjabloon", response_class=Response, responses=WORKBOOK_FILE)
@chain_administrator
async def get_template(caller: InjectedCaller) -> Response:
    """Download the empty workbook to fill in."""
    ready = await caller.ask(GetImportTemplate(actor=caller.actor))
    return await download(caller.gateway.blobs, ready.blob)


@router.get("/{id}", summary="Toon een import")
@chain_administrator
async def get_import(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> ImportOut:
    """Show how far an import got."""
    return ImportOut.of(await caller.ask(GetImport(actor=caller.actor, import_id=id_)))
