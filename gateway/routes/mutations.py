"""Changes in treatment (mutatie in behandeling): asked for by administrators, decided by the back office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from contracts.identity import (
    ChooseUpgradeIdentificationMethod,
    ConfirmDeclaration,
    ConfirmDevice,
    ConvertCredential,
    DowngradeCredential,
    EnrolDevice,
    GetMutation,
    GetOwnMutation,
    LinkPerson,
    ListMutations,
    ProcessMutation,
    RecordHolderIdentification,
    RefuseMutation,
    UpgradeCredential,
    ViewDocument,
)
from gateway import shown
from gateway.copies import sealed_document
from gateway.dependencies import InjectedCaller, InjectedPart, located, message, page
from gateway.downloads import download_shown
from gateway.openapi import COPY_FILE
from gateway.policy import PolicyRoute, administrator, member, staff_deciding, staff_reading
from gateway.routes.organisations import administrator_or_staff
from gateway.schemas.base import Page
from gateway.schemas.changes import (
    ConversionIn,
    DeviceCodeIn,
    DeviceOut,
    DowngradeIn,
    LinesIn,
    LinkIn,
    MutationDecidedOut,
    MutationDetailOut,
    MutationOut,
    MutationReceivedOut,
    RefusedLinesIn,
    UpgradeIn,
)
from gateway.schemas.documents import LookIn
from gateway.schemas.requests import MethodIn

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["mutations"])


@router.post("/credentials/{id}/links", status_code=201, summary="Koppel een persoon aan andere organisaties")
@administrator
async def link_person(
    id_: Annotated[UUID, Path(alias="id")], body: LinkIn, caller: InjectedCaller, response: Response
) -> MutationReceivedOut:
    """Link a person to other organisations of the administrator; in force once the back office has processed it."""
    command = message(LinkPerson, caller, credential_id=id_, to=_plain(body.to), agreed=body.agreed)
    return _received(response, await caller.command(command))


@router.post("/credentials/{id}/upgrades", status_code=201, summary="Verhoog het niveau van een middel")
@administrator
async def upgrade_credential(
    id_: Annotated[UUID, Path(alias="id")], body: UpgradeIn, caller: InjectedCaller, response: Response
) -> MutationReceivedOut:
    """Raise the level of another person's credential, at most to the own."""
    given = body.model_dump(exclude={"mobile", "document", "identification_address"})
    lines, place = body.identification_address, "identification_address"
    command = message(
        UpgradeCredential, caller, credential_id=id_, document=sealed_document(caller, body.document), **given,
        mobile=None if body.mobile is None else caller.seal(body.mobile, "identity", "mobile"),
        identification_address=caller.seal_lines(lines, "identity", place) if any(lines) else None,
    )  # fmt: skip
    return _received(response, await caller.command(command))


@router.post("/credentials/{id}/downgrades", status_code=201, summary="Verlaag het niveau van een middel")
@administrator
async def downgrade_credential(
    id_: Annotated[UUID, Path(alias="id")], body: DowngradeIn, caller: InjectedCaller, response: Response
) -> MutationReceivedOut:
    """Lower the level of another person's credential at the end of the contract period."""
    command = message(DowngradeCredential, caller, credential_id=id_, level=body.level, agreed=body.agreed)
    return _received(response, await caller.command(command))


@router.post("/credentials/{id}/conversions", status_code=201, summary="Zet een middel om")
@administrator
async def convert_credential(
    id_: Annotated[UUID, Path(alias="id")], body: ConversionIn, caller: InjectedCaller, response: Response
) -> MutationReceivedOut:
    """Change an EH3 credential between regular and Belastingdienst."""
    command = message(
        ConvertCredential, caller, credential_id=id_, to_type=body.type, years=body.years, consent=body.consent
    )
    return _received(response, await caller.command(command))


@router.get("/mutations", summary="Toon de mutaties in behandeling")
@administrator_or_staff
async def list_mutations(caller: InjectedCaller, part: InjectedPart) -> Page[MutationOut]:
    """Show the changes that wait, oldest first: to the back office all, to an administrator the organisation's.

    `requiredActions` says what a change waits for.
    """
    query = ListMutations(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, MutationOut, await caller.ask(query))


@router.get("/mutations/own", summary="Toon de eigen mutatie in behandeling")
@member
async def get_own_mutation(caller: InjectedCaller) -> Page[MutationOut]:
    """Show the change of the own credential that is in treatment, with what is asked of the holder."""
    return page(caller, MutationOut, await caller.ask(GetOwnMutation(actor=caller.actor)))


