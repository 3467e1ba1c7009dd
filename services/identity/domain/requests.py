"""Requests of administrators for a new person: what each must say, who may ask for what (ID-39 to ID-66, ST-01)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.billing import Quotation, QuotationLine
from contracts.identity import AgreedCost, CredentialType, IdentityRefusal, RequestCredential, SecondFactor
from contracts.message import Refusal
from contracts.values import Role, local_date
from profiles.costs import Wanted, credential_lines
from profiles.model import Profile
from services.identity.domain.applications import Looked, company_refusal, letters, level_fits, mobile_fits, name_mark
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.credentials import IDENTIFIED_FROM, Credential
from services.identity.domain.documents import document_refusal


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is known when a request is judged."""

    session: Credential | None
    """The actor's own credential at the organisation of the session; None: not usable."""

    acting: Sequence[Credential | None]
    """The actor's own credential at each organisation asked; None: not usable there."""

    looked: Looked
    """The first company asked, in the trade register: its address is that of the letter (ID-56)."""

    mobile: str
    phone: str
    address: str
    """Where the person is identified; empty: none given."""

    copies_kept: bool
    """Whether all files that the request names are there."""

    known_already: bool
    """Whether one of the organisations has an open credential of the same person (SP-19)."""

    quotation: Quotation | None
    prefixes: tuple[str, ...]


def decide_request(command: RequestCredential, facts: RequestFacts, profile: Profile, now: datetime) -> Refusal | None:
    """Judge a request; the quotation last, so that it is not spent on one that fails otherwise."""
    return (
        _authority(facts)
        or (None if command.agreed else Refusal(code=IdentityRefusal.AGREEMENT_MISSING))
        or _level(command, facts, profile)
        or _factor(command, facts, profile)
        or document_refusal(command.document, command.level, command.role, profile, local_date(now))
        or _address(command, facts)
        or company_refusal(facts.looked)
        or (None if facts.copies_kept else Refusal(code=IdentityRefusal.FILE_MISSING))
        or (Refusal(code=IdentityRefusal.ALREADY_REQUESTED) if facts.known_already else None)
        or _costs(command, facts, profile, now)
    )


def _authority(facts: RequestFacts) -> Refusal | None:
    """Refuse who is no administrator at the session's organisation, or not at another one asked (ID-28, ID-66, S21)."""
    if not _administers(facts.session):
        return NOT_ALLOWED
    if not all(_administers(held) for held in facts.acting):
        return UNKNOWN
    return None


def _administers(credential: Credential | None) -> bool:
    return credential is not None and credential.role is Role.ADMINISTRATOR


def _level(command: RequestCredential, facts: RequestFacts, profile: Profile) -> Refusal | None:
    """Refuse a type, level or role that cannot be asked for here (ID-20, ID-35, ID-40, ID-138, SP-13, SP-34)."""
    if command.credential_type is CredentialType.BELASTINGDIENST:
        return Refusal(code=IdentityRefusal.BELASTINGDIENST_PERSONAL)
    if not level_fits(command.level, command.role, profile):
        details: dict[str, str | int] = {"level": command.level, "role": command.role}
        return Refusal(code=IdentityRefusal.LEVEL_NOT_OFFERED, details=details)
    own = min(held.level for held in facts.acting if held is not None)
    if command.level > own:
        return Refusal(code=IdentityRefusal.ABOVE_OWN_LEVEL, details={"level": own})
    return None


def _factor(command: RequestCredential, facts: RequestFacts, profile: Profile) -> Refusal | None:
    """Refuse a missing second factor, or SMS without a number that gets codes (ID-58, ID-59, ID-60, S8)."""
    if command.level < profile.second_factor.min_level:
        factor = SecondFactor.OTP
    elif command.second_factor is None:
        return Refusal(code=IdentityRefusal.SECOND_FACTOR_MISSING)
    else:
        factor = command.second_factor
    if not mobile_fits(factor, facts.mobile, facts.prefixes):
        return Refusal(code=IdentityRefusal.INVALID_MOBILE)
    if not mobile_fits(SecondFactor.OTP, facts.phone, facts.prefixes):
        return Refusal(code=IdentityRefusal.INVALID_MOBILE, details={"field": "phone"})
    return None


def factor_of(command: RequestCredential, profile: Profile) -> SecondFactor | None:
    """Return the second factor that counts: none below the profile's level, whatever was given (ID-60)."""
    return command.second_factor if command.level >= profile.second_factor.min_level else None


def _address(command: RequestCredential, facts: RequestFacts) -> Refusal | None:
    """Refuse EH3 and up without an address where the person is identified (ID-54, SP-13)."""
    if command.level >= IDENTIFIED_FROM and not facts.address:
        return Refusal(code=IdentityRefusal.ADDRESS_MISSING)
    return None


def _costs(command: RequestCredential, facts: RequestFacts, profile: Profile, now: datetime) -> Refusal | None:
    """Refuse a quotation that is not of this request, at the prices of today (SP-111)."""
    wanted = Wanted(command.level, command.years, factor_of(command, profile), len(facts.acting))
    lines = credential_lines(profile, wanted, local_date(now))
    return quotation_refusal(facts.quotation, command.actor.organisation_id, lines, now)


def agreed_costs(quotation: Quotation) -> tuple[AgreedCost, ...]:
    """Return what was agreed to, for who charges it (SP-111)."""
    return tuple(
        AgreedCost(item=str(line.item), amount=line.amount, vat_per_mille=line.vat_per_mille, years=line.years)
        for line in quotation.lines
    )


def quotation_refusal(
    quotation: Quotation | None, organisation_id: UUID | None, lines: tuple[QuotationLine, ...] | None, now: datetime
) -> Refusal | None:
    """Refuse a quotation of another organisation or for something else, one at other prices, one that is over."""
    if quotation is None or lines is None or quotation.organisation_id != organisation_id:
        return Refusal(code=IdentityRefusal.QUOTATION_INVALID)
    if [_what(line) for line in quotation.lines] != [_what(line) for line in lines]:
        return Refusal(code=IdentityRefusal.QUOTATION_INVALID)
    total = sum(line.amount for line in lines)
    if now >= quotation.expires_at or quotation.total != total:
        return Refusal(code=IdentityRefusal.QUOTATION_EXPIRED, details={"total": total})
    return None


def _what(line: QuotationLine) -> tuple[object, ...]:
    return line.item, line.quantity, line.level, line.years


def marks_of(command: RequestCredential, number: str) -> tuple[str, ...]:
    """Return what makes two persons the same: document number, or name, birth date and e-mail (SP-19)."""
    person = command.person
    by_name = name_mark(person.name, person.birth_date, person.email)
    document = command.document
    if document is None:
        return (by_name,)
    return by_name, f"document:{document.type}:{document.issuing_country}:{letters(number)}"
