"""First applications of organisations, by their legal representatives (ID-12 to ID-15, ID-70 to ID-75)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.identity import (
    Applicant,
    IdentityRefusal,
    LegalRepresentative,
    OrganisationState,
    PersonName,
    SecondFactor,
    SubmitApplication,
)
from contracts.message import Refusal
from contracts.values import Level, Role
from profiles.model import Profile
from services.identity.domain.authority import NOT_ALLOWED, may_apply
from services.identity.register.port import Company, Representative

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
JOINT = 2
"""Who sign together are at least two (ID-15)."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A customer, or one that wants to be (ID-01, SM 4); `revision` serialises what counts its administrators."""

    id: UUID
    kvk_number: str
    branch_number: str | None
    name: str
    active: bool
    revision: int = 0
    rsin: str | None = None
    address: str = ""
    phone: str | None = None
    suspended: bool = False
    """The trade register has told that the company ended; nothing of the organisation is removed yet."""

    owner_bsn: str | None = None
    """Encrypted for its place; registered by form only, and shown to nobody (ID-16, ID-168)."""


@dataclass(frozen=True, slots=True)
class Application:
    """A first application; the persons stand in its credentials."""

    id: UUID
    organisation_id: UUID
    kvk_number: str
    branch_number: str | None
    organisation_name: str
    address: str
    representative: PersonName
    representative_checked: bool
    credential_ids: tuple[UUID, ...]
    submitted_at: datetime
    status: Literal["waiting", "approved", "rejected"] = "waiting"
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    rsin: str | None = None
    phone: str | None = None
    """Of the organisation, which no register knows (ID-01)."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the trade register said; `available` is False when it could not be asked (SP-45)."""

    company: Company | None
    available: bool = True


def organisation_state(organisation: Organisation) -> OrganisationState:
    """Return what others may know of an organisation."""
    return OrganisationState(
        id=organisation.id,
        kvk_number=organisation.kvk_number,
        branch_number=organisation.branch_number,
        name=organisation.name,
        active=organisation.active,
    )


def company_refusal(looked: Looked) -> Refusal | None:
    """Refuse what the register does not know, does not say, or has closed (CH-13, SP-45)."""
    if not looked.available:
        return Refusal(code=IdentityRefusal.REGISTER_UNAVAILABLE)
    if looked.company is None:
        return Refusal(code=IdentityRefusal.COMPANY_UNKNOWN)
    if not looked.company.active:
        return Refusal(code=IdentityRefusal.COMPANY_INACTIVE)
    return None


def decide_submission(
    command: SubmitApplication, looked: Looked, mobiles: tuple[str, ...], prefixes: tuple[str, ...], profile: Profile
) -> Refusal | None:
    """Judge a first application; that the number has no customer yet is for the reservation to say (ID-13, ID-15)."""
    if not may_apply(command.actor):
        return NOT_ALLOWED
    if refusal := company_refusal(looked):
        return refusal
    assert looked.company is not None, "refused otherwise"
    if command.branch_number is not None and looked.company.branch(command.branch_number) is None:
        return Refusal(code=IdentityRefusal.COMPANY_UNKNOWN, details={"branch_number": command.branch_number})
    signers = (command.representative, *command.co_representatives)
    return signature_refusal(signers, looked.company) or _applicants_refusal(
        command.applicants, mobiles, prefixes, profile
    )


def signature_refusal(signers: Iterable[LegalRepresentative], company: Company) -> Refusal | None:
    """Refuse who may not sign; a register that names nobody leaves the check to the back office (ID-15)."""
    listed = company.representatives
    if not listed:
        return None
    found = [_listed(signer, listed) for signer in signers]
    known = {person for person in found if person is not None}
    if None in found:
        return Refusal(code=IdentityRefusal.NOT_LEGAL_REPRESENTATIVE)
    if any(person.authority == "sole" for person in known) or len(known) >= JOINT:
        return None
    return Refusal(code=IdentityRefusal.NOT_LEGAL_REPRESENTATIVE, details={"authority": "joint"})


def _listed(signer: LegalRepresentative, listed: Iterable[Representative]) -> Representative | None:
    """Find a person by name and birth date; capitals, dots and spaces do not count."""
    wanted = (_letters(signer.name.initials), _letters(_surname(signer.name.infix, signer.name.surname)))
    for person in listed:
        names = (_letters(person.initials), _letters(_surname(person.infix, person.surname)))
        if names == wanted and person.birth_date == signer.birth_date:
            return person
    return None


def _surname(infix: str | None, surname: str) -> str:
    return f"{infix or ''}{surname}"


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _applicants_refusal(
    applicants: tuple[Applicant, ...], mobiles: tuple[str, ...], prefixes: tuple[str, ...], profile: Profile
) -> Refusal | None:
    """Judge the persons: levels, an administrator, a mobile number for SMS, nobody twice."""
    for index, (applicant, mobile) in enumerate(zip(applicants, mobiles, strict=True)):
        if not level_fits(applicant.level, applicant.role, profile):
            details: dict[str, str | int] = {"applicant": index, "level": applicant.level, "role": applicant.role}
            return Refusal(code=IdentityRefusal.LEVEL_NOT_OFFERED, details=details)
        if not _mobile_fits(applicant.second_factor, mobile, prefixes):
            return Refusal(code=IdentityRefusal.INVALID_MOBILE, details={"applicant": index})
    if not any(applicant.role is Role.ADMINISTRATOR for applicant in applicants):
        return Refusal(code=IdentityRefusal.NO_ADMINISTRATOR)
    if len({_who(applicant) for applicant in applicants}) < len(applicants):
        return Refusal(code=IdentityRefusal.ALREADY_REQUESTED)
    return None


def level_fits(level: Level, role: Role, profile: Profile) -> bool:
    """Say whether the supplier offers a level for a role (ID-20, ID-35, SP-13)."""
    if level not in profile.levels.offered or (level is Level.EH4 and not profile.levels.eh4_self_service):
        return False
    return role is Role.USER or level >= profile.roles.administrator_min_level


def _mobile_fits(factor: SecondFactor, mobile: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether a number is in E.164 form, and for SMS of a country that gets codes (ID-59, S8)."""
    if factor is SecondFactor.SMS and not mobile.startswith(prefixes):
        return False
    return not mobile or _E164.fullmatch(mobile) is not None


def _who(applicant: Applicant) -> tuple[str, str, date]:
    """Return what makes two applicants the same person (SP-19)."""
    return _letters(applicant.name.full), applicant.email.casefold(), applicant.birth_date


def closed(application: Application, status: Literal["approved", "rejected"], by: UUID, now: datetime) -> Application:
    """Return the application after the back office has decided."""
    return replace(application, status=status, decided_by=by, decided_at=now)
