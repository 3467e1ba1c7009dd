"""The decision: may a person, now, act for an organisation at a service, directly or by chain (SP-132)?"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from contracts.authorizations import Decision, Reason
from contracts.identity import CredentialType
from contracts.values import Level, local_date
from services.authorizations.domain.facts import ChainAuthorization, Credential, Facts, Grant, Offer, Organisation

CHAIN_LEVEL = Level.EH3
"""The lowest level at which a chain authorization can be used, whatever the service asks (CH-91, SP-99)."""

_ORDER = {reason: place for place, reason in enumerate(Reason)}


def decide(facts: Facts, now: datetime) -> Decision:
    """Return the answer; of several noes the one of the furthest check, of several yesses the highest level."""
    if facts.service is None:
        return no(Reason.UNKNOWN_SERVICE)
    customers = [organisation for organisation in facts.organisations if organisation.active]
    if not customers:
        return no(Reason.UNKNOWN_ORGANISATION)
    today = local_date(now)
    return _best(found for customer in customers for found in _at(customer, facts, facts.service, today))


def no(reason: Reason) -> Decision:
    """Return a refusal with its reason."""
    return Decision(permitted=False, reason=reason)


def _best(found: Iterable[Decision]) -> Decision:
    return max(found, key=lambda one: (one.permitted, one.level.rank if one.level else _ORDER[one.reason]))


def _at(organisation: Organisation, facts: Facts, service: Offer, today: date) -> Iterator[Decision]:
    """Yield what each credential of the person at one organisation gives."""
    credentials = [held for held in facts.credentials if held.organisation_id == organisation.id]
    if not credentials:
        yield no(Reason.NO_CREDENTIAL)
    for credential in credentials:
        levels = (credential.level, facts.login_level or credential.level)
        level = min(levels, key=lambda one: one.rank)
        reason = _obstacle(credential, organisation, service, level, today, by_chain=facts.by_chain)
        if reason is None:
            reason = (_by_chain if facts.by_chain else _directly)(credential, facts, service, today)
        permitted = reason in {Reason.DIRECT, Reason.CHAIN}
        yield Decision(permitted=permitted, reason=reason, level=level if permitted else None)


def _obstacle(
    credential: Credential, organisation: Organisation, service: Offer, level: Level, today: date, *, by_chain: bool
) -> Reason | None:
    """Return why the credential itself cannot be used at the service (ID-36, ID-06, CH-91), or None."""
    if not credential.usable_on(today):
        return Reason.CREDENTIAL_NOT_ACTIVE
    if level < service.level or (by_chain and level < CHAIN_LEVEL):
        return Reason.LEVEL_TOO_LOW
    if organisation.branch and service.refuses_branches:
        return Reason.BRANCH_NUMBER
    return None


def _directly(credential: Credential, facts: Facts, service: Offer, today: date) -> Reason:
    """Judge the person's own authorizations (ID-37); those a credential can never hold count as none (AU-16)."""
    grants = [grant for grant in facts.grants if grant.organisation_id == credential.organisation_id]
    if not grants or not credential.fits(belastingdienst=service.belastingdienst):
        return Reason.NO_AUTHORIZATION
    return Reason.DIRECT if any(_live(grant, service, today) for grant in grants) else Reason.AUTHORIZATION_ENDED


def _live(grant: Grant, service: Offer, today: date) -> bool:
    return grant.live(today, service.since)


def _by_chain(credential: Credential, facts: Facts, service: Offer, today: date) -> Reason:
    """Judge the relation's chain authorizations to the organisation: one that permits is enough (CH-92)."""
    chains = [chain for chain in facts.chains if chain.intermediary_id == credential.organisation_id]
    if not chains:
        return Reason.NO_CHAIN_AUTHORIZATION
    if facts.relation_suspended:
        return Reason.CHAIN_NOT_ACTIVE
    judged = [_link(chain, credential, service, today) for chain in chains]
    return Reason.CHAIN if Reason.CHAIN in judged else max(judged, key=_ORDER.__getitem__)


def _link(chain: ChainAuthorization, credential: Credential, service: Offer, today: date) -> Reason:
    """Judge one chain authorization, in the order of the reasons."""
    checks = (
        (chain.active(today), Reason.CHAIN_NOT_ACTIVE),
        (chain.linked, Reason.CHAIN_USER_NOT_LINKED),
        (chain.covers(service), Reason.CHAIN_SERVICE_NOT_IN_SCOPE),
        (service.chain_allowed, Reason.CHAIN_NOT_ACCEPTED_BY_SERVICE),
        (credential.type is CredentialType.REGULAR, Reason.CHAIN_CREDENTIAL_NOT_REGULAR),
    )
    return next((reason for holds, reason in checks if not holds), Reason.CHAIN)
