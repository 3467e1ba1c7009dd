"""What change forms hold, encrypted for the place of each field (S37)."""

from collections.abc import Mapping
from uuid import UUID

from chassis.sealed import FieldCipher
from services.identity.domain.forms import ChangeForm


def encrypted(fields: FieldCipher, form_id: UUID, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a form as they are stored."""
    return {name: fields.encrypt(text, _place(form_id, name)) for name, text in values.items()}


def decrypted(fields: FieldCipher, form: ChangeForm) -> dict[str, str]:
    """Return the values of a stored form in clear."""
    return {name: fields.decrypt(text, _place(form.id, name)) for name, text in form.values.items()}


def encrypted_bsn(fields: FieldCipher, form_id: UUID, bsn: str) -> str:
    """Return a citizen service number as a form keeps it until it is handled (ID-168)."""
    return fields.encrypt(bsn, _place(form_id, "bsn"))


def decrypted_bsn(fields: FieldCipher, form: ChangeForm) -> str:
    """Return the citizen service number of a form that has one."""
    assert form.bsn is not None, "the form asks it"
    return fields.decrypt(form.bsn, _place(form.id, "bsn"))


def _place(form_id: UUID, name: str) -> str:
    return f"forms:{form_id}:{name}"
