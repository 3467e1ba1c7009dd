"""Who may ask for which change in treatment: link, upgrade, downgrade, conversion (ID.8, ID.10, ID.11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from contracts.identity import (
    ConvertCredential,
    CredentialStatus,
    CredentialType,
    DowngradeCredential,
    IdentityRefusal,
    LinkPerson,
    LinkTo,
    SecondFactor,
    UpgradeCredential,
)
from contracts.message import Refusal
from contracts.values import Level, Role
from profiles.identity import Conversion
from profiles.model import Profile
from services.identity.domain.administrators import LAST_ADMINISTRATOR, loses_last
from services.identity.domain.asked import birth_date_refusal, mobile_fits
from services.identity.domain.authority import NOT_ALLOWED
from services.identity.domain.changes import OWN_CREDENTIAL, ROLE_NOT_POSSIBLE, change_refusal, role_refusal
from services.identity.domain.credentials import IDENTIFIED_FROM, MODULE_LEVEL, WRONG_STATUS, Credential, is_open
from services.identity.domain.documents import document_refusal, identity_known, needs_identity
from services.identity.domain.people import Person
from services.identity.domain.quotations import AGREEMENT_MISSING

ABOVE_OWN_LEVEL = Refusal(code=IdentityRefusal.ABOVE_OWN_LEVEL)
LEVEL_NOT_OFFERED = Refusal(code=IdentityRefusal.LEVEL_NOT_OFFERED)


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts when a change is asked for."""

    acting: Credential | None
    credential: Credential | None
    person: Person | None
    held: Sequence[Credential]
    """All credentials of the person."""

    reach: Mapping[UUID, Credential]
    """The actor's usable credentials, by organisation."""

    all_open: Sequence[Credential]
    """What is open at the organisation."""

    factor: SecondFactor | None = None
    """The second factor of the person's account."""

    @property
    def known(self) -> bool:
        """Whether identity data of the person are there (ID-128)."""
        return self.person is not None and identity_known(self.person, self.held)


def _common_refusal(asked: Asked) -> Refusal | None:
    """Refuse what no change may be asked for: only what is active, without another change (SP-16, ST-17)."""
    if refusal := change_refusal(asked.acting, asked.credential, asked.person):
        return refusal
    assert asked.credential is not None, "refused otherwise"
    return None if asked.credential.status is CredentialStatus.ACTIVE else WRONG_STATUS


def decide_link(command: LinkPerson, asked: Asked, profile: Profile) -> Refusal | None:
    """Let an administrator link a person to other organisations of the own (ID-103 to ID-109)."""
    if refusal := _common_refusal(asked):
        return refusal
    assert asked.credential is not None, "refused otherwise"
    if asked.credential.type is not CredentialType.REGULAR:
        return ROLE_NOT_POSSIBLE  # one for each KvK number, and only for who asks in person (ID-137, ID-138)
    level = asked.credential.level
    refusal = _targets_refusal(command.to, asked, level, profile) or _unknown_refusal(command.to, asked, level)
    return refusal or (None if command.agreed else AGREEMENT_MISSING)


def _unknown_refusal(to: Sequence[LinkTo], asked: Asked, level: Level) -> Refusal | None:
    """Refuse a role that needs identity data to who never gave them: a link asks for none (ID-43, ID-44)."""
    needed = any(needs_identity(level, target.role) for target in to)
    return Refusal(code=IdentityRefusal.IDENTITY_DATA_MISSING) if needed and not asked.known else None


def _targets_refusal(to: Sequence[LinkTo], asked: Asked, level: Level, profile: Profile) -> Refusal | None:
    """Judge each organisation: the administrator's own, a level at most the own there, a role that fits, not twice."""
    assert asked.acting is not None, "refused otherwise"
    if level > asked.acting.level:
        return ABOVE_OWN_LEVEL
    taken = {held.organisation_id for held in asked.held if is_open(held)}
    for target in to:
        own = asked.reach.get(target.organisation_id)
        if own is None or own.role is not Role.ADMINISTRATOR:
            return NOT_ALLOWED
        if level > own.level:
            return ABOVE_OWN_LEVEL
        if refusal := role_refusal(target.role, level, CredentialType.REGULAR, profile):
            return refusal
        if target.organisation_id in taken:
            return Refusal(code=IdentityRefusal.ALREADY_LINKED)
        taken.add(target.organisation_id)
    return None


def decide_upgrade(
    command: UpgradeCredential, mobile: str | None, asked: Asked, prefixes: tuple[str, ...], profile: Profile,
    today: date,
) -> Refusal | None:  # fmt: skip
    """Let an administrator raise another person's level, at most to the own (ID-125 to ID-134, SP-13, SP-14)."""
    if refusal := _common_refusal(asked) or _new_level_refusal(command.level, asked, profile):
        return refusal
    assert asked.credential is not None, "refused otherwise"
    if command.level <= asked.credential.level:
        return Refusal(code=IdentityRefusal.WRONG_LEVEL)
    refusal = (
        _targets_refusal(command.to, asked, command.level, profile)
        or _new_role_refusal(command, asked, profile)
        or _data_refusal(command, asked, profile, today)
        or _factor_refusal(command, mobile, asked, prefixes, profile)
    )
    return refusal or (None if command.agreed else AGREEMENT_MISSING)


