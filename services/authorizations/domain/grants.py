"""Who may be authorised for what, until when (AU.2, AU.3, SM 5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from contracts.actor import Actor, ActorKind
from contracts.authorizations import AuthorizationsRefusal, GrantAuthorizations, GrantState
from contracts.identity import CredentialStatus
from contracts.message import Refusal
from contracts.values import Role, add_years, local_date
from services.authorizations.domain.facts import Credential, Grant, Offer, Organisation

MOST_AT_ONCE = 2500
"""Pairs of a person and a service in one action: what one transaction can carry."""

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What granting rests on."""

    organisation: Organisation | None
    credentials: tuple[Credential, ...]
    """Of the persons chosen and of the actor, at the organisation."""

    offers: Mapping[UUID, Offer]
    grants: tuple[Grant, ...]
    """All that the persons chosen have or had for the services chosen, at the organisation."""


def grant_state(grant: Grant) -> GrantState:
    """Return what others may know of a grant."""
    return GrantState(
        id=grant.id,
        person_id=grant.person_id,
        organisation_id=grant.organisation_id,
        service_uuid=grant.service_uuid,
        start=grant.start,
        end=grant.end,
        withdrawn=grant.withdrawn,
    )


def decide_grants(
    command: GrantAuthorizations, facts: GrantFacts, *, max_years: int, now: datetime
) -> tuple[Grant, ...] | Refusal:
    """Return the grants that arise or change, or why none does: all or nothing (SP-49)."""
    today = local_date(now)
    end = command.end or add_years(today, max_years)
    refusal = (
        _actor_refused(command.actor, facts)
        or _end_refused(end, today, max_years)
        or _size_refused(command)
        or _services_refused(command.service_uuids, facts)
        or _persons_refused(command.person_ids, command.service_uuids, facts)
    )
    if refusal is not None:
        return refusal
    assert facts.organisation is not None, "refused above"
    newest = _newest(facts.grants)
    made = (
        _grant(facts.organisation.id, (person, service), newest, facts.offers[service], end=end, now=now)
        for person in dict.fromkeys(command.person_ids)
        for service in dict.fromkeys(command.service_uuids)
    )
    return tuple(grant for grant in made if grant is not None)


