"""Who may do what: the actor against what chain knows of the organisation and its credentials (CH-08, CH-10, CH-11)."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.chain import AccessStatus, ChainRefusal
from contracts.identity import CredentialState, CredentialStatus, CredentialType, OrganisationState
from contracts.message import Refusal
from contracts.values import Level, Role
from services.chain.domain.access import ChainAccess

MIN_LEVEL = Level.EH3
"""The level that working with chain authorizations needs (CH-10, CH-25, SP-99)."""

_USABLE = (CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What chain knows of the actor's organisation and of the actor's own credentials there."""

    organisation: OrganisationState | None
    credentials: Sequence[CredentialState]
    access: ChainAccess | None


def refused(code: ChainRefusal, **details: str | int) -> Refusal:
    """Return a refusal."""
    return Refusal(code=code, details=details)


def usable(credential: CredentialState) -> bool:
    """Say whether a credential works now."""
    return credential.status in _USABLE


def refuse_manager(actor: Actor, standing: Standing) -> Refusal | None:
    """Refuse who may not manage the organisation's chain authorizations: no administrator, below EH3, no access."""
    if (refusal := _refuse_member(actor, standing, Role.ADMINISTRATOR)) is not None:
        return refusal
    return _refuse_level(actor, standing, Role.ADMINISTRATOR) or refuse_without_access(standing)


def refuse_reader(actor: Actor, standing: Standing) -> Refusal | None:
    """Refuse who may not read: a person of the organisation with EH3; users see only what is linked to them (CH-90)."""
    if (refusal := _refuse_member(actor, standing, None)) is not None:
        return refusal
    return _refuse_level(actor, standing, None) or refuse_without_access(standing)


def refuse_administrator(actor: Actor, standing: Standing) -> Refusal | None:
    """Refuse who is no administrator, whatever the level: asking for an offer has no other condition (ST-42)."""
    return _refuse_member(actor, standing, Role.ADMINISTRATOR)


def refuse_giver(actor: Actor, standing: Standing) -> Refusal | None:
    """Refuse who may not see what the organisation has issued; access is for obtained ones alone (CH-07, CH-109)."""
    if (refusal := refuse_administrator(actor, standing)) is not None:
        return refusal
    return _refuse_level(actor, standing, Role.ADMINISTRATOR)


def refuse_without_access(standing: Standing) -> Refusal | None:
    """Refuse every action while the functionality is not open, with how far the offer is (CH-08)."""
    status = standing.access.status if standing.access else AccessStatus.NONE
    return None if status is AccessStatus.OPEN else refused(ChainRefusal.NO_ACCESS, status=status)


def refuse_staff(actor: Actor, *, reads: bool = False) -> Refusal | None:
    """Refuse who is no employee of the back office; an auditor only reads (CH-74, SP-128)."""
    allowed = set(StaffRole) if reads else {StaffRole.HANDLER, StaffRole.REVIEWER}
    if actor.kind is ActorKind.STAFF and actor.staff_roles & allowed:
        return None
    return refused(ChainRefusal.NOT_ALLOWED)


def refuse_stale(version: int, seen_version: int | None) -> Refusal | None:
    """Refuse a decision on a version that is not the present one; None: whatever it is now (If-Match)."""
    if seen_version is None or seen_version == version:
        return None
    return refused(ChainRefusal.STALE_VERSION, version=version)


def refuse_others(actor: Actor) -> Refusal | None:
    """Refuse everybody but the service itself."""
    return None if actor.kind is ActorKind.SYSTEM else refused(ChainRefusal.NOT_ALLOWED)


def _refuse_member(actor: Actor, standing: Standing, role: Role | None) -> Refusal | None:
    is_person = actor.kind is ActorKind.PERSON and actor.person_id is not None and actor.organisation_id is not None
    of_customer = standing.organisation is not None and standing.organisation.active
    if not (is_person and of_customer and role in {None, actor.role} and _own(standing, actor.role)):
        return refused(ChainRefusal.NOT_ALLOWED)
    return None


def _refuse_level(actor: Actor, standing: Standing, role: Role | None) -> Refusal | None:
    """Refuse a log-in or a credential below EH3."""
    held = [credential.level for credential in _own(standing, role or actor.role)]
    if actor.level is None or actor.level < MIN_LEVEL or max(held) < MIN_LEVEL:
        return refused(ChainRefusal.LEVEL_TOO_LOW, level=MIN_LEVEL)
    return None


def _own(standing: Standing, role: Role | None) -> list[CredentialState]:
    """Return the actor's credentials that work in this role; an administrator's works as a user's too."""
    fitting = {role, Role.ADMINISTRATOR} if role is not None else set()
    return [
        credential
        for credential in standing.credentials
        if usable(credential) and credential.type is CredentialType.REGULAR and credential.role in fitting
    ]
