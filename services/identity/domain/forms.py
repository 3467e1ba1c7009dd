"""Change forms: which are taken, what their fields must hold, what handling them leads to (ID.13, ST-84)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from contracts.actor import Actor
from contracts.identity import FormStatus, HandleForm, IdentityRefusal
from contracts.message import BlobReference, Refusal
from contracts.values import BranchNumber, EmailAddress, KvkNumber, Language, PhoneNumber, Role, passes_eleven_test
from profiles.forms import FieldKind, FormField, Forms, FormType
from services.identity.domain.authority import DECIDERS, FOUR_EYES, NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import WRONG_STATUS, Credential
from services.identity.domain.people import Person

COMPANY_DATA = "company_data"
ACTIVATION_LETTER = "activation_letter"
KVK_NUMBER = "kvk_number"
REMOVE_BRANCH_NUMBER = "remove_branch_number"
OWNER_BSN = "owner_bsn"
END_AGREEMENT = "end_agreement"
OTP_DEVICE = "otp_device"
END_CREDENTIAL = "end_credential"
OWN_MOBILE = "own_mobile"
OTHER_CHANGES = "other_changes"

OF_A_PERSON = frozenset({ACTIVATION_LETTER, OTP_DEVICE, END_CREDENTIAL})
"""Forms that name a person in words: who handles them says whose credential is meant."""

LONGEST = 2000
"""Characters in a field."""

NOT_OFFERED = Refusal(code=IdentityRefusal.FORM_NOT_OFFERED)
_BSN = re.compile(r"(?!0{8})[0-9]{8,9}", re.ASCII)
_DAY = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(date.fromisoformat)]
_SHAPES: Mapping[FieldKind, TypeAdapter[Any]] = {
    FieldKind.DATE: TypeAdapter(_DAY),
    FieldKind.EMAIL: TypeAdapter(EmailAddress),
    FieldKind.PHONE: TypeAdapter(PhoneNumber),
    FieldKind.KVK_NUMBER: TypeAdapter(KvkNumber),
    FieldKind.BRANCH_NUMBER: TypeAdapter(BranchNumber),
}


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A form that was submitted; it changes nothing by itself (ID-177).

    `values` and `bsn` are encrypted, each for its place: people write numbers of telephones in them (S37).
    """

    id: UUID
    code: str
    kvk_number: str
    organisation_id: UUID | None
    submitted_by: UUID | None
    """None: a legal representative without a session."""

    submitted_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    bsn: str | None = None
    representative: str | None = None
    representative_checked: bool = True
    email: str | None = None
    language: Language = Language.NL
    """Of who has submitted it without a session; others are told in the one that they have chosen."""

    attachment: BlobReference | None = None
    status: FormStatus = FormStatus.SUBMITTED
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    by_hand: bool = False
    reviewed_by: UUID | None = None
    """The first of the two who handle a form that gives a second factor (S9, S25)."""

    reviewed: str | None = None
    """The keyed hash of what the first has entered: the second has to enter the same."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who is told what became of a form."""

    name: str
    email: str
    language: Language


def submitter(form: ChangeForm, person: Person | None) -> Submitter | None:
    """Return who is told of a form: the administrator who has submitted it, or who gave an address (ST-84, SP-37)."""
    if person is not None:
        return Submitter(person.name.full, person.email, person.language)
    if form.email is None or form.representative is None:
        return None
    return Submitter(form.representative, form.email, form.language)


def form_type(forms: Forms, code: str, acting: Credential | None) -> FormType | Refusal:
    """Return the form that an administrator submits; one that the supplier does not list is refused (ID-176)."""
    if acting is None or acting.role is not Role.ADMINISTRATOR:
        return NOT_ALLOWED
    return forms.find(code) or NOT_OFFERED


def open_form_type(forms: Forms, code: str) -> FormType | Refusal:
    """Return the form that is taken without a session (ID-10, SP-37)."""
    found = forms.find(code)
    return found if found is not None and found.without_session else NOT_OFFERED


def company_of(form: ChangeForm, values: Mapping[str, str]) -> str | None:
    """Return the KvK number that the register is asked for when a form is handled; None: nothing is asked."""
    if form.code not in {KVK_NUMBER, OWNER_BSN}:
        return None
    return values["new_kvk_number"] if form.code == KVK_NUMBER else form.kvk_number


