"""The credential (middel) of a person at an organisation: its states and what each step asks (SM 1)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import (
    CredentialState,
    CredentialStatus,
    CredentialType,
    IdentityRefusal,
    PersonName,
    RequiredAction,
    SecondFactor,
)
from contracts.message import Refusal
from contracts.values import Language, Level, Role, end_of_day, local_date
from services.identity.domain.authority import DECIDERS, FOUR_EYES, NOT_ALLOWED, UNKNOWN, is_staff

MODULE_LEVEL = Level.EH2_PLUS
"""The lowest level with which an administrator reaches the module (ID-19)."""

IDENTIFIED_FROM = Level.EH3
"""From this level on the holder is identified in person before activation (ID-89)."""

IN_USE = frozenset({CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED})
CLOSED = frozenset({CredentialStatus.ENDED, CredentialStatus.REJECTED})
BEFORE_USE = frozenset(
    {CredentialStatus.WAITING_APPROVAL, CredentialStatus.WAITING_ACTIVATION, CredentialStatus.ACTIVATION_EXPIRED}
)
"""The states in which something is still to be done (ID-93)."""

WRONG_STATUS = Refusal(code=IdentityRefusal.WRONG_STATUS)


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential; `letter` is the hash of the activation letter's code that counts now."""

    id: UUID
    application_id: UUID
    person_id: UUID
    organisation_id: UUID
    level: Level
    role: Role
    status: CredentialStatus
    name: PersonName
    email: str
    language: Language
    second_factor: SecondFactor | None
    """None below the profile's level for second factors (ID-60, CF-02)."""

    type: CredentialType = CredentialType.REGULAR
    activate_by: date | None = None
    """The last day to activate."""

    letter: str | None = None
    activation_id: UUID | None = None
    approved_by: UUID | None = None
    identified_by: UUID | None = None
    identified_at: datetime | None = None
    years: Literal[1, 3] | None = None
    """The term of the subscription; None: a first application (ID-62)."""

    marks: tuple[str, ...] = ()
    """Keyed hashes by which the same person is known again at an organisation (SP-19)."""

    contract_from: date | None = None
    """The first day of the contract that runs: activation, or the day of an upgrade or conversion (SP-102, SP-112)."""

    agreed_at: datetime | None = None
    """When its costs were agreed to anew, with an upgrade or conversion; None: with what it came by (BI-22)."""

    ends_on: date | None = None
    """The last day of one whose ending is scheduled."""

    next_level: Level | None = None
    """The level to come, when a downgrade is planned (SP-12)."""

    level_until: date | None = None
    """The last day of the present level, when a downgrade is planned."""


def credential_state(credential: Credential) -> CredentialState:
    """Return what others may know of a credential."""
    return CredentialState(
        id=credential.id,
        person_id=credential.person_id,
        organisation_id=credential.organisation_id,
        level=credential.level,
        role=credential.role,
        type=credential.type,
        status=credential.status,
        name=credential.name,
        email=credential.email,
        language=credential.language,
        ends_on=credential.ends_on,
        years=credential.years,
        contract_from=credential.contract_from,
    )


def lasting_level(credential: Credential) -> Level:
    """Return the level that a credential keeps: a planned downgrade counts already (SP-12)."""
    return min(credential.level, credential.next_level or credential.level)


def is_open(credential: Credential) -> bool:
    """Say whether a credential counts as open: neither ended nor rejected (SP-27)."""
    return credential.status not in CLOSED


def takes_two(held: Iterable[Credential], four_eyes: frozenset[Level]) -> bool:
    """Say whether another second factor of their holder takes two employees: who gives it could be the holder (S9)."""
    return any(is_open(credential) and credential.level in four_eyes for credential in held)


def required_actions(credential: Credential) -> tuple[RequiredAction, ...]:
    """Return what must still be done before the credential can be used, in order (ID-69, ID-93, CF-31)."""
    match credential.status:
        case CredentialStatus.WAITING_APPROVAL:
            first: tuple[RequiredAction, ...] = (RequiredAction.APPROVAL,)
        case CredentialStatus.ACTIVATION_EXPIRED:
            first = (RequiredAction.NEW_LETTER,)
        case CredentialStatus.WAITING_ACTIVATION:
            first = ()
        case _:
            return ()
    asked = credential.level >= IDENTIFIED_FROM and credential.identified_at is None
    return (*first, *((RequiredAction.IDENTIFICATION,) if asked else ()), RequiredAction.ACTIVATION)


def opens_session(credential: Credential, *, second_factor: bool, factor_from: Level) -> bool:
    """Say whether the holder gets a session with this credential (ID-19, ID-22, ID-183)."""
    if credential.status not in IN_USE:
        return False
    if credential.level >= factor_from and not second_factor:
        return False
    return credential.role is Role.USER or credential.level >= MODULE_LEVEL


def shown_deadline(credential: Credential) -> date | None:
    """Return the last day to activate as long as it matters: until activation, after expiry too (ID-78, ID-83)."""
    return credential.activate_by if credential.status in BEFORE_USE else None


def deadline(credential: Credential) -> datetime:
    """Return the first moment at which activation is too late (SP-01, SP-04)."""
    assert credential.activate_by is not None, "approval sets it"
    return end_of_day(credential.activate_by)


def decide_approval(
    actor: Actor, status: str | None, credentials: Iterable[Credential], four_eyes: frozenset[Level]
) -> Refusal | None:
    """Let the back office approve or reject what waits; not who identified the holder (ID-70, ID-75, S25)."""
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if status is None:
        return UNKNOWN
    if status != "waiting":
        return WRONG_STATUS
    if any(held.level in four_eyes and held.identified_by == actor.person_id for held in credentials):
        return FOUR_EYES
    return None


def approved(credential: Credential, by: UUID, letter: str, days: int, now: datetime) -> Credential:
    """Return the credential that waits for activation until `days` after approval, that day included (SP-04)."""
    return replace(
        credential,
        status=CredentialStatus.WAITING_ACTIVATION,
        approved_by=by,
        letter=letter,
        activate_by=local_date(now) + timedelta(days=days),
    )


def with_activation(credential: Credential, activation_id: UUID) -> Credential:
    """Return the credential whose newest activation this is; older ones count no more."""
    return replace(credential, activation_id=activation_id)


def decide_identification(
    credential: Credential | None, actor: Actor, four_eyes: frozenset[Level], now: datetime
) -> Credential | Refusal:
    """Record that the holder was identified; at levels for four eyes by another than who approved (ST-76, S25)."""
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if credential is None:
        return UNKNOWN
    if credential.status not in BEFORE_USE or credential.level < IDENTIFIED_FROM:
        return WRONG_STATUS
    if credential.level in four_eyes and credential.approved_by == actor.person_id:
        return FOUR_EYES
    return identified(credential, actor.person_id, now)


def identified(credential: Credential, by: UUID | None, now: datetime) -> Credential:
    """Return the credential whose holder was identified; `by` is None where the partner did it."""
    return replace(credential, identified_by=by, identified_at=now)


def decide_expiry(credential: Credential | None, now: datetime) -> Credential | None:
    """Return the credential whose 30 days are over, None when there is nothing to expire (ST-06, TI-01)."""
    if credential is None or credential.status is not CredentialStatus.WAITING_ACTIVATION:
        return None
    if now < deadline(credential):
        return None
    return replace(credential, status=CredentialStatus.ACTIVATION_EXPIRED, letter=None, activation_id=None)
