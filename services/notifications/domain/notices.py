"""Notices to an organisation: what the message box (berichtenbox) holds, which e-mails go with it (NO-01 to NO-06)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.chain import AccessStatus, ChainAccessChanged, ChainAuthorizationEvent
from contracts.identity import AdditionState, CredentialState, MutationRefused, MutationState, MutationStatus
from contracts.values import Language, add_years, end_of_day, local_date

KEPT_YEARS = 2
"""Years that a message of the message box is kept (SP-114)."""

MESSAGE_READY = "message_ready"
INTRODUCTION = "introduction"


class NoticeKind(StrEnum):
    """What an organisation is told; the name of its template too."""

    RENEWAL_DUE = "renewal_due"
    CHAIN_ACTIVATED = "chain_activated"
    CHAIN_EXPIRED = "chain_expired"
    INVITATION_EXPIRED = "invitation_expired"
    INVITATION_FAILED = "invitation_failed"
    ACCESS_OPEN = "access_open"
    CONTRACT_MISSING = "contract_missing"
    CONTRACT_REFUSED = "contract_refused"
    CONTRACT_ACCEPTED = "contract_accepted"
    ADMINISTRATOR_ADDED = "administrator_added"
    CREDENTIAL_ENDING = "credential_ending"


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to tell an organisation, and the occasion: the same occasion is told once (NO-06)."""

    kind: NoticeKind
    organisation_id: UUID
    about: UUID
    occasion: str
    data: dict[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the message box, in both languages; who has read it is kept per person (SP-114)."""

    id: UUID
    organisation_id: UUID
    kind: NoticeKind
    about: UUID
    subject: dict[Language, str]
    body: dict[Language, str]
    sent_at: datetime
    expires_at: datetime
    read_by: tuple[UUID, ...] = ()

    def read(self, person_id: UUID) -> "Notice":
        """Return the message after a person has read it; reading it again changes nothing."""
        return self if person_id in self.read_by else replace(self, read_by=(*self.read_by, person_id))


def kept_until(sent_at: datetime) -> datetime:
    """Return the moment at which a message of the message box is removed (SP-114)."""
    return end_of_day(add_years(local_date(sent_at), KEPT_YEARS))


def facts_of(kind: NoticeKind, event: ChainAuthorizationEvent) -> Facts:
    """Return what the intermediary is told of a chain authorization; once for each end date (NO-06)."""
    state = event.state
    end = state.period.end if state.period else None
    data: dict[str, str | list[str]] = {
        "relation": state.relation.name,
        "end": _text(end),
        "contact": state.contact.name.full,
        "contact_email": state.contact.email,
    }
    return Facts(kind, state.intermediary_id, state.id, _text(end), data)


def facts_of_addition(kind: NoticeKind, state: AdditionState, to: UUID, **more: str) -> Facts:
    """Return what an organisation is told of an addition (SP-31, SP-33)."""
    data: dict[str, str | list[str]] = {
        "organisation": state.name, "kvk_number": state.kvk_number, "administrator": state.administrator.full, **more,
    }  # fmt: skip
    return Facts(kind, to, state.id, kind.value, data)


def facts_of_ending(what: str, state: CredentialState, organisation: str, occasion: str) -> Facts:
    """Return what an organisation is told of an ending that is planned, undone or postponed (NO-03, MS-09).

    It is named: who manages several of them hears it once for each.
    """
    data: dict[str, str | list[str]] = {
        "what": what, "person": state.name.full, "ends_on": _text(state.ends_on), "organisation": organisation,
    }  # fmt: skip
    return Facts(NoticeKind.CREDENTIAL_ENDING, state.organisation_id, state.id, f"{what}:{occasion}", data)


def refused_now(event: MutationRefused) -> tuple[UUID, ...]:
    """Return the organisations whose lines a refusal is about; an older event does not say which of them (SP-18)."""
    refused = (line.organisation_id for line in event.state.lines if line.status is MutationStatus.REFUSED)
    return event.organisation_ids or tuple(refused)


def refused_extent(state: MutationState) -> str:
    """Say whether all of a change is refused: of a part nothing is said about the rest (SP-17, SP-18)."""
    statuses = {line.status for line in state.lines} or {state.status}
    return "all" if statuses == {MutationStatus.REFUSED} else "part"


def week_of(day: date | None) -> str:
    """Return the week of a day: what repeats daily is told once a week."""
    year, week, _ = day.isocalendar() if day else (0, 0, 0)
    return f"{year}-{week}"


def facts_of_access(event: ChainAccessChanged, occasion: str) -> Facts | None:
    """Return what an organisation is told of its access to the chain functionality: only that it is open (ST-44)."""
    if event.state.status is not AccessStatus.OPEN:
        return None
    return Facts(NoticeKind.ACCESS_OPEN, event.state.id, event.state.id, occasion)


def mail_templates(kind: NoticeKind, *, message_box: bool, intro_mail: bool) -> tuple[str, ...]:
    """Return the e-mails of a notice: with a message box only that a message is ready (NO-05, CF-27, NO-26)."""
    introduced = kind is NoticeKind.ACCESS_OPEN and intro_mail
    if message_box:
        return (MESSAGE_READY, INTRODUCTION) if introduced else (MESSAGE_READY,)
    return (INTRODUCTION,) if introduced else (kind.value,)


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