def values_refusal(type_: FormType, values: Mapping[str, str], bsn: str | None, own_number: str) -> Refusal | None:
    """Refuse fields that the form does not have, that are missing, or that do not hold what they must."""
    known = [found.name for found in type_.fields if found.kind is not FieldKind.BSN]
    if not values.keys() <= set(known):  # what was sent does not come back (S40)
        return Refusal(code=IdentityRefusal.INVALID_FORM, details={"field": "values", "allowed": ", ".join(known)})
    for found in type_.fields:
        given = bsn if found.kind is FieldKind.BSN else values.get(found.name)
        if not _fits(found, given):
            return _invalid(found.name)
    if type_.code == REMOVE_BRANCH_NUMBER and values["kvk_number"] != own_number:
        return _invalid("kvk_number")
    return _invalid("bsn") if bsn is not None and not _asks_bsn(type_) else None


def _asks_bsn(type_: FormType) -> bool:
    return any(found.kind is FieldKind.BSN for found in type_.fields)


def _fits(asked: FormField, given: str | None) -> bool:
    if given is None or not given.strip():
        return not asked.required
    if len(given) > LONGEST:
        return False
    if asked.kind is FieldKind.BSN:
        return _BSN.fullmatch(given) is not None and passes_eleven_test(given.zfill(9))
    shape = _SHAPES.get(asked.kind)
    if shape is None:
        return True
    try:
        shape.validate_python(given)
    except ValidationError:
        return False
    return True


def _invalid(name: str) -> Refusal:
    return Refusal(code=IdentityRefusal.INVALID_FORM, details={"field": name})


def decide_handling(form: ChangeForm | None, command: HandleForm, now: datetime) -> ChangeForm | Refusal:
    """Let the back office mark a form as handled, with what the form itself does not say exactly (ST-84)."""
    if refusal := _refuse_decision(form, command.actor):
        return refusal
    assert form is not None, "refused otherwise"
    entered = command.company is not None and command.company.model_dump(exclude_none=True) != {}
    if entered != (form.code == COMPANY_DATA):
        return _invalid("company")
    changed = command.person is not None and command.person.model_dump(exclude_none=True) != {}
    if changed and form.code != OTHER_CHANGES:
        return _invalid("person")
    if (command.credential_id is not None) != (changed or form.code in OF_A_PERSON):
        return _invalid("credential_id")
    return replace(
        form, status=FormStatus.HANDLED, decided_by=command.actor.person_id, decided_at=now,
        reason=command.note or None, bsn=None,
    )  # fmt: skip


def carries_out(form: ChangeForm, command: HandleForm) -> bool:
    """Say whether a form is carried out with its handling, as far as what it asks was entered (ID-165)."""
    return form.code != OTHER_CHANGES or command.credential_id is not None


def decide_review(form: ChangeForm, by: UUID, entered: str) -> ChangeForm | Refusal | None:
    """Let two employees enter the same before somebody gets another second factor (S9, S25).

    The form as noted for the second; None: this is the second. Who enters something else than the first begins anew.
    """
    if form.reviewed_by is None or form.reviewed != entered:
        return replace(form, reviewed_by=by, reviewed=entered)
    return FOUR_EYES if form.reviewed_by == by else None


def decide_refusal(form: ChangeForm | None, actor: Actor, reason: str, now: datetime) -> ChangeForm | Refusal:
    """Let the back office refuse a form; nothing is changed, and a BSN is forgotten (ST-84, ID-177)."""
    if refusal := _refuse_decision(form, actor):
        return refusal
    assert form is not None, "refused otherwise"
    return replace(form, status=FormStatus.REFUSED, decided_by=actor.person_id, decided_at=now, reason=reason, bsn=None)


def _refuse_decision(form: ChangeForm | None, actor: Actor) -> Refusal | None:
    if not is_staff(actor, DECIDERS):
        return NOT_ALLOWED
    if form is None:
        return UNKNOWN
    return None if form.status is FormStatus.SUBMITTED else WRONG_STATUS