def decide_ended(ended: UUID, credentials: Iterable[Credential], grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Return the grants withdrawn because a credential ended; another one that works keeps them (SP-58, ST-41)."""
    if any(credential.usable for credential in credentials if credential.id != ended):
        return ()
    return tuple(replace(grant, withdrawn=True) for grant in grants if not grant.withdrawn)


def decide_limited(
    credentials: Iterable[Credential], grants: Iterable[Grant], offers: Mapping[UUID, Offer]
) -> tuple[Grant, ...]:
    """Return the grants withdrawn because no credential of the person holds them any more (SP-12, SP-35).

    One for a service that is offered no longer stays as it is: it is void already (SP-53).
    """
    usable = [credential for credential in credentials if credential.usable]

    def held(offer: Offer) -> bool:
        return any(one.level >= offer.level and one.fits(belastingdienst=offer.belastingdienst) for one in usable)

    return tuple(
        replace(grant, withdrawn=True)
        for grant in grants
        if not grant.withdrawn and (offer := offers.get(grant.service_uuid)) is not None and not held(offer)
    )


def _actor_refused(actor: Actor, facts: GrantFacts) -> Refusal | None:
    """Refuse everybody but an administrator of the organisation (AU-15)."""
    allowed = administers(actor, facts.organisation, facts.credentials)
    return None if allowed else Refusal(code=AuthorizationsRefusal.NOT_ALLOWED)


def administers(actor: Actor, organisation: Organisation | None, credentials: Iterable[Credential]) -> bool:
    """Say whether the actor is an administrator, by the token and by what identity says now (AU-15, S22)."""
    says_so = actor.kind is ActorKind.PERSON and actor.role is Role.ADMINISTRATOR and actor.organisation_id is not None
    is_so = any(
        held.person_id == actor.person_id and held.usable and held.role is Role.ADMINISTRATOR for held in credentials
    )
    return says_so and is_so and organisation is not None and organisation.active


def may_see_grants(
    actor: Actor, person_id: UUID, organisation: Organisation | None, credentials: Iterable[Credential]
) -> bool:
    """Say whether the actor may see a person's authorizations: an administrator each, everybody the own (ID-27)."""
    held = tuple(credentials)
    if administers(actor, organisation, held):
        return True
    is_own = actor.kind is ActorKind.PERSON and actor.person_id == person_id
    acts_here = any(one.person_id == actor.person_id and one.usable for one in held)
    return is_own and acts_here and organisation is not None and organisation.active


def _end_refused(end: date, today: date, max_years: int) -> Refusal | None:
    """From the next day (AU-35) to the longest term from today (AU-27)."""
    last = add_years(today, max_years)
    if end <= today:
        return Refusal(code=AuthorizationsRefusal.END_DATE_TOO_EARLY)
    if end > last:
        return Refusal(code=AuthorizationsRefusal.END_DATE_TOO_LATE, details={"last": last.isoformat()})
    return None


def _size_refused(command: GrantAuthorizations) -> Refusal | None:
    if len(command.person_ids) * len(command.service_uuids) > MOST_AT_ONCE:
        return Refusal(code=AuthorizationsRefusal.TOO_MANY, details={"most": MOST_AT_ONCE})
    return None


def _services_refused(services: Iterable[UUID], facts: GrantFacts) -> Refusal | None:
    unknown = next((service for service in services if service not in facts.offers), None)
    if unknown is None:
        return None
    return Refusal(code=AuthorizationsRefusal.UNKNOWN, details={"service_uuid": str(unknown)})


def _persons_refused(persons: Iterable[UUID], services: Iterable[UUID], facts: GrantFacts) -> Refusal | None:
    offers = [facts.offers[service] for service in dict.fromkeys(services)]
    refusals = (_person_refused(person, offers, facts) for person in dict.fromkeys(persons))
    return next((refusal for refusal in refusals if refusal is not None), None)


def _person_refused(person: UUID, offers: Iterable[Offer], facts: GrantFacts) -> Refusal | None:
    """Each service needs an active credential of its level and type (AU-09, AU-10, AU-16, AU-21)."""
    who = {"person_id": str(person)}
    held = [credential for credential in facts.credentials if credential.person_id == person]
    if not held:
        return Refusal(code=AuthorizationsRefusal.UNKNOWN, details={**who})
    active = [credential for credential in held if credential.status is CredentialStatus.ACTIVE]
    if not active:
        return Refusal(code=AuthorizationsRefusal.CREDENTIAL_NOT_ACTIVE, details={**who})
    for offer in sorted(offers, key=lambda one: one.level.rank, reverse=True):
        what = {**who, "service_uuid": str(offer.service_uuid)}
        high = [credential for credential in active if credential.level >= offer.level]
        if not high:
            return Refusal(code=AuthorizationsRefusal.LEVEL_TOO_LOW, details={**what, "level": offer.level.value})
        if not any(credential.fits(belastingdienst=offer.belastingdienst) for credential in high):
            return Refusal(code=AuthorizationsRefusal.BELASTINGDIENST_ONLY, details={**what})
    return None


def _newest(grants: Iterable[Grant]) -> dict[Pair, Grant]:
    in_order = sorted(grants, key=lambda grant: grant.generation)
    return {(grant.person_id, grant.service_uuid): grant for grant in in_order}


def _grant(
    organisation: UUID, pair: Pair, newest: Mapping[Pair, Grant], offer: Offer, *, end: date, now: datetime
) -> Grant | None:
    """Overwrite the end of the one that lives (AU-32, SP-47), or make a new one that starts today (AU-14, ST-40)."""
    person, service = pair
    today, last = local_date(now), newest.get(pair)
    if last is not None and last.live(today, offer.since):
        return None if last.end == end else replace(last, end=end)
    generation = last.generation + 1 if last is not None else 1
    id_ = grant_id(organisation, person, service, generation)
    return Grant(id_, organisation, person, service, generation, today, end, now)


def grant_id(organisation: UUID, person: UUID, service: UUID, generation: int) -> UUID:
    """Return the id of a grant: two that are made at once for the same pair meet, so no second one arises (AU-32)."""
    return uuid5(organisation, f"grant:{person}:{service}:{generation}")
