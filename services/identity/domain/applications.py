"""First applications of organisations, by their legal representatives (ID-12 to ID-15, ID-70 to ID-75)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Literal
from uuid import UUID

from contracts.billing import Quotation, QuotationLine, prospect_id
from contracts.identity import (
    Applicant,
    CredentialType,
    IdentityRefusal,
    LegalRepresentative,
    OrganisationState,
    PersonName,
    SubmitApplication,
)
from contracts.message import Refusal
from contracts.values import Level, Role, local_date
from profiles.costs import Wanted, application_lines
from profiles.model import Profile
from services.identity.domain.asked import AskedCredential, PersonSecrets, asked_refusal, factor_of, letters, marks_of
from services.identity.domain.authority import NOT_ALLOWED, may_apply
from services.identity.domain.credentials import Credential
from services.identity.domain.quotations import AGREEMENT_MISSING, quotation_refusal
from services.identity.register.port import Company, Representative

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

    ends_on: date | None = None
    """Its last day, where the agreement was ended by form (ST-29)."""

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

    document_ids: tuple[UUID, ...] = ()
    """The identity documents of a first application: each under the id of its person's credential."""

    @property
    def documents(self) -> tuple[UUID, ...]:
        """The ids of its identity documents; a request has one, under its own id."""
        return (self.id,) if self.requested_by is not None else self.document_ids


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


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """What is known when a first application is judged."""

    looked: Looked
    secrets: tuple[PersonSecrets, ...]
    """Of each applicant."""

    copies_kept: bool
    """Whether all files that it names are there."""

    quotation: Quotation | None
    prefixes: tuple[str, ...]


def decide_submission(
    command: SubmitApplication, facts: ApplicationFacts, profile: Profile, now: datetime
) -> Refusal | None:
    """Judge a first application; that the number has no customer yet is for the reservation to say (ID-13, ID-15)."""
    if not may_apply(command.actor):
        return NOT_ALLOWED
    if refusal := company_refusal(facts.looked) or _branch_refusal(command, facts.looked.company):
        return refusal
    assert facts.looked.company is not None, "refused otherwise"
    today = local_date(now)
    return (
        signature_refusal((command.representative, *command.co_representatives), facts.looked.company)
        or (None if command.agreed else AGREEMENT_MISSING)
        or belastingdienst_refusal(command, facts.looked.company, profile)
        or _applicants_refusal(command.applicants, facts, profile, today)
        or (None if facts.copies_kept else Refusal(code=IdentityRefusal.FILE_MISSING))
        or _costs_refusal(command, facts, profile, now)
    )


def _branch_refusal(command: SubmitApplication, company: Company | None) -> Refusal | None:
    number = command.branch_number
    if number is None or company is None or company.branch(number) is not None:
        return None
    return Refusal(code=IdentityRefusal.COMPANY_UNKNOWN, details={"branch_number": number})


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


def _applicants_refusal(
    applicants: tuple[Applicant, ...], facts: ApplicationFacts, profile: Profile, today: date
) -> Refusal | None:
    """Judge each person as one whom an administrator asks for; one administers, and nobody is there twice (SP-19)."""
    for index, (applicant, secrets) in enumerate(zip(applicants, facts.secrets, strict=True)):
        asked = AskedCredential(
            applicant.level, applicant.role, applicant.second_factor, applicant.birth_date, applicant.document, secrets
        )
        if refusal := asked_refusal(asked, facts.prefixes, profile, today):
            return refusal.model_copy(update={"details": {"applicant": index, **(refusal.details or {})}})
    if not adds_belastingdienst(applicants) and not any(one.role is Role.ADMINISTRATOR for one in applicants):
        return Refusal(code=IdentityRefusal.NO_ADMINISTRATOR)
    # The representative may be administrator and ask for the Belastingdienst credential too (ID-138).
    pairs = zip(applicants, facts.secrets, strict=True)
    marks = [(one.type, mark) for one, secrets in pairs for mark in applicant_marks(one, secrets)]
    return Refusal(code=IdentityRefusal.ALREADY_REQUESTED) if len(set(marks)) < len(marks) else None


def applicant_marks(applicant: Applicant, secrets: PersonSecrets) -> tuple[str, ...]:
    """Return what makes two persons the same (SP-19)."""
    return marks_of(applicant.name, applicant.birth_date, applicant.email, applicant.document, secrets.number)


def application_costs(
    command: SubmitApplication, profile: Profile, today: date
) -> tuple[tuple[QuotationLine, ...], ...] | None:
    """Return what each credential costs; None without a term, or a price for it (ID-62)."""
    if command.years is None:
        return None
    wanted = [
        Wanted(one.level, command.years, factor_of(one.level, one.second_factor, profile), type=one.type)
        for one in command.applicants
    ]
    return application_lines(profile, wanted, today)


def _costs_refusal(
    command: SubmitApplication, facts: ApplicationFacts, profile: Profile, now: datetime
) -> Refusal | None:
    """Refuse a quotation that is not of this application, at the prices of today (SP-111)."""
    costs = application_costs(command, profile, local_date(now))
    lines = None if costs is None else tuple(chain.from_iterable(costs))
    return quotation_refusal(facts.quotation, prospect_id(command.kvk_number), lines, now)


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


def needs_second(credentials: Iterable[Credential], four_eyes: frozenset[Level]) -> bool:
    """Say whether two employees approve, because nobody of the back office has entered the identification (S25)."""
    return any(held.level in four_eyes and held.identified_by is None for held in credentials)


def closed(
    application: Application, status: Literal["approved", "rejected", "cancelled"], by: UUID | None, now: datetime
) -> Application:
    """Return the application after the back office has decided, or the last of its credentials was ended."""
    return replace(application, status=status, decided_by=by, decided_at=now)
