"""Changes in treatment (mutatie in behandeling): what they hold, and how the back office decides them (SM 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import (
    CredentialType,
    IdentityRefusal,
    MutationAction,
    MutationKind,
    MutationLine,
    MutationState,
    MutationStatus,
    SecondFactor,
)
from contracts.message import Refusal
from contracts.values import Level, Role
from services.identity.domain.authority import DECIDERS, FOUR_EYES, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import WRONG_STATUS


@dataclass(frozen=True, slots=True)
class Line:
    """What a change brings at one organisation; `credential_id` is the one that changes or arises (SP-18)."""

    organisation_id: UUID
    credential_id: UUID
    role: Role
    status: MutationStatus = MutationStatus.SUBMITTED
    reviewed_by: UUID | None = None
    """The first of two employees who process it (S25)."""

    reason: str | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status is MutationStatus.SUBMITTED


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change in treatment; mobile number, seed and address are encrypted for their place."""

    id: UUID
    kind: MutationKind
    person_id: UUID
    organisation_id: UUID
    """From which it was asked (SP-113)."""

    credential_id: UUID
    requested_by: UUID
    submitted_at: datetime
    """Also the moment at which the tariffs were agreed to (BI-22)."""

    level: Level
    type: CredentialType
    lines: tuple[Line, ...]
    years: Literal[1, 3] | None = None
    status: MutationStatus = MutationStatus.SUBMITTED
    second_factor: SecondFactor | None = None
    """The one that the change brings; None: it stays."""

    mobile: str | None = None
    otp_seed: str | None = None
    otp_step: int = 0
    """The step of the code that proved the device, 0 before."""

    identification_address: str | None = None
    birth_date: date | None = None
    """The person's, where it was not known (ID-128)."""

    to_identify: bool = False
    """The holder must be identified in person for the new level (SP-15)."""

    identified_by: UUID | None = None
    identified_at: datetime | None = None
    declared_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it still locks the person."""
        return self.status is MutationStatus.SUBMITTED

    @property
    def to_belastingdienst(self) -> bool:
        """Whether the credential becomes the one Belastingdienst credential of its KvK number (ID-137)."""
        return self.kind is MutationKind.CONVERSION and self.type is CredentialType.BELASTINGDIENST


def mutation_state(mutation: Mutation) -> MutationState:
    """Return what others may know of a change."""
    return MutationState(
        id=mutation.id,
        kind=mutation.kind,
        status=mutation.status,
        person_id=mutation.person_id,
        organisation_id=mutation.organisation_id,
        credential_id=mutation.credential_id,
        requested_by=mutation.requested_by,
        submitted_at=mutation.submitted_at,
        level=mutation.level,
        type=mutation.type,
        years=mutation.years,
        lines=tuple(
            MutationLine(
                organisation_id=line.organisation_id, credential_id=line.credential_id, role=line.role,
                status=line.status, reason=line.reason,
            )
            for line in mutation.lines
        ),
    )  # fmt: skip


def lines_for(mutation: Mutation, actor: Actor) -> tuple[Line, ...]:
    """Return the lines that the actor may see: the back office and who asked all, others those of the own organisation.

    An administrator may ask for organisations that the colleagues do not administer (SP-113).
    """
    if is_staff(actor) or actor.person_id in {mutation.requested_by, mutation.person_id}:
        return mutation.lines
    return tuple(line for line in mutation.lines if line.organisation_id == actor.organisation_id)


def required_actions(mutation: Mutation) -> tuple[MutationAction, ...]:
    """Return what must be done before the change can be processed (ID-128, ID-131, SP-15, SP-34)."""
    needed = {
        MutationAction.IDENTIFICATION: mutation.to_identify and mutation.identified_at is None,
        MutationAction.DEVICE: mutation.second_factor is SecondFactor.OTP and not mutation.otp_step,
        MutationAction.DECLARATION: mutation.to_belastingdienst and mutation.declared_at is None,
    }
    return tuple(action for action, needs in needed.items() if needs)


@dataclass(frozen=True, slots=True)
class Decided:
    """A change after a decision, and the lines to which it was applied; none: it waits for a second employee."""

    mutation: Mutation
    lines: tuple[Line, ...]


def decide_processing(
    mutation: Mutation | None, actor: Actor, organisation_ids: Sequence[UUID], four_eyes: frozenset[Level]
) -> Decided | Refusal:
    """Process lines of a change, or all; at levels for four eyes two employees take part (ST-18, SP-18, S25)."""
    chosen = _chosen(mutation, actor, organisation_ids)
    if isinstance(chosen, Refusal):
        return chosen
    assert mutation is not None, "refused otherwise"
    assert actor.person_id is not None, "staff are persons"
    if actions := required_actions(mutation):
        return Refusal(code=IdentityRefusal.ACTION_REQUIRED, details={"action": actions[0]})
    if _waits_for_first(mutation, chosen):
        return WRONG_STATUS
    if not _needs_two(mutation, four_eyes):
        return _with(mutation, chosen, MutationStatus.PROCESSED)
    return _by_two(mutation, chosen, actor.person_id)


def _by_two(mutation: Mutation, chosen: Sequence[Line], by: UUID) -> Decided | Refusal:
    """Let the identification or a first review be one pair of eyes, this employee the other (S25, SP-128)."""
    if mutation.identified_by == by or any(line.reviewed_by == by for line in chosen):
        return FOUR_EYES
    if mutation.identified_by is not None or all(line.reviewed_by is not None for line in chosen):
        return _with(mutation, chosen, MutationStatus.PROCESSED)
    reviewed = {line.organisation_id for line in chosen}
    lines = tuple(
        replace(line, reviewed_by=line.reviewed_by or by) if line.organisation_id in reviewed else line
        for line in mutation.lines
    )
    return Decided(replace(mutation, lines=lines), ())


def _needs_two(mutation: Mutation, four_eyes: frozenset[Level]) -> bool:
    return mutation.level in four_eyes and mutation.kind is not MutationKind.DOWNGRADE


def _waits_for_first(mutation: Mutation, chosen: Iterable[Line]) -> bool:
    """Say whether links would come before the change of the credential that they are links of."""
    first = _first(mutation)
    return first is not None and first.open and first not in chosen


def _first(mutation: Mutation) -> Line | None:
    """Return the line that changes the credential itself; a link has none."""
    return next((line for line in mutation.lines if line.credential_id == mutation.credential_id), None)


def decide_refusal(
    mutation: Mutation | None, actor: Actor, organisation_ids: Sequence[UUID], reason: str
) -> Decided | Refusal:
    """Refuse lines of a change, or all; without the change itself its links are refused as well (ST-19, SP-17)."""
    chosen = _chosen(mutation, actor, organisation_ids)
    if isinstance(chosen, Refusal):
        return chosen
    assert mutation is not None, "refused otherwise"
    if _first(mutation) in chosen:
        chosen = tuple(line for line in mutation.lines if line.open)
    return _with(mutation, chosen, MutationStatus.REFUSED, reason)


def _chosen(mutation: Mutation | None, actor: Actor, organisation_ids: Sequence[UUID]) -> tuple[Line, ...] | Refusal:
    """Return the open lines that a decision is about (ID-70, SP-18)."""
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if mutation is None:
        return UNKNOWN
    lines = mutation.lines
    if not set(organisation_ids) <= {line.organisation_id for line in lines}:
        return UNKNOWN
    chosen = tuple(line for line in lines if line.organisation_id in organisation_ids or not organisation_ids)
    if organisation_ids and any(not line.open for line in chosen):
        return WRONG_STATUS
    return tuple(line for line in chosen if line.open) if mutation.open else WRONG_STATUS


def _with(mutation: Mutation, chosen: Iterable[Line], status: MutationStatus, reason: str | None = None) -> Decided:
    """Return the change with lines decided; with the last one it is closed and locks nobody any more (ID-112)."""
    decided = {line.organisation_id for line in chosen}
    lines = tuple(
        replace(line, status=status, reason=reason) if line.organisation_id in decided else line
        for line in mutation.lines
    )
    done = tuple(line for line in lines if line.organisation_id in decided)
    return Decided(replace(mutation, lines=lines, status=_overall(lines)), done)


def _overall(lines: Iterable[Line]) -> MutationStatus:
    statuses = {line.status for line in lines}
    if MutationStatus.SUBMITTED in statuses:
        return MutationStatus.SUBMITTED
    return MutationStatus.PROCESSED if MutationStatus.PROCESSED in statuses else MutationStatus.REFUSED


def cancelled(mutation: Mutation) -> Mutation:
    """Return the change after the credential was ended (SP-16)."""
    lines = tuple(replace(line, status=MutationStatus.CANCELLED) if line.open else line for line in mutation.lines)
    return replace(mutation, lines=lines, status=MutationStatus.CANCELLED)


def decide_identified(mutation: Mutation | None, actor: Actor, now: datetime) -> Mutation | Refusal:
    """Record that the holder was identified for the new level (SP-15); not by who reviewed it (S25)."""
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if mutation is None:
        return UNKNOWN
    if not mutation.open or not mutation.to_identify or mutation.identified_at is not None:
        return WRONG_STATUS
    if any(line.reviewed_by == actor.person_id for line in mutation.lines):
        return FOUR_EYES
    return replace(mutation, identified_by=actor.person_id, identified_at=now)


def identified(mutation: Mutation, now: datetime) -> Mutation:
    """Return the change after the partner has identified the holder, unless that is known (SP-15, ST-76)."""
    return replace(mutation, identified_at=mutation.identified_at or now)


def holder_refusal(mutation: Mutation | None, actor: Actor, action: MutationAction) -> Refusal | None:
    """Refuse everybody but the holder, and what is not asked of the holder now; any other change is unknown (S21)."""
    if mutation is None or actor.person_id is None or mutation.person_id != actor.person_id:
        return UNKNOWN
    return None if mutation.open and action in required_actions(mutation) else WRONG_STATUS
