"""Requests of administrators for a new person: who may ask for what (ID-39 to ID-66, ST-01)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.billing import Quotation
from contracts.identity import CredentialType, IdentityRefusal, RequestCredential
from contracts.message import Refusal
from contracts.values import Role, local_date
from profiles.costs import Wanted, credential_lines
from profiles.model import Profile
from services.identity.domain.applications import Looked, company_refusal
from services.identity.domain.asked import AskedCredential, PersonSecrets, asked_refusal, factor_of
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.credentials import Credential
from services.identity.domain.quotations import AGREEMENT_MISSING, quotation_refusal


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is known when a request is judged."""

    session: Credential | None
    """The actor's own credential at the organisation of the session; None: not usable."""

    acting: Sequence[Credential | None]
    """The actor's own credential at each organisation asked; None: not usable there."""

    looked: Looked
    """The first company asked, in the trade register: its address is that of the letter (ID-56)."""

    secrets: PersonSecrets
    copies_kept: bool
    """Whether all files that the request names are there."""

    known_already: bool
    """Whether one of the organisations has an open credential of the same person (SP-19)."""

    quotation: Quotation | None
    prefixes: tuple[str, ...]


def decide_request(command: RequestCredential, facts: RequestFacts, profile: Profile, now: datetime) -> Refusal | None:
    """Judge a request; the quotation last, so that it is not spent on one that fails otherwise."""
    born = command.person.birth_date
    asked = AskedCredential(command.level, command.role, command.second_factor, born, command.document, facts.secrets)
    return (
        _authority(facts)
        or (None if command.agreed else AGREEMENT_MISSING)
        or _type(command)
        or _above(command, facts)
        or asked_refusal(asked, facts.prefixes, profile, local_date(now))
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


def _type(command: RequestCredential) -> Refusal | None:
    """Refuse a Belastingdienst credential: only its holder asks for one (ID-138, SP-34)."""
    if command.credential_type is CredentialType.BELASTINGDIENST:
        return Refusal(code=IdentityRefusal.BELASTINGDIENST_PERSONAL)
    return None


def _above(command: RequestCredential, facts: RequestFacts) -> Refusal | None:
    """Refuse a level above the own at one of the organisations (ID-40)."""
    own = min(held.level for held in facts.acting if held is not None)
    return Refusal(code=IdentityRefusal.ABOVE_OWN_LEVEL, details={"level": own}) if command.level > own else None


def _costs(command: RequestCredential, facts: RequestFacts, profile: Profile, now: datetime) -> Refusal | None:
    """Refuse a quotation that is not of this request, at the prices of today (SP-111)."""
    factor = factor_of(command.level, command.second_factor, profile)
    wanted = Wanted(command.level, command.years, factor, len(facts.acting))
    lines = credential_lines(profile, wanted, local_date(now))
    return quotation_refusal(facts.quotation, command.actor.organisation_id, lines, now)
