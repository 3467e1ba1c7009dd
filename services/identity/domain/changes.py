"""Changes of a person's role, mobile number and e-mail address (ID.2, ID.7, SM 3)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contracts.actor import Actor, ActorKind
from contracts.identity import CredentialStatus, CredentialType, IdentityRefusal, SecondFactor
from contracts.message import Refusal
from contracts.values import Level, Role
from profiles.identity import MobileTarget
from profiles.model import Profile
from services.identity.domain.administrators import LAST_ADMINISTRATOR, loses_last
from services.identity.domain.asked import mobile_fits
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN
from services.identity.domain.credentials import MODULE_LEVEL, WRONG_STATUS, Credential, is_open
from services.identity.domain.documents import identity_known, needs_identity
from services.identity.domain.people import Account, Person

CHANGE_PENDING = Refusal(code=IdentityRefusal.CHANGE_PENDING)
OWN_CREDENTIAL = Refusal(code=IdentityRefusal.OWN_CREDENTIAL)
FORM_ONLY = Refusal(code=IdentityRefusal.FORM_ONLY)
ROLE_NOT_POSSIBLE = Refusal(code=IdentityRefusal.ROLE_NOT_POSSIBLE)
_MOBILE_STATUSES = frozenset(
    {CredentialStatus.WAITING_ACTIVATION, CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED}
)
"""One that ends later is still shown as active."""


def change_refusal(acting: Credential | None, credential: Credential | None, person: Person | None) -> Refusal | None:
    """Refuse who is no administrator, what is not theirs or is closed, and a person who is locked (SP-16, ST-17)."""
    if acting is None or acting.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    if credential is not None and credential.organisation_id != acting.organisation_id:
        return UNKNOWN
    return _unchangeable(credential, person)


def _unchangeable(credential: Credential | None, person: Person | None) -> Refusal | None:
    """Refuse what is not there or closed, and a person who is locked, whoever changes it (SP-16, ST-17)."""
    if credential is None or person is None:
        return UNKNOWN
    if not is_open(credential):
        return WRONG_STATUS
    return CHANGE_PENDING if person.mutation_id is not None else None


def role_refusal(role: Role, level: Level, type_: CredentialType, profile: Profile) -> Refusal | None:
    """Refuse a role that a credential of this level and type cannot have (ID-20, ID-33, ID-140, CF-03, CF-23)."""
    if type_ is CredentialType.BELASTINGDIENST and role not in profile.belastingdienst.roles:
        return ROLE_NOT_POSSIBLE
    if role is Role.ADMINISTRATOR and level < profile.roles.administrator_min_level:
        return ROLE_NOT_POSSIBLE
    return None


def decide_role(
    acting: Credential | None, credential: Credential | None, person: Person | None, role: Role,
    all_open: Iterable[Credential], profile: Profile,
) -> Credential | Refusal:  # fmt: skip
    """Promote or demote another person, where the supplier offers it in the module (ID-29 to ID-33, CF-06)."""
    if refusal := change_refusal(acting, credential, person):
        return refusal
    assert acting is not None, "refused otherwise"
    assert credential is not None, "refused otherwise"
    if not profile.roles.direct_change:
        return FORM_ONLY
    if credential.person_id == acting.person_id:
        return OWN_CREDENTIAL
    assert person is not None, "refused otherwise"
    return _with_role(credential, person, role, all_open, profile)


def decide_role_by_form(
    credential: Credential | None, person: Person | None, role: Role, all_open: Iterable[Credential], profile: Profile
) -> Credential | Refusal:
    """Promote or demote as a form asks, whatever the supplier offers in the module (ID-29, ID-165, CF-06)."""
    if refusal := _unchangeable(credential, person):
        return refusal
    assert credential is not None, "refused otherwise"
    assert person is not None, "refused otherwise"
    return _with_role(credential, person, role, all_open, profile)


def _with_role(
    credential: Credential, person: Person, role: Role, all_open: Iterable[Credential], profile: Profile
) -> Credential | Refusal:
    """Return the credential in a role that it can have, of which the identity data are known (ID-44, ID-158).

    Nobody becomes administrator who will be lowered below the module's level (SP-12).
    """
    if refusal := role_refusal(role, credential.level, credential.type, profile):
        return refusal
    if role is Role.ADMINISTRATOR and credential.next_level is not None and credential.next_level < MODULE_LEVEL:
        return ROLE_NOT_POSSIBLE
    if needs_identity(credential.level, role) and not identity_known(person, [credential]):
        return Refusal(code=IdentityRefusal.IDENTITY_DATA_MISSING)
    after = replace(credential, role=role)
    alone = role is Role.USER and loses_last(credential, after, all_open)
    return LAST_ADMINISTRATOR if alone else after


def decide_mobile(
    acting: Credential | None, credential: Credential | None, person: Person | None, held: Sequence[Credential],
    account: Account | None, profile: Profile,
) -> Refusal | None:  # fmt: skip
    """Let an administrator change the number of another person's SMS codes (ID-95 to ID-99, CF-05, SP-11).

    `held` are all credentials of the person: who administers anywhere counts as administrator, since the number is one.
    The factor is the account's; the one that the credential asks for where there is none yet.
    """
    if refusal := change_refusal(acting, credential, person):
        return refusal
    assert acting is not None, "refused otherwise"
    assert credential is not None, "refused otherwise"
    if credential.person_id == acting.person_id:
        return FORM_ONLY
    is_administrator = any(one.role is Role.ADMINISTRATOR for one in held if is_open(one))
    target = MobileTarget.OTHER_ADMIN if is_administrator else MobileTarget.USER
    if target not in profile.mobile.editable_targets:
        return FORM_ONLY
    return _no_mobile(credential, account)


def decide_mobile_by_form(
    credential: Credential | None, person: Person | None, account: Account | None
) -> Refusal | None:
    """Let a form change the number of anybody's SMS codes, the own one too (ID-97, ID-98, ID-174, SP-42)."""
    if refusal := _unchangeable(credential, person):
        return refusal
    assert credential is not None, "refused otherwise"
    return _no_mobile(credential, account)


