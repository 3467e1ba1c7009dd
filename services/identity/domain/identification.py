"""The identification in person: ordered, appointed, done or failed (SM 9)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.identity import (
    CredentialStatus,
    IdentificationMethod,
    IdentificationStatus,
    IdentityRefusal,
    PersonName,
)
from contracts.message import Refusal
from contracts.notifications import AfterFailure
from contracts.values import add_working_days, local_date
from profiles.identity import ChoiceMoment
from profiles.model import Profile
from services.identity.domain.asked import letters
from services.identity.domain.credentials import Credential

PARTNER_SITE = "https://www.mijnafspraak.nl"
"""Where the person changes the address (ID-91)."""

FRESH = timedelta(minutes=5)
"""How old a report may be, and how far ahead the partner's clock."""

RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Pauses between tries to reach the partner; the last one is repeated."""

REPORTS_KEPT = 100
_TOO_LATE = Refusal(code=IdentityRefusal.TOO_LATE)
_INVALID = Refusal(code=IdentityRefusal.INVALID_REPORT)


@dataclass(frozen=True, slots=True)
class Identification:
    """An identification that was ordered; the id is that of the first credential that it is for, or of the upgrade."""

    id: UUID
    application_id: UUID
    organisation_id: UUID
    organisation_name: str
    name: PersonName
    birth_date: date | None
    address: str
    """Encrypted, lines parted by a newline."""

    method: IdentificationMethod
    status: IdentificationStatus
    ordered_at: datetime
    round: int = 1
    """Counts the orders: a new letter after a failure is another one."""

    reference: str | None = None
    """The partner's; None: not ordered there (yet)."""

    told: str = ""
    """What the partner knows: see `wish`."""

    tries: int = 0
    appointment_at: datetime | None = None
    reason: str | None = None
    reports: tuple[str, ...] = ()
    """The newest reports that were taken, by their ids (replay)."""

    upgrade_of: UUID | None = None
    """The credential whose upgrade waits for it (SP-15); None: it is for new credentials."""

    @property
    def credential_id(self) -> UUID:
        """The credential that is to be used, or to be upgraded."""
        return self.upgrade_of or self.id


