"""New activation letters: who asks for one, when, at which costs (ID-84 to ID-87, ST-07, SP-08)."""

from dataclasses import dataclass
from datetime import datetime

from contracts.actor import Actor, ActorKind
from contracts.billing import Quotation
from contracts.identity import CredentialStatus, IdentityRefusal
from contracts.message import Refusal
from contracts.values import Role, local_date
from profiles.costs import letter_lines
from profiles.model import Profile
from services.identity.domain.authority import DECIDERS, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import WRONG_STATUS, Credential
from services.identity.domain.quotations import quotation_refusal

_FORM_ONLY = Refusal(code=IdentityRefusal.FORM_ONLY, details={"form": "activation_letter"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and what was agreed to: `quotation` by an administrator, `agreed` on a form (CF-12)."""

    actor: Actor
    acting: Credential | None
    quotation: Quotation | None
    agreed: bool


def decide_letter(credential: Credential | None, asked: Asked, profile: Profile, now: datetime) -> Refusal | None:
    """Judge a new letter: by the back office for a form, by an administrator where the profile lets it (ID-85)."""
    if asked.actor.kind is ActorKind.STAFF:
        return _by_form(credential, asked, profile)
    return _by_administrator(credential, asked, profile, now)


def _by_form(credential: Credential | None, asked: Asked, profile: Profile) -> Refusal | None:
    """Judge a handled form: also while the 30 days still run, for a letter that was lost (SP-08)."""
    if not is_staff(asked.actor, DECIDERS):
        return NOT_ALLOWED
    if credential is None:
        return UNKNOWN
    if credential.status not in {CredentialStatus.ACTIVATION_EXPIRED, CredentialStatus.WAITING_ACTIVATION}:
        return WRONG_STATUS
    if profile.activation_letter.reissue.fee is not None and not asked.agreed:
        return Refusal(code=IdentityRefusal.AGREEMENT_MISSING)
    return None


def _by_administrator(credential: Credential | None, asked: Asked, profile: Profile, now: datetime) -> Refusal | None:
    """Judge the link in the detail of the person, once the 30 days are over (ID-85, ST-07)."""
    if asked.acting is None or asked.acting.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    if credential is None or credential.organisation_id != asked.acting.organisation_id:
        return UNKNOWN
    if not profile.activation_letter.reissue.self_service:
        return _FORM_ONLY
    if credential.status is not CredentialStatus.ACTIVATION_EXPIRED:
        return WRONG_STATUS
    if profile.activation_letter.reissue.fee is None:
        return None
    return quotation_refusal(asked.quotation, asked.acting.organisation_id, letter_lines(profile, local_date(now)), now)


def fee_of(profile: Profile, now: datetime) -> int | None:
    """Return what a new letter costs, in cents without VAT; None: nothing (PR-09)."""
    lines = letter_lines(profile, local_date(now))
    return sum(line.amount for line in lines) if lines else None
