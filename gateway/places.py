"""Where in the input a fault is, in names of the interface alone: what was sent does not come back (S40)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

Models = tuple[type[BaseModel], ...]
Parts = Mapping[str, Models]
"""What the first part of a place holds, where the input could name what comes after it; nothing: no fields."""

NO_PARTS: Parts = {}
_UNKNOWN_FIELD = "extra_forbidden"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is; `allowed` are the fields that there could be, where one is that there cannot be."""

    location: str
    allowed: tuple[str, ...] = ()


def place_of(error: Any, parts: Parts = NO_PARTS) -> Place:
    """Return where one of pydantic's faults is, as far as the interface has names for it.

    An unknown field's name is text of who sent it, perhaps a secret in the wrong place: the object around it is
    named, and which fields that has.
    """
    first, *rest = error["loc"]
    known, at = _walk(rest, parts[first]) if first in parts else (rest, ())
    location = ".".join(str(part) for part in (first, *known))
    return Place(location, _names(at) if error["type"] == _UNKNOWN_FIELD else ())


def _walk(parts: Sequence[str | int], models: Models) -> tuple[list[str | int], Models]:
    """Return the parts that the models name, as far as they do, and the models at the end of those."""
    known: list[str | int] = []
    for part in parts:
        if isinstance(part, str):
            fields = [field for model in models for name, field in _fields(model) if name == part]
            if not fields:
                break
            models = tuple(inner for field in fields for inner in models_of(field.annotation))
        known.append(part)
    return known, models


def models_of(annotation: Any) -> Models:
    """Return the models in a type: itself, what it may be, or what it holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for inner in get_args(annotation) for model in models_of(inner))


def _fields(model: type[BaseModel]) -> list[tuple[str, Any]]:
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def _names(models: Models) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for model in models for name, _ in _fields(model)))
