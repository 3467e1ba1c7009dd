"""What every part of a profile has in common, and the scalars of its fields."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of a profile: frozen, and an unknown key is a fault of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


Flag = Annotated[bool, Field(strict=True)]
"""True or false, never a number or text that could pass for it."""

Count = Annotated[int, Field(ge=0, strict=True)]
"""A number of things or units of time, zero or more."""

Positive = Annotated[int, Field(ge=1, strict=True)]
"""A number of things or units of time, at least one."""

Text = Annotated[str, Field(min_length=1, max_length=200)]
"""A short text."""
