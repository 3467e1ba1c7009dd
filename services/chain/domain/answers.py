"""The relation's answer and the back office's judgement of it (CH.7, SM 7)."""

from dataclasses import replace
from datetime import date, datetime

from contracts.chain import (
    AgreementIncomplete,
    AgreementReceived,
    ChainAuthorizationActivated,
    ChainAuthorizationRemoved,
    ChainRefusal,
    ChainStatus,
    InvitationDeclined,
    InvitationExpired,
    InvitationFailed,
)
from contracts.message import BlobReference, Refusal
from contracts.values import Period, add_months, add_years, end_of_day, local_date, start_of_day
from profiles.chain import Chain
from services.chain.domain.authorization import AWAITING, PENDING, ChainAuthorization, Changed, changed
from services.chain.domain.standing import refused

_READABLE = (*PENDING, ChainStatus.DECLINED)
_JUDGED = (ChainStatus.RECEIVED, ChainStatus.INCOMPLETE)


def refuse_link(found: ChainAuthorization | None, token_hash: str, now: datetime) -> Refusal | None:
    """Refuse a link that is not this request's, or whose request is over (SP-67, SP-117, ST-49, ST-57)."""
    if found is None or found.token_hash != token_hash:
        return refused(ChainRefusal.INVITATION_UNKNOWN)
    too_late = found.status in AWAITING and now >= end_of_day(found.answer_by)
    if found.status not in _READABLE or too_late:
        return refused(ChainRefusal.INVITATION_EXPIRED)
    return None


def decide_return(
    found: ChainAuthorization | None, token_hash: str, agreement: BlobReference, now: datetime
) -> Changed | Refusal:
    """Take the signed agreement in, until 24:00 of the last day (ST-48, ST-52, SP-67)."""
    if (refusal := refuse_link(found, token_hash, now)) is not None:
        return refusal
    assert found is not None, "refuse_link has seen it"
    if found.status not in AWAITING:
        return _wrong(found)
    after = replace(found, status=ChainStatus.RECEIVED, agreement=agreement, received_at=now, incomplete_reason=None)
    return changed(after, AgreementReceived, agreement=agreement)


def decide_decline(found: ChainAuthorization | None, token_hash: str, now: datetime) -> Changed | Refusal:
    """Let the relation decline; the intermediary sees it as 'Afgewezen' (SP-63)."""
    if (refusal := refuse_link(found, token_hash, now)) is not None:
        return refusal
    assert found is not None, "refuse_link has seen it"
    if found.status not in AWAITING:
        return _wrong(found)
    return changed(replace(found, status=ChainStatus.DECLINED), InvitationDeclined)


def decide_document(found: ChainAuthorization | None, document: BlobReference) -> Changed | None:
    """Keep the agreement to sign; None when there is no such request any more."""
    if found is None or found.status not in (*PENDING, ChainStatus.FAULT):
        return None
    return Changed(replace(found, document=document))


def decide_failed(found: ChainAuthorization | None) -> Changed | None:
    """Note that the invitation could not be delivered; None when it is answered already (ST-47, SP-75)."""
    if found is None or found.status is not ChainStatus.SENT:
        return None
    return changed(replace(found, status=ChainStatus.FAULT), InvitationFailed)


def decide_unanswered(found: ChainAuthorization | None, now: datetime) -> Changed | None:
    """Remove a request whose deadline is over; None when it was answered (ST-50, SP-68, TI-02)."""
    if found is None or found.status not in AWAITING or now < end_of_day(found.answer_by):
        return None
    return changed(replace(found, status=ChainStatus.REMOVED), InvitationExpired)


def decide_incomplete(found: ChainAuthorization | None, reason: str, rules: Chain, now: datetime) -> Changed | Refusal:
    """Find the agreement incomplete; the relation has a term of its own to complete it (ST-51, SP-68)."""
    if found is None:
        return refused(ChainRefusal.UNKNOWN)
    if found.status is not ChainStatus.RECEIVED:
        return _wrong(found)
    answer_by = add_months(local_date(now), rules.completion_months)
    after = replace(found, status=ChainStatus.INCOMPLETE, incomplete_reason=reason, answer_by=answer_by)
    return changed(after, AgreementIncomplete, reason=reason)


def decide_approval(found: ChainAuthorization | None, rules: Chain, now: datetime) -> Changed | Refusal:
    """Accept the agreement of a new request: active from today on (ST-53, SP-60)."""
    if found is None:
        return refused(ChainRefusal.UNKNOWN)
    if found.status not in _JUDGED:
        return _wrong(found)
    today = local_date(now)
    end = _end_of_term(found, rules.max_years, today)
    if end < today:
        return refused(ChainRefusal.END_DATE_TOO_EARLY)
    return changed(_active(found, Period(start=today, end=end), rules, now), ChainAuthorizationActivated, public=True)


def decide_renewed(
    renewal: ChainAuthorization, former: ChainAuthorization, rules: Chain, now: datetime
) -> tuple[Changed, Changed] | Refusal:
    """Accept the agreement of a renewal: the former one goes on, or again, until the new end (ST-60, SP-88, SP-89).

    The new end counts from the old end, and is at most so many years from today.
    """
    if renewal.status not in _JUDGED:
        return _wrong(renewal)
    if former.status not in {ChainStatus.ACTIVE, ChainStatus.EXPIRED} or former.period is None:
        return _wrong(former)
    today = local_date(now)
    running = former.status is ChainStatus.ACTIVE and today <= former.period.end
    counted_from = former.period.end if running else today
    latest = add_years(today, rules.max_years)
    period = Period(
        start=former.period.start if running else today,
        end=min(add_years(counted_from, renewal.years or rules.max_years), latest),
    )
    after = replace(
        _active(former, period, rules, now), renewal_id=None, agreement=renewal.agreement,
        contact=renewal.contact, language=renewal.language, search=renewal.search,
    )  # fmt: skip
    taken_over = replace(renewal, status=ChainStatus.REMOVED)
    return (
        changed(after, ChainAuthorizationActivated, public=True),
        changed(taken_over, ChainAuthorizationRemoved),
    )


def _active(found: ChainAuthorization, period: Period, rules: Chain, now: datetime) -> ChainAuthorization:
    """Return it in use; the warning comes at once where the end is near already (TI-04)."""
    warn_at = max(start_of_day(add_months(period.end, -rules.warn_months)), now)
    return replace(found, status=ChainStatus.ACTIVE, period=period, warn_at=warn_at, incomplete_reason=None)


def _end_of_term(found: ChainAuthorization, max_years: int, today: date) -> date:
    latest = add_years(today, max_years)
    if found.end is not None:
        return min(found.end, latest)
    return min(add_years(today, found.years or max_years), latest)


def _wrong(found: ChainAuthorization) -> Refusal:
    return refused(ChainRefusal.WRONG_STATUS, status=found.status)
