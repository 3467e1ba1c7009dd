"""The two kinds of models: what comes in names no unknown field, what goes out names each field."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class In(BaseModel):
    """A body of a request."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


class Out(BaseModel):
    """A body of an answer; made from the view model of a service."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, from_attributes=True, frozen=True, extra="ignore",
        use_attribute_docstrings=True,
    )  # fmt: skip

    @classmethod
    def of(cls, view: Any) -> Self:
        """Return the answer that shows a view model."""
        # Looked up by name alone: asking a view for an alias first, which it never has, takes ten times as long.
        return cls.model_validate(view, by_alias=False, by_name=True)


Row = TypeVar("Row", bound=Out)


class Page(Out, Generic[Row]):
    """A part of a list."""

    next: str | None = Field(default=None, description="Cursor of the next part; null at the end.")
    rows: tuple[Row, ...] = ()


class Problem(Out):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str = Field(description="Stable; the texts are not.")
    errors: tuple["Fault", ...] | None = None
    details: dict[str, str | int] | None = None


class Fault(Out):
    """A fault of the input."""

    location: str = Field(description="In names of this description; of an unknown field the object that it stands in.")
    code: str
    text: str
    allowed: tuple[str, ...] | None = Field(default=None, description="With `extra_forbidden`: which fields there are.")


class Pending(Out):
    """The request was stored and is worked off; read its outcome at the address in Location."""

    id: UUID
    status: str = "pending"


class RequestOutcome(Out):
    """How far a stored request got: `pending`, `done` with the result, or `refused` with the problem."""

    id: UUID
    status: str
    created_at: datetime
    result: dict[str, Any] | None = None
    problem: Problem | None = None


class Nothing(Out):
    """The request was carried out; there is nothing more to tell."""


def _no_nul(text: Any) -> Any:
    if isinstance(text, str) and "\x00" in text:
        raise ValueError("must not hold NUL")
    return text


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("literal_error", "must be one of the listed values")
    return value


def _day(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("date_type", "must be a date (yyyy-mm-dd)")
    return value


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# As JSON says it: pydantic alone would read "yes" as a consent, true as one year, and 0 as a day in 1970.
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Years = Annotated[Literal[1, 3], BeforeValidator(_no_flag)]
Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, StringConstraints(strip_whitespace=True), BeforeValidator(_no_nul)]
"""What somebody writes, without the blanks around it: a reason or a name of blanks alone is none."""
Secret = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})]
Problem.model_rebuild()
