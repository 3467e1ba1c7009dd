"""Employees of the back office, by its reviewers: two bring in a third, and anybody but oneself is let go."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from contracts.identity import AddStaff, ConfirmStaff, ListStaff, RemoveStaff
from gateway import shown
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.policy import PolicyRoute, staff_managing, staff_overseeing
from gateway.schemas.base import Page
from gateway.schemas.employees import EmployeeAddedOut, EmployeeConfirmedOut, EmployeeIn, EmployeeOut

router = APIRouter(prefix="/v1/employees", route_class=PolicyRoute, tags=["employees"])


@router.get("", summary="Toon de medewerkers")
@staff_overseeing
async def list_employees(caller: InjectedCaller, part: InjectedPart) -> Page[EmployeeOut]:
    """Show who works in the back office, by user name, and whose account waits for a second reviewer."""
    query = ListStaff(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, EmployeeOut, await caller.ask(query))


@router.post("", status_code=201, summary="Voeg een medewerker toe")
@staff_managing
async def add_employee(body: EmployeeIn, caller: InjectedCaller) -> EmployeeAddedOut:
    """Add an employee; another reviewer has to confirm it before anybody can log in with the account."""
    command = message(
        AddStaff, caller, user_name=body.user_name, name=body.name, email=body.email, staff_roles=body.staff_roles
    )  # fmt: skip
    return shown.employee(caller, await caller.command(command), caller.id)


@router.post("/{id}/confirmations", status_code=201, summary="Bevestig een nieuwe medewerker")
@staff_managing
async def confirm_employee(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> EmployeeConfirmedOut:
    """Confirm an employee whom another reviewer has added; the answer tells the password, this once."""
    command = message(ConfirmStaff, caller, person_id=id_)
    return shown.confirmed_employee(caller, await caller.command(command), caller.id)


@router.delete("/{id}", status_code=204, summary="Neem een medewerker de toegang af")
@staff_managing
async def remove_employee(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Take an employee's roles away, with sessions and open logins; nobody does so for oneself."""
    removed = await caller.command(message(RemoveStaff, caller, person_id=id_))
    for session in removed.session_ids:
        await caller.gateway.ended.add(session)
    return Response(status_code=204)
