"""Who may: the actor's kind and roles, judged again in the service (S22)."""

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.identity import IdentityRefusal
from contracts.message import Refusal

DECIDERS = frozenset({StaffRole.HANDLER, StaffRole.REVIEWER})
"""Who of the back office decides; an auditor only reads (SP-128)."""

NOT_ALLOWED = Refusal(code=IdentityRefusal.NOT_ALLOWED)
UNKNOWN = Refusal(code=IdentityRefusal.UNKNOWN)
FOUR_EYES = Refusal(code=IdentityRefusal.FOUR_EYES)
"""Another employee has to do it, or to do it as well (S25)."""


def is_staff(actor: Actor, roles: frozenset[StaffRole] = frozenset(StaffRole)) -> bool:
    """Say whether the actor is an employee of the back office with one of the roles (ID-70)."""
    return actor.kind is ActorKind.STAFF and actor.person_id is not None and bool(actor.staff_roles & roles)


def may_apply(actor: Actor) -> bool:
    """Say whether the actor may make a first application: a visitor, or a person with a session (ID-13)."""
    return actor.kind in {ActorKind.ANYONE, ActorKind.PERSON}
