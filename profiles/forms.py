"""The change forms of a supplier: types with the fields that each asks (CF-19, CF-20)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.values import Localized
from profiles.section import Flag, Section

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]


class FieldKind(StrEnum):
    """What a field of a form holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    KVK_NUMBER = "kvk_number"
    BRANCH_NUMBER = "branch_number"
    BSN = "bsn"


class FormField(Section):
    """One field of a form."""

    name: Name
    label: Localized
    kind: FieldKind
    required: Flag = True


class FormType(Section):
    """One form that the supplier takes."""

    code: Name
    title: Localized
    listed: Flag = True
    """False for a form outside the page of change forms, such as the withdrawal in the last resort (ID-175)."""

    without_session: Flag = False
    """Whether it is taken without login, with proof of legal representation (ID-10, SP-37)."""

    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_each_field_once(self) -> Self:
        """Refuse two fields of one name."""
        names = [field.name for field in self.fields]
        if len(set(names)) < len(names):
            raise ValueError("each field must have a name of its own")
        return self


class Forms(Section):
    """All forms of a supplier; a type that is not listed here is refused (ID-176)."""

    catalogue: tuple[FormType, ...]

    @model_validator(mode="after")
    def _names_each_form_once(self) -> Self:
        """Refuse two forms of one code."""
        codes = [form.code for form in self.catalogue]
        if len(set(codes)) < len(codes):
            raise ValueError("each form must have a code of its own")
        return self

    def find(self, code: str) -> FormType | None:
        """Return the form of a code, None when the supplier does not take it."""
        return next((form for form in self.catalogue if form.code == code), None)

    def listed(self) -> tuple[FormType, ...]:
        """Return the forms of the page of change forms."""
        return tuple(form for form in self.catalogue if form.listed)
