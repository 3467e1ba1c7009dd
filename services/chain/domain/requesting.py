"""Asking a relation for a chain authorization: what is refused, and the request that arises (CH.2, ST-46)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from contracts.actor import Actor
from contracts.billing import Quotation
from contracts.chain import (
    ChainAuthorizationRequested,
    ChainRefusal,
    ChainStatus,
    Contact,
    NamedRelation,
    RequestTerms,
    Scope,
)
from contracts.identity import CredentialState, CredentialType
from contracts.message import Refusal
from contracts.values import Language, add_months, add_years, local_date
from profiles.chain import PartyIdentifier
from profiles.model import Profile
from services.chain.domain.authorization import ChainAuthorization, Changed, KeptNumber, changed, search_text
from services.chain.domain.quotations import current_price, refuse_quotation
from services.chain.domain.scopes import CatalogueFacts, Coverage, refuse_scope
from services.chain.domain.standing import MIN_LEVEL, Standing, refuse_manager, refuse_without_access, refused, usable

NO_USERS = "no_users"
"""A warning: nobody may use it until users are linked (SP-81)."""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What chain knows when a relation is asked."""

    profile: Profile
    standing: Standing
    catalogue: CatalogueFacts = field(default_factory=CatalogueFacts)
    users: Mapping[UUID, Sequence[CredentialState]] = field(default_factory=dict)
    """The credentials at the intermediary of the persons named."""

    pending: Sequence[Coverage] = ()
    """What the pending requests to the same relation cover."""


@dataclass(frozen=True, slots=True)
class Ids:
    """What a new request is known by."""

    id: UUID
    token_hash: str
    quotation_id: UUID | None = None
    import_id: UUID | None = None
    number: KeptNumber | None = None
    """Of a relation without KvK number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one relation."""

    relation: NamedRelation
    contact: Contact
    reference: str | None
    terms: RequestTerms


def decide_request(
    asked: Asked, actor: Actor, quotation: Quotation | None, ids: Ids, *, facts: RequestFacts, now: datetime
) -> Changed | Refusal:
    """Make the request of an administrator, or refuse it (ST-46)."""
    refusal = (
        refuse_manager(actor, facts.standing)
        or _refuse_asked(asked, facts, now)
        or refuse_costs(quotation, 1, facts, now)
    )
    return refusal or requested(_made(asked, ids, facts, now), ids)


def decide_row(asked: Asked, ids: Ids, *, facts: RequestFacts, now: datetime) -> Changed | Refusal:
    """Make the request of a row of an import, whose quotation covers it (CH-39)."""
    organisation = facts.standing.organisation
    if organisation is None or not organisation.active:
        return refused(ChainRefusal.NOT_ALLOWED)
    refusal = refuse_without_access(facts.standing) or _refuse_asked(asked, facts, now)
    return refusal or requested(_made(asked, ids, facts, now), ids)


def refuse_costs(quotation: Quotation | None, quantity: int, facts: RequestFacts, now: datetime) -> Refusal | None:
    """Refuse a quotation that does not cover so many chain authorizations of this organisation now (SP-111)."""
    organisation, access = facts.standing.organisation, facts.standing.access
    if organisation is None or access is None:
        return refused(ChainRefusal.QUOTATION_INVALID)
    price = current_price(access.price_per_year, facts.profile.prices, now)
    return refuse_quotation(quotation, organisation.id, quantity, price, now)


def _refuse_asked(asked: Asked, facts: RequestFacts, now: datetime) -> Refusal | None:
    return refuse_terms(asked.terms, facts, now) or refuse_relation(asked.relation, asked.terms.scope, facts)


def refuse_terms(terms: RequestTerms, facts: RequestFacts, now: datetime) -> Refusal | None:
    """Refuse what may not be asked of any relation (CH-15 to CH-18, CH-21, CH-25, SP-61)."""
    return (
        refuse_scope(terms.scope, facts.profile.chain.scopes, facts.catalogue)
        or refuse_users(terms.person_ids, facts.users)
        or refuse_term(terms.years, terms.end, facts.profile.chain.max_years, local_date(now))
        or refuse_language(terms.language, facts.profile)
    )