def _new_level_refusal(level: Level, asked: Asked, profile: Profile) -> Refusal | None:
    """Refuse the own credential, another type than regular, and a level that is not offered (SP-14, ID-136)."""
    assert asked.credential is not None, "refused otherwise"
    assert asked.acting is not None, "refused otherwise"
    if asked.credential.person_id == asked.acting.person_id:
        return OWN_CREDENTIAL
    if asked.credential.type is not CredentialType.REGULAR:
        return Refusal(code=IdentityRefusal.WRONG_LEVEL)
    by_staff_alone = level is Level.EH4 and not profile.levels.eh4_self_service
    return LEVEL_NOT_OFFERED if level not in profile.levels.offered or by_staff_alone else None


def _new_role_refusal(command: UpgradeCredential, asked: Asked, profile: Profile) -> Refusal | None:
    """Refuse a role that the new level cannot have, or without which nobody would administer (ID-127, ST-23)."""
    assert asked.credential is not None, "refused otherwise"
    role = command.role or asked.credential.role
    if refusal := role_refusal(role, command.level, CredentialType.REGULAR, profile):
        return refusal
    after = replace(asked.credential, role=role, level=command.level)
    alone = role is Role.USER and loses_last(asked.credential, after, asked.all_open)
    return LAST_ADMINISTRATOR if alone else None


def must_be_identified(credential: Credential, level: Level) -> bool:
    """Say whether the new level asks for an identification that the present one did not (SP-15, ID-89)."""
    return credential.level < IDENTIFIED_FROM <= level


def _data_refusal(command: UpgradeCredential, asked: Asked, profile: Profile, today: date) -> Refusal | None:
    """Ask for what is missing at the new level, and refuse what would alter what is there (ID-128, ID-129)."""
    assert asked.credential is not None, "refused otherwise"
    assert asked.person is not None, "refused otherwise"
    identify = must_be_identified(asked.credential, command.level)
    other_birth_date = command.birth_date is not None and asked.person.birth_date not in {None, command.birth_date}
    if other_birth_date or (asked.known and command.document is not None):
        field = "birth_date" if other_birth_date else "document"
        return Refusal(code=IdentityRefusal.DATA_FIXED, details={"field": field})
    role = command.role or asked.credential.role
    if not asked.known and (refusal := document_refusal(command.document, command.level, role, profile, today)):
        return refusal
    if asked.person.birth_date is None and command.birth_date is None:
        return Refusal(code=IdentityRefusal.IDENTITY_DATA_MISSING, details={"field": "birth_date"})
    if identify and not command.identification_address:
        return Refusal(code=IdentityRefusal.ADDRESS_MISSING)
    return birth_date_refusal(command.birth_date, today)


def _factor_refusal(
    command: UpgradeCredential, mobile: str | None, asked: Asked, prefixes: tuple[str, ...], profile: Profile
) -> Refusal | None:
    """Ask for a second factor where there is none yet; one that is there stays (ID-131, ID-132)."""
    if asked.factor is not None:
        other = command.second_factor not in {None, asked.factor} or mobile is not None
        return Refusal(code=IdentityRefusal.DATA_FIXED, details={"field": "second_factor"}) if other else None
    if command.level < profile.second_factor.min_level:
        return None
    if command.second_factor is None:
        return Refusal(code=IdentityRefusal.SECOND_FACTOR_MISSING)
    assert asked.person is not None, "refused otherwise"
    if command.second_factor is not SecondFactor.SMS:
        return None
    if asked.person.mobile is not None:
        return None if mobile is None else Refusal(code=IdentityRefusal.DATA_FIXED, details={"field": "mobile"})
    fits = mobile is not None and mobile_fits(SecondFactor.SMS, mobile, prefixes)
    return None if fits else Refusal(code=IdentityRefusal.INVALID_MOBILE)


def decide_downgrade(command: DowngradeCredential, asked: Asked, profile: Profile) -> Refusal | None:
    """Let an administrator lower another person's level; of an administrator not below EH2+ (ID-135, SP-12)."""
    if refusal := _common_refusal(asked) or _new_level_refusal(command.level, asked, profile):
        return refusal
    assert asked.credential is not None, "refused otherwise"
    if command.level >= asked.credential.level:
        return Refusal(code=IdentityRefusal.WRONG_LEVEL)
    if command.level is asked.credential.next_level:
        return Refusal(code=IdentityRefusal.ALREADY_PLANNED)
    if asked.credential.role is Role.ADMINISTRATOR and command.level < MODULE_LEVEL:
        return ROLE_NOT_POSSIBLE
    return None if command.agreed else AGREEMENT_MISSING


def decide_conversion(command: ConvertCredential, asked: Asked, profile: Profile) -> Refusal | None:
    """Let an administrator have the type changed, in the directions of the supplier (ID-143 to ID-148, CF-22, SP-35).

    That there is one for a KvK number is for the reservation to say (ID-137).
    """
    if refusal := _common_refusal(asked):
        return refusal
    assert asked.credential is not None, "refused otherwise"
    credential, to_regular = asked.credential, command.to_type is CredentialType.REGULAR
    way = Conversion.TO_REGULAR if to_regular else Conversion.TO_BELASTINGDIENST
    if way not in profile.belastingdienst.conversions or credential.type is command.to_type:
        return Refusal(code=IdentityRefusal.CONVERSION_NOT_OFFERED)
    if credential.level is not Level.EH3:
        return Refusal(code=IdentityRefusal.WRONG_LEVEL)
    if refusal := role_refusal(credential.role, credential.level, command.to_type, profile):
        return refusal
    return None if command.consent else AGREEMENT_MISSING
