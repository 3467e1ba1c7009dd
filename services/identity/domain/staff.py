"""Employees of the back office: who adds, confirms and lets go whom (SP-128, S22, S25)."""

from dataclasses import replace
from uuid import UUID

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.identity import AddStaff, IdentityRefusal, SecondFactor
from contracts.message import Refusal
from services.identity.domain.authority import FOUR_EYES, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.people import Account

REVIEWERS = frozenset({StaffRole.REVIEWER})
OVERSEERS = frozenset({StaffRole.REVIEWER, StaffRole.AUDITOR})
"""Who may see who works in the back office."""

OWN_ROLES = Refusal(code=IdentityRefusal.OWN_ROLES)


def staffing_refusal(actor: Actor, own: Account | None) -> Refusal | None:
    """Refuse all but the operator of the system and who is a reviewer now; `own` is the actor's account.

    A token knows a role for some minutes after it was taken away: with it nobody may bring in another (S22).
    """
    if actor.kind is ActorKind.SYSTEM:
        return None
    is_reviewer = own is not None and bool(own.staff_roles & REVIEWERS)
    return None if is_reviewer and is_staff(actor, REVIEWERS) else NOT_ALLOWED


def engaged(command: AddStaff, person_id: UUID) -> Account:
    """Return the account of a new employee; one that an employee has added waits for another reviewer (S25)."""
    account = Account(command.key, person_id, command.user_name, SecondFactor.OTP)
    if command.actor.kind is ActorKind.SYSTEM:
        return replace(account, staff_roles=command.staff_roles)
    return replace(account, asked_roles=command.staff_roles, asked_by=command.actor.person_id)


def decide_confirmation(actor: Actor, own: Account | None, account: Account | None) -> Account | Refusal:
    """Let another reviewer than who has added an employee confirm the account (SP-128, S25)."""
    if refusal := staffing_refusal(actor, own):
        return refusal
    if account is None or not account.asked_roles:
        return UNKNOWN
    if account.asked_by == actor.person_id:
        return FOUR_EYES
    return replace(account, staff_roles=account.asked_roles, asked_roles=frozenset(), asked_by=None)


def decide_leaving(actor: Actor, own: Account | None, account: Account | None) -> Account | Refusal:
    """Let an employee go; nobody oneself, so that over HTTP a reviewer always stays (SP-128)."""
    if refusal := staffing_refusal(actor, own):
        return refusal
    if account is None or not account.staff_roles | account.asked_roles:
        return UNKNOWN
    if own is not None and account.id == own.id:
        return OWN_ROLES
    return replace(account, staff_roles=frozenset(), asked_roles=frozenset(), asked_by=None)