def _no_mobile(credential: Credential, account: Account | None) -> Refusal | None:
    """Refuse where there is no number to change, or not yet, or no more (ID-96, ID-99)."""
    if credential.status not in _MOBILE_STATUSES:
        return WRONG_STATUS
    factor = account.second_factor if account else credential.second_factor
    return None if factor is SecondFactor.SMS else Refusal(code=IdentityRefusal.NO_MOBILE_FACTOR)


def number_refusal(mobile: str, prefixes: tuple[str, ...]) -> Refusal | None:
    """Refuse a number that gets no codes (ID-59, S8)."""
    fits = mobile_fits(SecondFactor.SMS, mobile, prefixes)
    return None if fits else Refusal(code=IdentityRefusal.INVALID_MOBILE)


def decide_email(acting: Credential | None, credential: Credential | None, person: Person | None) -> Refusal | None:
    """Let an administrator change an address only before activation; then it is the holder's (ID-101, ID-102, SP-10).

    Who has an account has activated at some organisation.
    """
    return change_refusal(acting, credential, person) or decide_email_by_form(credential, person)


def decide_email_by_form(credential: Credential | None, person: Person | None) -> Refusal | None:
    """Let a form change an address before activation, as an administrator does; then it is the holder's (ID-101)."""
    if refusal := _unchangeable(credential, person):
        return refusal
    assert credential is not None, "refused otherwise"
    assert person is not None, "refused otherwise"
    if credential.status is not CredentialStatus.WAITING_ACTIVATION or person.account_id is not None:
        return WRONG_STATUS
    return None


def decide_own_email(actor: Actor, person: Person | None, held: Sequence[Credential]) -> Refusal | None:
    """Let the holder change the own address, whatever the role (ID-102); not while a change is pending (SP-16)."""
    of_person = actor.kind is ActorKind.PERSON and person is not None and person.account_id is not None
    if not of_person or not any(is_open(credential) for credential in held):
        return NOT_ALLOWED
    assert person is not None, "said so above"
    return CHANGE_PENDING if person.mutation_id is not None else None
