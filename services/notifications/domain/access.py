"""Who may read what: administrators their message box, the back office what failed (NO-02, SP-114, SP-116)."""

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.values import Role


def may_read(actor: Actor) -> bool:
    """Say whether the actor is an administrator at an organisation."""
    return (
        actor.kind is ActorKind.PERSON
        and actor.role is Role.ADMINISTRATOR
        and actor.person_id is not None
        and actor.organisation_id is not None
    )


_DECIDERS = frozenset({StaffRole.HANDLER, StaffRole.REVIEWER})


def may_see_failures(actor: Actor) -> bool:
    """Say whether the actor is an employee of the back office; an auditor reads too."""
    return actor.kind is ActorKind.STAFF and bool(actor.staff_roles)


def may_send_again(actor: Actor) -> bool:
    """Say whether the actor is an employee who decides; an auditor only reads (SP-128)."""
    return actor.kind is ActorKind.STAFF and actor.person_id is not None and bool(actor.staff_roles & _DECIDERS)
