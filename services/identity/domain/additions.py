"""Adding an organisation: what each step asks, the contract by post, the days until it is removed (ID.9, SM 4)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from contracts.actor import Actor
from contracts.identity import (
    AcceptContract,
    AdditionState,
    AdditionStatus,
    AddOrganisation,
    ContractChannel,
    CredentialStatus,
    IdentityRefusal,
    PersonName,
)
from contracts.message import BlobReference, Refusal
from contracts.values import Language, Level, Role, local_date, start_of_day
from profiles.model import Profile
from services.identity.domain.applications import Looked, company_refusal, signature_refusal
from services.identity.domain.asked import level_fits
from services.identity.domain.authority import DECIDERS, FOUR_EYES, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import WRONG_STATUS, Credential


@dataclass(frozen=True, slots=True)
class Addition:
    """An organisation that an administrator has added; not usable before its contract is accepted (ID-124)."""

    id: UUID
    person_id: UUID
    requested_from: UUID
    organisation_id: UUID
    """The id that the organisation gets when it is no customer yet."""

    kvk_number: str
    branch_number: str | None
    name: str
    address: str
    rsin: str | None
    phone: str
    administrator: PersonName
    email: str
    language: Language
    representative: PersonName
    representative_checked: bool
    level: Level
    years: Literal[1, 3]
    submitted_at: datetime
    co_representatives: tuple[PersonName, ...] = ()
    customer_id: UUID | None = None
    status: AdditionStatus = AdditionStatus.PENDING_CONTRACT
    contract: BlobReference | None = None
    received_on: date | None = None
    reviewed_by: UUID | None = None
    """The first of two employees who accept the contract (S25)."""

    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str | None = None


def addition_state(addition: Addition) -> AdditionState:
    """Return what others may know of an addition."""
    return AdditionState(
        id=addition.id, person_id=addition.person_id, requested_from=addition.requested_from,
        kvk_number=addition.kvk_number, branch_number=addition.branch_number, name=addition.name,
        address=addition.address, administrator=addition.administrator, representative=addition.representative,
        co_representatives=addition.co_representatives, level=addition.level, years=addition.years,
        language=addition.language, status=addition.status, customer_id=addition.customer_id,
        submitted_at=addition.submitted_at,
    )  # fmt: skip


def decide_addition(
    command: AddOrganisation, acting: Credential | None, looked: Looked, profile: Profile
) -> Refusal | None:
    """Judge the five steps; that the number is not being added already is for the reservation to say (ST-25)."""
    if acting is None or acting.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    if not profile.organisations.self_add:
        return Refusal(code=IdentityRefusal.NOT_OFFERED)
    if refusal := _number_refusal(command, looked):
        return refusal
    assert looked.company is not None, "refused otherwise"
    return (
        _level_refusal(command, acting, profile)
        or _consent_refusal(command)
        or signature_refusal((command.representative, *command.co_representatives), looked.company)
    )


def _number_refusal(command: AddOrganisation, looked: Looked) -> Refusal | None:
    """Refuse a number that the register does not know (ID-115)."""
    if refusal := company_refusal(looked):
        return refusal
    known = looked.company.branch(command.branch_number or "") if looked.company else None
    if command.branch_number is not None and known is None:
        return Refusal(code=IdentityRefusal.COMPANY_UNKNOWN, details={"branch_number": command.branch_number})
    return None


def _level_refusal(command: AddOrganisation, acting: Credential, profile: Profile) -> Refusal | None:
    """Refuse a level that is not offered, or above the administrator's own (ID-116, SP-32)."""
    if not level_fits(command.level, Role.ADMINISTRATOR, profile):
        return Refusal(code=IdentityRefusal.LEVEL_NOT_OFFERED)
    if command.level > acting.level:
        return Refusal(code=IdentityRefusal.ABOVE_OWN_LEVEL, details={"level": acting.level})
    return None


def _consent_refusal(command: AddOrganisation) -> Refusal | None:
    """Refuse unless the own data were checked and both consents given (ID-117, ID-121)."""
    if not command.own_data_checked:
        return Refusal(code=IdentityRefusal.OWN_DATA_UNCHECKED)
    if not (command.terms_accepted and command.authority_declared):
        return Refusal(code=IdentityRefusal.CONSENT_MISSING)
    return None


