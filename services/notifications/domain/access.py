"""Who may read the message box: the administrators of the organisation (NO-02, SP-114)."""

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
