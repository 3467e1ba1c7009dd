"""Who may read what: administrators their message box, the back office what failed (NO-02, SP-114, SP-116)."""

from contracts.actor import Actor, ActorKind
from contracts.values import Role


def may_read(actor: Actor) -> bool:
    """Say whether the actor is an administrator at an organisation."""
    return (
        actor.kind is ActorKind.PERSON
        and actor.role is Role.ADMINISTRATOR
        and actor.person_id is not None
        and actor.organisation_id is not None
    )


def may_see_failures(actor: Actor) -> bool:
    """Say whether the actor is an employee of the back office; an auditor reads too."""
    return actor.kind is ActorKind.STAFF and bool(actor.staff_roles)
