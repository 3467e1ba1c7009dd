"""The organisation and its settings, the supplier, added organisations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from contracts.actor import ActorKind
from contracts.identity import (
    AcceptContract,
    AdditionStatus,
    AddOrganisation,
    GetContract,
    GetOrganisation,
    GetSettings,
    GetSupplier,
    ListAdditions,
    LookUpCompany,
    RefuseContract,
    RemoveBranchNumber,
    ResumeOrganisation,
)
from contracts.values import Level, Role
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.downloads import download
from gateway.errors import ProblemError, invalid
from gateway.openapi import PDF_FILE
from gateway.policy import ANY_STAFF as STAFF, PolicyRoute, administrator, anyone, policy, staff_deciding
from gateway.schemas.base import Page
from gateway.schemas.identity import ReasonIn
from gateway.schemas.organisations import (
    AdditionIn,
    AdditionOut,
    AdditionReceivedOut,
    ContractIn,
    OrganisationOut,
    SettingsOut,
    SupplierOut,
)

router = APIRouter(prefix="/v1", route_class=PolicyRoute, tags=["organisations"])
administrator_or_staff = policy(
    ActorKind.PERSON, ActorKind.STAFF, role=Role.ADMINISTRATOR, level=Level.EH2_PLUS, staff=STAFF
)
Status = Annotated[AdditionStatus, Query()]


@router.get("/supplier", summary="Toon de leverancier")
@anyone
async def get_supplier(caller: InjectedCaller) -> SupplierOut:
    """Show the supplier: its login page, where login data are recovered, where help is found."""
    return SupplierOut.of(await caller.ask(GetSupplier(actor=caller.actor)))


@router.get("/organisation", summary="Toon de bedrijfsgegevens")
@administrator
async def get_organisation(caller: InjectedCaller) -> OrganisationOut:
    """Show the company data of the organisation of the session; they change by form only."""
    return OrganisationOut.of(await caller.ask(GetOrganisation(actor=caller.actor)))


@router.get("/organisation/settings", summary="Toon de instellingen")
@administrator
async def get_settings(caller: InjectedCaller) -> SettingsOut:
    """Show which settings the organisation has at this supplier."""
    return SettingsOut.of(await caller.ask(GetSettings(actor=caller.actor)))


@router.delete("/organisation/branch-number", status_code=204, summary="Verwijder het vestigingsnummer")
@administrator
async def remove_branch_number(caller: InjectedCaller) -> Response:
    """Convert the organisation to its eight-digit KvK number only."""
    await caller.command(message(RemoveBranchNumber, caller, organisation_id=caller.actor.organisation_id))
    return Response(status_code=204)


@router.post("/organisations/{id}/resumptions", status_code=204, summary="Hef een schorsing op")
@staff_deciding
async def resume_organisation(
    id_: Annotated[UUID, Path(alias="id")], body: ReasonIn, caller: InjectedCaller
) -> Response:
    """Let an organisation act again that a signal of the trade register had suspended."""
    await caller.command(message(ResumeOrganisation, caller, organisation_id=id_, reason=body.reason))
    return Response(status_code=204)


@router.post("/organisation-additions", status_code=201, summary="Voeg een organisatie toe")
@administrator
async def add_organisation(body: AdditionIn, caller: InjectedCaller) -> AdditionReceivedOut:
    """Add an organisation; it can be used when its signed contract has come in by post and is accepted."""
    asked = {**body.model_dump(), "kvk_number": await _number(body, caller)}
    return AdditionReceivedOut.of(await caller.command(message(AddOrganisation, caller, **asked)))


async def _number(body: AdditionIn, caller: Caller) -> str:
    """Return the KvK number that is added; of a branch number alone the register tells whose it is."""
    if body.kvk_number is not None:
        return body.kvk_number
    if body.branch_number is None:
        raise invalid("body.kvkNumber", "missing", caller.language)
    company = await caller.ask(LookUpCompany(actor=caller.actor, branch_number=body.branch_number))
    return company.kvk_number


@router.get("/organisation-additions", summary="Toon de toegevoegde organisaties")
@administrator_or_staff
async def list_additions(
    caller: InjectedCaller, part: InjectedPart, status: Status = AdditionStatus.PENDING_CONTRACT
) -> Page[AdditionOut]:
    """Show the own additions; to the back office its queue of contracts, oldest first."""
    query = ListAdditions(actor=caller.actor, status=status, cursor=part.cursor, limit=part.limit)
    return page(caller, AdditionOut, await caller.ask(query))


@router.get(
    "/organisation-additions/{id}/contract",
    summary="Download het contract",
    response_class=Response,
    responses=PDF_FILE,
)
@administrator_or_staff
async def get_contract(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Download the contract to print, to sign and to send in by post."""
    view = await caller.ask(GetContract(actor=caller.actor, addition_id=id_))
    if view.blob is None:
        raise ProblemError("contract_not_ready", headers={"Retry-After": "2"})
    return await download(caller.gateway.blobs, view.blob)


@router.post("/organisation-additions/{id}/acceptances", status_code=204, summary="Aanvaard een contract")
@staff_deciding
async def accept_contract(id_: Annotated[UUID, Path(alias="id")], body: ContractIn, caller: InjectedCaller) -> Response:
    """Accept a contract that came in by post and is signed as agreed; some levels need two employees."""
    await caller.command(message(AcceptContract, caller, addition_id=id_, **body.model_dump()))
    return Response(status_code=204)


@router.post("/organisation-additions/{id}/rejections", status_code=204, summary="Wijs een contract af")
@staff_deciding
async def refuse_contract(id_: Annotated[UUID, Path(alias="id")], body: ReasonIn, caller: InjectedCaller) -> Response:
    """Refuse a contract; who added the organisation reads the reason."""
    await caller.command(message(RefuseContract, caller, addition_id=id_, reason=body.reason))
    return Response(status_code=204)
