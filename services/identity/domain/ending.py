"""Ending of credentials: at once, after a day, with the contract period; here and elsewhere (ID.12, SM 1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.identity import CredentialStatus, EndCredential, EndMoment, IdentityRefusal
from contracts.message import Refusal
from contracts.values import Role, end_of_day, local_date
from services.identity.domain.administrators import LAST_ADMINISTRATOR, is_last_open, loses_last, stays_administrator
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.contracts import contract_end
from services.identity.domain.credentials import WRONG_STATUS, Credential, is_open

_DAY = timedelta(days=1)
TOO_EARLY = Refusal(code=IdentityRefusal.END_DATE_TOO_EARLY)
_ENDS_LATER = frozenset({CredentialStatus.ACTIVE})
"""Only what is in use without an end can end later (SP-29, ST-09, ST-10)."""


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation at which a credential is to end, as it is now."""

    acting: Credential | None
    """The actor's credential there."""

    credential: Credential | None
    """The person's; None: there is none."""

    all_open: Sequence[Credential]


@dataclass(frozen=True, slots=True)
class Ending:
    """An ending that is accepted; `organisation_ends` when nothing else is open there (ST-13)."""

    credential: Credential
    organisation_ends: bool


def decide_endings(command: EndCredential, places: Sequence[Place], now: datetime) -> tuple[Ending, ...] | Refusal:
    """End a credential here and where chosen: each place judged by itself, all or nothing (SP-30)."""
    found: list[Ending] = []
    for place in places:
        if (refusal := _place_refusal(place)) is not None:
            return refusal
    if not command.confirmed:
        return Refusal(code=IdentityRefusal.CONFIRMATION_MISSING)
    for place in places:
        ending = _decide(command, place, now)
        if isinstance(ending, Refusal):
            return ending
        found.append(ending)
    return tuple(found)


def _place_refusal(place: Place) -> Refusal | None:
    """Refuse who is no administrator there, and what is not there (ID-150, ID-25, SP-30)."""
    if place.acting is None or place.acting.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    if place.credential is None or place.credential.organisation_id != place.acting.organisation_id:
        return UNKNOWN
    return None if is_open(place.credential) else WRONG_STATUS


def _decide(command: EndCredential, place: Place, now: datetime) -> Ending | Refusal:
    assert place.credential is not None, "refused otherwise"
    after = _ended(command, place.credential, local_date(now))
    return after if isinstance(after, Refusal) else _judged(place.credential, after, place.all_open)


def _judged(before: Credential, after: Credential, all_open: Sequence[Credential]) -> Ending | Refusal:
    """Judge an ending over the future: an administrator stays with those who stay (ID-158, SP-25)."""
    if loses_last(before, after, all_open, after.ends_on or date.min):
        return LAST_ADMINISTRATOR
    return Ending(after, not is_open(after) and is_last_open(after, all_open))


def decide_ending_by_form(
    credential: Credential | None, all_open: Sequence[Credential], last_day: date, now: datetime
) -> Ending | Refusal:
    """End a credential as a form asks: with the day that it names, at once when that is over by now (ID-166)."""
    if credential is None:
        return UNKNOWN
    if not is_open(credential):
        return WRONG_STATUS
    today = local_date(now)
    after = ended(credential) if last_day < today else _with_end(credential, last_day, today)
    return after if isinstance(after, Refusal) else _judged(credential, after, all_open)


def _ended(command: EndCredential, credential: Credential, today: date) -> Credential | Refusal:
    """Return the credential as the chosen option makes it (ID-151, ID-152, SP-29)."""
    if command.moment is EndMoment.NOW:
        return ended(credential)
    if command.moment is EndMoment.DATE:
        return _with_end(credential, command.on, today + _DAY)
    return _with_end(credential, contract_end(credential, today), today)


def _with_end(credential: Credential, last: date | None, earliest: date) -> Credential | Refusal:
    """Return the credential that ends with a day (ST-09, ST-10)."""
    if credential.status not in _ENDS_LATER:
        return WRONG_STATUS
    if last is None or last < earliest:
        return TOO_EARLY
    return replace(credential, status=CredentialStatus.ENDING_SCHEDULED, ends_on=last)


def ended(credential: Credential) -> Credential:
    """Return the credential after its end; its letter, its activation and its planned downgrade are void (ST-12)."""
    return replace(
        credential, status=CredentialStatus.ENDED, letter=None, activation_id=None, ends_on=None, next_level=None,
        level_until=None,
    )  # fmt: skip


def ending_moment(credential: Credential) -> datetime:
    """Return when a scheduled ending takes effect: at 24:00 of its last day (SP-01)."""
    assert credential.ends_on is not None, "scheduling sets it"
    return end_of_day(credential.ends_on)


def decide_end_on_date(
    credential: Credential | None, all_open: Sequence[Credential], now: datetime
) -> Ending | Credential | None:
    """Judge again when the day is over (ST-11, SP-25): the ending, or the credential postponed by a day.

    None: the plan was changed. Others that end with the same day count as ended.
    """
    if credential is None or credential.status is not CredentialStatus.ENDING_SCHEDULED:
        return None
    if now < ending_moment(credential):
        return None
    after, today = ended(credential), local_date(now)
    if loses_last(credential, after, all_open, today - _DAY):
        return replace(credential, ends_on=today)
    return Ending(after, is_last_open(after, all_open))


def decide_undo(
    acting: Credential | None, credential: Credential | None, all_open: Sequence[Credential], now: datetime
) -> Credential | Refusal:
    """Take a scheduled ending back, until the date, by an administrator (SP-28).

    What has ended by its date has ended, also when the job that carries it out is late. What stays open needs an
    administrator who stays too (SP-25).
    """
    if refusal := _place_refusal(Place(acting, credential, ())):
        return refusal
    assert credential is not None, "refused otherwise"
    if credential.status is not CredentialStatus.ENDING_SCHEDULED or now >= ending_moment(credential):
        return WRONG_STATUS
    after = replace(credential, status=CredentialStatus.ACTIVE, ends_on=None)
    stays = any(stays_administrator(after if one.id == after.id else one) for one in all_open)
    return after if stays else LAST_ADMINISTRATOR