def refuse_users(person_ids: Sequence[UUID], credentials: Mapping[UUID, Sequence[CredentialState]]) -> Refusal | None:
    """Refuse users without an active regular credential of EH3 or higher of their own here (CH-25, CH-89, CH-91)."""
    for person_id in person_ids:
        active = [credential for credential in credentials.get(person_id, ()) if usable(credential)]
        regular = [credential for credential in active if credential.type is CredentialType.REGULAR]
        if not active:
            return refused(ChainRefusal.UNKNOWN_USER, person_id=str(person_id))
        if not regular:
            return refused(ChainRefusal.USER_NOT_REGULAR, person_id=str(person_id))
        if max(credential.level for credential in regular) < MIN_LEVEL:
            return refused(ChainRefusal.USER_LEVEL_TOO_LOW, person_id=str(person_id), level=MIN_LEVEL)
    return None


def refuse_term(years: int | None, end: date | None, max_years: int, today: date) -> Refusal | None:
    """Refuse a term that is too long, or a last day that is not in the future (CH-18, SP-03, SP-61)."""
    if end is not None and end <= today:
        return refused(ChainRefusal.END_DATE_TOO_EARLY)
    if (years or 0) > max_years or (end is not None and end > add_years(today, max_years)):
        return refused(ChainRefusal.DURATION_TOO_LONG, max_years=max_years)
    return None


def refuse_language(language: Language, profile: Profile) -> Refusal | None:
    """Refuse a language in which no invitation is written (CH-21, CF-28)."""
    return None if language in profile.invitation.languages else refused(ChainRefusal.LANGUAGE_NOT_OFFERED)


def refuse_relation(relation: NamedRelation, scope: Scope, facts: RequestFacts) -> Refusal | None:
    """Refuse the own organisation, a number that is not accepted, and what is being asked already (CF-38, SP-71)."""
    organisation = facts.standing.organisation
    kind = PartyIdentifier.KVK_NUMBER if relation.kvk_number else PartyIdentifier.FISCAL_NUMBER
    if kind not in facts.profile.chain.party_identifiers.request:
        return refused(ChainRefusal.IDENTIFIER_NOT_OFFERED, identifier=kind)
    if organisation is not None and relation.kvk_number == organisation.kvk_number:
        return refused(ChainRefusal.OWN_ORGANISATION)
    asked = Coverage(scope, facts.catalogue.service_providers)
    if any(asked.overlaps(pending) for pending in facts.pending):
        return refused(ChainRefusal.ALREADY_PENDING)
    return None


def requested(made: ChainAuthorization, ids: Ids) -> Changed:
    """Return a new request with its number, told together with what the agreement must name."""
    number = ids.number
    if number is None:
        return changed(made, ChainAuthorizationRequested)
    after = replace(made, fiscal_number=number.encrypted, fiscal_digest=number.digest)
    return changed(after, ChainAuthorizationRequested, fiscal_number=number.sealed)


def warnings_of(terms: RequestTerms) -> tuple[str, ...]:
    """Return what the intermediary should know although nothing was refused (SP-81)."""
    return () if terms.person_ids else (NO_USERS,)


def _made(asked: Asked, ids: Ids, facts: RequestFacts, now: datetime) -> ChainAuthorization:
    organisation, terms = facts.standing.organisation, asked.terms
    assert organisation is not None, "who asks was judged before"
    without_term = terms.years is None and terms.end is None
    return ChainAuthorization(
        id=ids.id, intermediary_id=organisation.id, intermediary_kvk_number=organisation.kvk_number,
        intermediary_name=organisation.name, relation=asked.relation, contact=asked.contact, sender=terms.sender,
        language=terms.language, reference=asked.reference, scope=terms.scope,
        service_providers=facts.catalogue.service_providers, person_ids=tuple(dict.fromkeys(terms.person_ids)),
        years=facts.profile.chain.max_years if without_term else terms.years, end=terms.end, status=ChainStatus.SENT,
        sent_at=now, answer_by=add_months(local_date(now), facts.profile.chain.invitation_months),
        token_hash=ids.token_hash, search=search_text(asked.relation, asked.contact, asked.reference),
        quotation_id=ids.quotation_id, import_id=ids.import_id,
    )  # fmt: skip