def remind_at(addition: Addition, profile: Profile) -> datetime:
    """Return the moment at which the contract is missed (SP-31)."""
    return _after(addition, profile.organisations.reminder_days)


def remove_at(addition: Addition, profile: Profile) -> datetime:
    """Return the first moment at which the contract is too late (SP-31)."""
    return _after(addition, profile.organisations.removal_days)


def _after(addition: Addition, days: int) -> datetime:
    return start_of_day(local_date(addition.submitted_at) + timedelta(days=days))


def decide_acceptance(
    addition: Addition | None, command: AcceptContract, held: Credential | None, four_eyes: frozenset[Level],
    now: datetime,
) -> Addition | Refusal:  # fmt: skip
    """Accept a contract that came by post, signed by the representative chosen (ST-26, ID-123).

    `held` is a credential in use of the person who asked, of at least the level that was chosen. At levels for four
    eyes the addition waits for a second employee after the first (S25, SP-128).
    """
    if refusal := _refuse_decision(addition, command.actor):
        return refusal
    assert addition is not None, "refused otherwise"
    if refusal := _contract_refusal(command, local_date(addition.submitted_at), local_date(now)):
        return refusal
    if held is None:
        return WRONG_STATUS
    by = command.actor.person_id
    if addition.level in four_eyes and addition.reviewed_by in {None, by}:
        return replace(addition, reviewed_by=by) if addition.reviewed_by is None else FOUR_EYES
    return replace(_closed(addition, AdditionStatus.ACCEPTED, by, now), received_on=command.received_on)


def _contract_refusal(command: AcceptContract, made_on: date, today: date) -> Refusal | None:
    """Refuse a contract that did not come by post, is not signed as chosen, or came on an impossible day (ID-123)."""
    if command.channel is not ContractChannel.POST:
        return Refusal(code=IdentityRefusal.ONLY_BY_POST)
    if not command.signed_by_representative:
        return Refusal(code=IdentityRefusal.NOT_SIGNED)
    if command.received_on < made_on:
        return Refusal(code=IdentityRefusal.RECEIVED_EARLIER)
    return Refusal(code=IdentityRefusal.RECEIVED_LATER) if command.received_on > today else None


def added(addition: Addition, held: Credential, organisation_id: UUID, id_: UUID, now: datetime) -> Credential:
    """Return the administrator's credential at the organisation: in use at once, its term begins now (ST-26, ID-120).

    The holder was identified for one in use of at least that level.
    """
    return Credential(
        id=id_, application_id=addition.id, person_id=addition.person_id, organisation_id=organisation_id,
        level=addition.level, role=Role.ADMINISTRATOR, status=CredentialStatus.ACTIVE, name=addition.administrator,
        email=addition.email, language=addition.language, second_factor=held.second_factor, years=addition.years,
        contract_from=local_date(now), identified_by=held.identified_by, identified_at=held.identified_at,
    )  # fmt: skip


def decide_contract_refusal(addition: Addition | None, actor: Actor, reason: str, now: datetime) -> Addition | Refusal:
    """Refuse a contract: the addition is gone, nothing is charged (ST-27)."""
    if refusal := _refuse_decision(addition, actor):
        return refusal
    assert addition is not None, "refused otherwise"
    return replace(_closed(addition, AdditionStatus.REFUSED, actor.person_id, now), reason=reason)


def removed(addition: Addition, now: datetime) -> Addition:
    """Return the addition whose contract never came (ST-27)."""
    return _closed(addition, AdditionStatus.REMOVED, None, now)


def is_pending(addition: Addition | None) -> bool:
    """Say whether an addition waits for its contract."""
    return addition is not None and addition.status is AdditionStatus.PENDING_CONTRACT


def _refuse_decision(addition: Addition | None, actor: Actor) -> Refusal | None:
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if addition is None:
        return UNKNOWN
    return None if is_pending(addition) else WRONG_STATUS


def _closed(addition: Addition, status: AdditionStatus, by: UUID | None, now: datetime) -> Addition:
    return replace(addition, status=status, decided_by=by, decided_at=now)
