"""First applications of organisations, by their legal representatives (ID-12 to ID-15, ID-70 to ID-75)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from contracts.identity import (
    Applicant,
    CredentialType,
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
from services.identity.domain.credentials import IDENTIFIED_FROM, Credential
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
class AgreedCosts:
    """What the requester agreed to: when, by which quotation, in cents without VAT (BI-22)."""

    quotation_id: UUID
    total: int
    years: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """An application; the persons stand in its credentials. `representative` is who made it."""

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
    status: Literal["waiting", "approved", "rejected", "cancelled"] = "waiting"
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    requested_by: UUID | None = None
    """The administrator who asked for a new person (ID-39); None: a first application."""

    checked_by: UUID | None = None
    """The first of two employees who approve (S25)."""

    agreed: AgreedCosts | None = None
    rsin: str | None = None
    phone: str | None = None
    """Of the organisation, which no register knows (ID-01)."""


@dataclass(frozen=True, slots=True)
class ApplicantSecrets:
    """What a first application says of a person under seal; empty: nothing."""

    mobile: str
    address: str


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
        rsin=organisation.rsin,
        suspended=organisation.suspended,
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
    command: SubmitApplication,
    looked: Looked,
    secrets: tuple[ApplicantSecrets, ...],
    prefixes: tuple[str, ...],
    profile: Profile,
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
    return (
        signature_refusal(signers, looked.company)
        or belastingdienst_refusal(command, looked.company, profile)
        or _applicants_refusal(command.applicants, secrets, prefixes, profile)
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
    wanted = (letters(signer.name.initials), letters(_surname(signer.name.infix, signer.name.surname)))
    for person in listed:
        names = (letters(person.initials), letters(_surname(person.infix, person.surname)))
        if names == wanted and person.birth_date == signer.birth_date:
            return person
    return None


def _surname(infix: str | None, surname: str) -> str:
    return f"{infix or ''}{surname}"


def letters(text: str) -> str:
    """Return the letters and digits of a text, without capitals: by them names are compared."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _applicants_refusal(
    applicants: tuple[Applicant, ...], secrets: tuple[ApplicantSecrets, ...], prefixes: tuple[str, ...],
    profile: Profile,
) -> Refusal | None:  # fmt: skip
    """Judge the persons: levels, an administrator, a mobile number for SMS, an address from EH3 on, nobody twice."""
    for index, (applicant, secret) in enumerate(zip(applicants, secrets, strict=True)):
        if not level_fits(applicant.level, applicant.role, profile):
            details: dict[str, str | int] = {"applicant": index, "level": applicant.level, "role": applicant.role}
            return Refusal(code=IdentityRefusal.LEVEL_NOT_OFFERED, details=details)
        if not mobile_fits(applicant.second_factor, secret.mobile, prefixes):
            return Refusal(code=IdentityRefusal.INVALID_MOBILE, details={"applicant": index})
        if applicant.level >= IDENTIFIED_FROM and not secret.address:
            return Refusal(code=IdentityRefusal.ADDRESS_MISSING, details={"applicant": index})
    if not adds_belastingdienst(applicants) and not any(one.role is Role.ADMINISTRATOR for one in applicants):
        return Refusal(code=IdentityRefusal.NO_ADMINISTRATOR)
    if len({_who(applicant) for applicant in applicants}) < len(applicants):
        return Refusal(code=IdentityRefusal.ALREADY_REQUESTED)
    return None


def adds_belastingdienst(applicants: tuple[Applicant, ...]) -> bool:
    """Say whether only a Belastingdienst credential is asked, which a customer may add (SP-34)."""
    return len(applicants) == 1 and applicants[0].type is CredentialType.BELASTINGDIENST


def belastingdienst_refusal(command: SubmitApplication, company: Company, profile: Profile) -> Refusal | None:
    """Refuse a Belastingdienst credential of another level or role, a second one, or for another person (ID.11)."""
    asked = [applicant for applicant in command.applicants if applicant.type is CredentialType.BELASTINGDIENST]
    if any(one.level is not Level.EH3 or one.role not in profile.belastingdienst.roles for one in asked):
        return Refusal(code=IdentityRefusal.BELASTINGDIENST_RULES)
    if len(asked) > 1:
        return Refusal(code=IdentityRefusal.BELASTINGDIENST_TAKEN)
    if any(not _in_person(one, command.representative, company) for one in asked):
        return Refusal(code=IdentityRefusal.BELASTINGDIENST_PERSONAL)
    return None


def _in_person(applicant: Applicant, representative: LegalRepresentative, company: Company) -> bool:
    """Say whether a fully authorised person asks for oneself; a silent register leaves authority to the back office."""
    same = letters(applicant.name.full) == letters(representative.name.full)
    listed = _listed(representative, company.representatives)
    fully = not company.representatives or (listed is not None and listed.authority == "sole")
    return same and applicant.birth_date == representative.birth_date and fully


def level_fits(level: Level, role: Role, profile: Profile) -> bool:
    """Say whether the supplier offers a level for a role (ID-20, ID-35, SP-13)."""
    if level not in profile.levels.offered or (level is Level.EH4 and not profile.levels.eh4_self_service):
        return False
    return role is Role.USER or level >= profile.roles.administrator_min_level


def mobile_fits(factor: SecondFactor, mobile: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether a number is in E.164 form, and for SMS of a country that gets codes (ID-59, S8)."""
    if factor is SecondFactor.SMS and not mobile.startswith(prefixes):
        return False
    return not mobile or _E164.fullmatch(mobile) is not None


def _who(applicant: Applicant) -> str:
    return name_mark(applicant.name, applicant.birth_date, applicant.email)


def name_mark(name: PersonName, birth_date: date, email: str) -> str:
    """Return what makes two persons the same without a document (SP-19)."""
    return f"name:{letters(name.full)}:{birth_date}:{email.casefold()}"


def needs_second(credentials: Iterable[Credential], four_eyes: frozenset[Level]) -> bool:
    """Say whether two employees approve, because nobody of the back office has entered the identification (S25)."""
    return any(held.level in four_eyes and held.identified_by is None for held in credentials)


def closed(
    application: Application, status: Literal["approved", "rejected", "cancelled"], by: UUID | None, now: datetime
) -> Application:
    """Return the application after the back office has decided, or the last of its credentials was ended."""
    return replace(application, status=status, decided_by=by, decided_at=now)