@router.get("/mutations/{id}", summary="Toon een mutatie met de aangevulde gegevens")
@staff_reading
async def get_mutation(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> MutationDetailOut:
    """Show a change with the data that were completed for it."""
    detail = await caller.ask(GetMutation(actor=caller.actor, mutation_id=id_), id_=caller.id)
    return shown.mutation(caller, detail)


@router.post(
    "/mutations/{id}/document-views", summary="Bekijk een kopie van het identiteitsbewijs bij een mutatie",
    response_class=Response, responses=COPY_FILE,
)  # fmt: skip
@staff_deciding
async def view_mutation_document(
    id_: Annotated[UUID, Path(alias="id")], body: LookIn, caller: InjectedCaller
) -> Response:
    """Look at a file of the copy, once: the reason stands in the audit trail."""
    command = message(ViewDocument, caller, document_id=id_, file_id=body.file_id, reason=body.reason)
    return await download_shown(caller.gateway.blobs, (await caller.command(command)).blob)


@router.post("/mutations/{id}/declarations", status_code=204, summary="Bevestig de verklaring")
@member
async def confirm_declaration(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Let the holder declare to be fully authorised and to use the Belastingdienst credential personally."""
    await caller.command(ConfirmDeclaration(actor=caller.actor, mutation_id=id_))
    return Response(status_code=204)


@router.post("/mutations/{id}/devices", status_code=201, summary="Koppel een OTP-device")
@member
async def enrol_device(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> DeviceOut:
    """Let the holder enrol the OTP device that an upgrade brings."""
    return shown.device(caller, await caller.command(EnrolDevice(actor=caller.actor, mutation_id=id_)), caller.id)


@router.post("/mutations/{id}/device-codes", status_code=204, summary="Bevestig het OTP-device")
@member
async def confirm_device(
    id_: Annotated[UUID, Path(alias="id")], body: DeviceCodeIn, caller: InjectedCaller
) -> Response:
    """Let the holder prove that the device shows right codes."""
    code = caller.seal(body.code, "identity", "code")
    await caller.command(ConfirmDevice(actor=caller.actor, mutation_id=id_, code=code))
    return Response(status_code=204)


@router.put(
    "/mutations/{id}/identification-method",
    status_code=204,
    summary="Kies hoe u wordt geïdentificeerd voor een mutatie",
)
@member
async def choose_upgrade_identification_method(
    id_: Annotated[UUID, Path(alias="id")], body: MethodIn, caller: InjectedCaller
) -> Response:
    """Let the holder choose the way of the identification that an upgrade asks for."""
    command = message(ChooseUpgradeIdentificationMethod, caller, mutation_id=id_, method=body.method)
    await caller.command(command)
    return Response(status_code=204)


@router.post("/mutations/{id}/identifications", status_code=204, summary="Leg de identificatie vast voor een mutatie")
@staff_deciding
async def record_holder_identification(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Record that the holder was identified in person for the new level."""
    await caller.command(RecordHolderIdentification(actor=caller.actor, mutation_id=id_))
    return Response(status_code=204)


@router.post("/mutations/{id}/approvals", summary="Verwerk een mutatie")
@staff_deciding
async def process_mutation(
    id_: Annotated[UUID, Path(alias="id")], body: LinesIn, caller: InjectedCaller
) -> MutationDecidedOut:
    """Process a change, or some lines of it; some levels need two employees."""
    command = message(ProcessMutation, caller, mutation_id=id_, organisation_ids=body.organisation_ids)
    return MutationDecidedOut.of(await caller.command(command))


@router.post("/mutations/{id}/rejections", summary="Wijs een mutatie af")
@staff_deciding
async def refuse_mutation(
    id_: Annotated[UUID, Path(alias="id")], body: RefusedLinesIn, caller: InjectedCaller
) -> MutationDecidedOut:
    """Refuse a change, or some lines of it; the administrator reads the reason."""
    command = message(
        RefuseMutation, caller, mutation_id=id_, organisation_ids=body.organisation_ids, reason=body.reason
    )
    return MutationDecidedOut.of(await caller.command(command))


def _plain(to: tuple[object, ...]) -> list[dict[str, object]]:
    return [target.model_dump() for target in to]  # type: ignore[attr-defined]


def _received(response: Response, received: object) -> MutationReceivedOut:
    out = MutationReceivedOut.of(received)
    located(response, "mutations", out.mutation_id)
    return out
