"""Organisations: what is shown of them, removing the branch number, suspension (ID.1, SM 4)."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.actor import Actor
from contracts.identity import (
    BranchRemoval,
    CompanyDataEntry,
    IdentityRefusal,
)
from contracts.message import Refusal
from contracts.values import Role
from services.identity.domain.applications import Looked, Organisation
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import WRONG_STATUS, Credential

ORGANISATION_INACTIVE = Refusal(code=IdentityRefusal.ORGANISATION_INACTIVE)
"""It has ended, or is suspended: nothing new is issued there (ST-28)."""


@dataclass(frozen=True, slots=True)
class SignalsRead:
    """Up to which moment the signals of a subscription were read; the id is the subscription's."""

    id: str
    until: datetime


def branch_removal(organisation: Organisation, looked: Looked, *, requires_single: bool) -> BranchRemoval:
    """Say how the branch number can be removed (ID-07 to ID-09, CF-18, SP-45).

    With `requires_single` the register must name exactly one branch; without it none is as good. Several branches
    under one KvK number go by form at every supplier.
    """
    if organisation.branch_number is None:
        return BranchRemoval.NOTHING_TO_REMOVE
    if not looked.available:
        return BranchRemoval.REGISTER_UNAVAILABLE
    count = looked.company.branch_count if looked.company else 0
    fits = count == 1 if requires_single else count <= 1
    return BranchRemoval.SELF_SERVICE if fits else BranchRemoval.FORM


_REMOVAL_REFUSALS = {
    BranchRemoval.NOTHING_TO_REMOVE: IdentityRefusal.NO_BRANCH_NUMBER,
    BranchRemoval.FORM: IdentityRefusal.SEVERAL_BRANCHES,
    BranchRemoval.REGISTER_UNAVAILABLE: IdentityRefusal.REGISTER_UNAVAILABLE,
}


def decide_branch_removal(
    acting: Credential | None, organisation: Organisation | None, looked: Looked, *, requires_single: bool
) -> Organisation | Refusal:
    """Remove the branch number, by an administrator of the organisation itself (ST-30, ID-07, ID-11)."""
    if acting is None or acting.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    if organisation is None or organisation.id != acting.organisation_id:
        return UNKNOWN
    how = branch_removal(organisation, looked, requires_single=requires_single)
    if how is not BranchRemoval.SELF_SERVICE:
        return Refusal(code=_REMOVAL_REFUSALS[how], details={"form": "remove_branch_number"})
    return without_branch(organisation)


def without_branch(organisation: Organisation) -> Organisation:
    """Return the organisation with its eight-digit KvK number only."""
    return replace(organisation, branch_number=None)


def with_data(organisation: Organisation, entered: CompanyDataEntry) -> Organisation:
    """Return the organisation with the company data that the back office has entered (ID-169)."""
    return replace(
        organisation,
        name=entered.name or organisation.name,
        address=entered.address or organisation.address,
        phone=entered.phone or organisation.phone,
    )


def suspended(organisation: Organisation) -> Organisation:
    """Return the organisation for which nobody acts any more, though nothing of it is removed."""
    return replace(organisation, active=False, suspended=True)


def decide_resumption(actor: Actor, organisation: Organisation | None) -> Organisation | Refusal:
    """Let the back office undo a suspension that was wrong."""
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if organisation is None:
        return UNKNOWN
    if not organisation.suspended:
        return WRONG_STATUS
    return replace(organisation, active=True, suspended=False)


def with_bsn(organisation: Organisation, encrypted: str) -> Organisation:
    """Return the organisation of a sole proprietor whose BSN is registered (ID-16)."""
    return replace(organisation, owner_bsn=encrypted)