class Report(BaseModel):
    """What the partner says in a signed report; times in UTC, the address in lines."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: UUID
    """The identification."""

    jti: str = Field(min_length=8, max_length=64)
    iat: int
    event: Literal["appointed", "address_changed", "identified", "failed"]
    reference: str = Field(min_length=1, max_length=64)
    appointment_at: datetime | None = None
    address: tuple[str, ...] = Field(default=(), max_length=6)
    surname: str = Field(default="", max_length=120)
    birth_date: date | None = None
    reason: str = Field(default="", max_length=200)


def wish(identification: Identification) -> str:
    """Return what the partner should know, in one text: it is told again when this changes."""
    if identification.status is IdentificationStatus.ORDERED:
        return f"{identification.round}:{identification.method}"
    if identification.status is IdentificationStatus.CANCELLED and identification.reference is not None:
        return "cancelled"
    return identification.told


def default_method(profile: Profile) -> IdentificationMethod:
    """Return the way that holds until the holder chooses another (CF-09, CF-10)."""
    methods = profile.identification.methods
    return IdentificationMethod.PHYSICAL if IdentificationMethod.PHYSICAL in methods else min(methods)


def told(identification: Identification, knows: str, reference: str | None) -> Identification:
    """Return the identification after the partner has taken what was told."""
    return replace(identification, told=knows, reference=reference or identification.reference, tries=0)


def not_reached(identification: Identification, now: datetime) -> tuple[Identification, datetime]:
    """Return the identification after a try in vain, and when to try again."""
    pause = RETRY[min(identification.tries, len(RETRY) - 1)]
    return replace(identification, tries=identification.tries + 1), now + pause


def failed(identification: Identification, reason: str) -> Identification:
    """Return the identification after a failure (ST-77)."""
    return replace(identification, status=IdentificationStatus.FAILED, reason=reason, appointment_at=None)


def newly_failed(before: Identification, after: Identification) -> bool:
    """Say whether the holder is to be told of a failure; another report on the same one says nothing new (ST-77)."""
    return after.status is IdentificationStatus.FAILED and before.status is not IdentificationStatus.FAILED


def after_failure(identification: Identification, credential: Credential) -> AfterFailure:
    """Return what is possible after a failure (ST-77, SP-15)."""
    if identification.upgrade_of is not None:
        return AfterFailure.UPGRADE
    over = credential.status is CredentialStatus.ACTIVATION_EXPIRED
    return AfterFailure.LETTER if over else AfterFailure.APPOINTMENT


def done(identification: Identification) -> Identification:
    """Return the identification after the person was identified (ST-76)."""
    return replace(identification, status=IdentificationStatus.DONE, reason=None)


def cancelled(identification: Identification) -> Identification:
    """Return the identification of a credential or change that is gone; what has ended stays as it is (ST-12)."""
    if identification.status is IdentificationStatus.DONE:
        return identification
    return replace(identification, status=IdentificationStatus.CANCELLED, appointment_at=None)


def again(identification: Identification, now: datetime) -> Identification:
    """Return the identification after a new letter: ordered anew where it failed; one that is done stays (ST-77).

    Of one that runs the partner is told again, since its last day is that of the new letter.
    """
    if identification.status is IdentificationStatus.ORDERED:
        return replace(identification, told="")
    if identification.status is not IdentificationStatus.FAILED:
        return identification
    return replace(
        identification, status=IdentificationStatus.ORDERED, round=identification.round + 1, ordered_at=now, reason=None
    )


def decide_method(
    identification: Identification | None, method: IdentificationMethod, profile: Profile, *, awaited: bool
) -> Identification | Refusal:
    """Let the holder choose the way, where the profile leaves it to the holder (ST-75, CF-09, CF-10).

    `awaited`: a credential is still to be used first, or its upgrade in treatment.
    """
    rules = profile.identification
    if rules.choice_moment is not ChoiceMoment.ACTIVATION or method not in rules.methods:
        return Refusal(code=IdentityRefusal.METHOD_NOT_OFFERED)
    if identification is None or identification.status is not IdentificationStatus.ORDERED or not awaited:
        return Refusal(code=IdentityRefusal.WRONG_STATUS)
    return replace(identification, method=method, appointment_at=None)


def report_refusal(identification: Identification | None, report: Report | None, now: datetime) -> Refusal | None:
    """Refuse a report that is not signed, not fresh, or of another order."""
    if identification is None or report is None or report.sub != identification.id:
        return _INVALID
    if abs(now - datetime.fromtimestamp(report.iat, tz=now.tzinfo)) > FRESH:
        return _INVALID
    if report.reference != identification.reference:
        return _INVALID
    return None


def reported(
    identification: Identification, report: Report, profile: Profile, now: datetime, *, awaited: bool
) -> Identification | Refusal:
    """Return the identification after a report: the same one again changes nothing, a late one is refused.

    `awaited`: a credential is still to be used first, or its upgrade in treatment.
    """
    if report.jti in identification.reports:
        return identification
    over = identification.status in {IdentificationStatus.DONE, IdentificationStatus.CANCELLED}
    after = _after(identification, report, profile, now) if awaited and not over else _TOO_LATE
    if isinstance(after, Refusal):
        return after
    return replace(after, reports=(*after.reports, report.jti)[-REPORTS_KEPT:])


def _after(identification: Identification, report: Report, profile: Profile, now: datetime) -> Identification | Refusal:
    match report.event:
        case "appointed":
            return _appointed(identification, report)
        case "address_changed":
            return _moved(identification, report, profile, now)
        case "identified":
            differs = not _agrees(identification, report)
            return failed(identification, "data_differ") if differs else done(identification)
        case "failed":
            return failed(identification, report.reason or "not_identified")


def _appointed(identification: Identification, report: Report) -> Identification | Refusal:
    """Note an appointment, also a new one after a failure (ST-77)."""
    if report.appointment_at is None or report.appointment_at.tzinfo is None:
        return _INVALID
    status = IdentificationStatus.ORDERED
    return replace(identification, status=status, appointment_at=report.appointment_at, reason=None)


def _moved(identification: Identification, report: Report, profile: Profile, now: datetime) -> Identification | Refusal:
    """Pass a change of address in time; the address itself is encrypted by the handler (ST-73, ST-74)."""
    if not any(line.strip() for line in report.address):
        return _INVALID
    return identification if may_move(identification, profile, now) else _TOO_LATE


def may_move(identification: Identification, profile: Profile, now: datetime) -> bool:
    """Say whether the address may still change: until one working day before the appointment (ID-92, TI-12, SP-06)."""
    if identification.status is not IdentificationStatus.ORDERED:
        return False
    if identification.appointment_at is None:
        return True
    day = local_date(identification.appointment_at)
    return local_date(now) <= add_working_days(day, -1, profile.working_days.closed)


def _agrees(identification: Identification, report: Report) -> bool:
    """Say whether the document that was shown is that of the person (ST-76)."""
    name = identification.name
    surname = letters(f"{name.infix or ''}{name.surname}")
    return letters(report.surname) == surname and report.birth_date == identification.birth_date
