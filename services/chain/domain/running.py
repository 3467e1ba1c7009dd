"""A chain authorization in use: its users, its renewal, and its end (CH.9 to CH.11)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from contracts.billing import Quotation
from contracts.chain import (
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainRefusal,
    ChainStatus,
    ChainUsersChanged,
    Contact,
    RemovalScheduled,
    RenewalDue,
)
from contracts.identity import CredentialState
from contracts.message import Refusal
from contracts.values import Language, add_months, end_of_day, local_date, start_of_day, within_months_before
from services.chain.domain.authorization import PENDING, RUNNING, ChainAuthorization, Changed, changed, search_text
from services.chain.domain.requesting import (
    Ids,
    RequestFacts,
    refuse_costs,
    refuse_language,
    refuse_relation,
    refuse_users,
    requested,
)
from services.chain.domain.standing import refuse_stale, refused


def own(
    found: ChainAuthorization | None, organisation_id: UUID | None, version: int, seen_version: int | None
) -> ChainAuthorization | Refusal:
    """Return what is this organisation's; what is not, or is removed, is refused as what never was (S21, SP-97).

    `seen_version` is the one that the actor decided on; None: whatever it is now.
    """
    if found is None or found.intermediary_id != organisation_id or found.status is ChainStatus.REMOVED:
        return refused(ChainRefusal.UNKNOWN)
    return refuse_stale(version, seen_version) or found


def decide_link(
    found: ChainAuthorization, person_ids: Sequence[UUID], credentials: Mapping[UUID, Sequence[CredentialState]]
) -> Changed | Refusal:
    """Add users to an active one, at any time (CH-87, CH-89)."""
    if found.status not in RUNNING:
        return _wrong(found)
    if (refusal := refuse_users(person_ids, credentials)) is not None:
        return refusal
    return _with_users(found, tuple(dict.fromkeys((*found.person_ids, *person_ids))))


def decide_unlink(found: ChainAuthorization, person_ids: Sequence[UUID]) -> Changed | Refusal:
    """Remove users from a running or pending one; they have no access from then on (CH-88)."""
    if found.status not in {*RUNNING, *PENDING}:
        return _wrong(found)
    return _with_users(found, tuple(one for one in found.person_ids if one not in set(person_ids)))


def _with_users(found: ChainAuthorization, person_ids: tuple[UUID, ...]) -> Changed:
    """Return it with other users; without an event when they are the same."""
    if person_ids == found.person_ids:
        return Changed(found)
    return changed(replace(found, person_ids=person_ids), ChainUsersChanged)


def refuse_renewal(found: ChainAuthorization, warn_months: int, now: datetime) -> Refusal | None:
    """Refuse a renewal of what is not active, too early, or a second one (CH-94, CH-98, SP-90)."""
    if found.status is not ChainStatus.ACTIVE or found.period is None:
        return _wrong(found)
    today, end = local_date(now), found.period.end
    if today > end:
        return _wrong(found)
    if not within_months_before(today, end, warn_months):
        return refused(ChainRefusal.TOO_EARLY)
    if found.renewal_id is not None:
        return refused(ChainRefusal.RENEWAL_PENDING)
    return None


def decide_renewal(
    found: ChainAuthorization, contact: Contact, language: Language, ids: Ids, quotation: Quotation | None,
    *, facts: RequestFacts, now: datetime,
) -> tuple[Changed, Changed] | Refusal:  # fmt: skip
    """Ask the relation again for the same services and users, for the longest term (CH-95, ST-59, SP-88).

    Returns the new request, and the former one that knows it; the former stays usable (CH-99).
    """
    refusal = (
        refuse_renewal(found, facts.profile.chain.warn_months, now)
        or refuse_language(language, facts.profile)
        or refuse_relation(found.relation, found.scope, facts)
        or refuse_costs(quotation, 1, facts, now)
    )
    if refusal is not None:
        return refusal
    rules = facts.profile.chain
    asked = ChainAuthorization(
        id=ids.id, intermediary_id=found.intermediary_id, intermediary_kvk_number=found.intermediary_kvk_number,
        intermediary_name=found.intermediary_name, relation=found.relation, contact=contact, sender=found.sender,
        language=language, reference=found.reference, scope=found.scope, service_providers=found.service_providers,
        person_ids=found.person_ids, years=rules.max_years, end=None, status=ChainStatus.SENT, sent_at=now,
        answer_by=add_months(local_date(now), rules.invitation_months), token_hash=ids.token_hash,
        search=search_text(found.relation, contact, found.reference), quotation_id=ids.quotation_id,
        renewal_of=found.id,
    )  # fmt: skip
    return requested(asked, ids), Changed(replace(found, renewal_id=ids.id))


def decide_delete(found: ChainAuthorization, on: date | None, now: datetime) -> Changed | Refusal:
    """Delete at once, or from a day in the future on; the relation hears nothing (CH-100 to CH-105, ST-56 to ST-66)."""
    if on is None:
        return removed(found)
    if found.status not in RUNNING:
        return _wrong(found)
    if on <= local_date(now):
        return refused(ChainRefusal.END_DATE_TOO_EARLY)
    after = replace(found, status=ChainStatus.END_SCHEDULED, ends_on=on, renewal_id=None)
    return changed(after, RemovalScheduled)


def removed(found: ChainAuthorization) -> Changed:
    """Return it removed; other suppliers hear of it when it was usable."""
    after = replace(found, status=ChainStatus.REMOVED, renewal_id=None)
    return changed(after, ChainAuthorizationRemoved, public=found.status in RUNNING)


def decide_removal_day(found: ChainAuthorization | None, now: datetime) -> Changed | None:
    """Remove it at the beginning of the chosen day (ST-65, TI-17); None when the plan was changed."""
    if found is None or found.ends_on is None or found.status is ChainStatus.REMOVED:
        return None
    return removed(found) if now >= start_of_day(found.ends_on) else None


def decide_warning(found: ChainAuthorization | None, now: datetime) -> Changed | None:
    """Warn of the end, once (ST-58, TI-04); None when there is nothing to warn of any more."""
    if found is None or found.status is not ChainStatus.ACTIVE or found.warn_at is None or now < found.warn_at:
        return None
    return changed(replace(found, warn_at=None), RenewalDue)


def decide_expiry(found: ChainAuthorization | None, now: datetime) -> Changed | None:
    """End it at 24:00 of its last day (ST-61, SP-01, SP-89); None when it goes on."""
    if found is None or found.status not in RUNNING or found.period is None or now < end_of_day(found.period.end):
        return None
    return changed(replace(found, status=ChainStatus.EXPIRED), ChainAuthorizationExpired, public=True)


def _wrong(found: ChainAuthorization) -> Refusal:
    return refused(ChainRefusal.WRONG_STATUS, status=found.status)
