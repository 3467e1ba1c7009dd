"""One valid example of a model, the same every time: walks the fields and gives each type a fixed value."""

from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

M = TypeVar("M", bound=BaseModel)
_BY_TYPE: dict[Any, Any] = {
    UUID: UUID("01a0c000-0000-7000-8000-000000000001"),
    datetime: datetime(2027, 1, 5, 9, 30, tzinfo=UTC),
    date: date(2027, 1, 5),
    bool: True,
    NoneType: None,
    Any: "a value",
    object: "a value",
}
_BY_FORMAT = {None: "voorbeeld", "sealed": "voorbeeld", "email": "contact@voorbeeld.example"}
_BY_PATTERN = {
    r"^[0-9]{8}$": "90000013",
    r"^[0-9]{9}$": "123456782",
    r"^[0-9]{12}$": "000012345678",
    r"^[0-9]{20}$": "00000001234567890000",
    r"^[0-9a-f]{64}$": "ab" * 32,
    r"^[A-Z]{2}$": "NL",
    r"^\+[1-9][0-9]{6,14}$": "+31201234567",
}


def example(model: type[M]) -> M:
    """Return a model with every field filled; fields that exclude each other are left out one by one."""
    values = {_alias(name, field): _of_field(field) for name, field in model.model_fields.items()}
    optional = [_alias(name, field) for name, field in model.model_fields.items() if not field.is_required()]
    tries = [(), *((name,) for name in reversed(optional)), tuple(optional)]
    for left_out in tries:
        try:
            return model.model_validate({name: value for name, value in values.items() if name not in left_out})
        except ValidationError as error:
            last = error
    raise last


def _alias(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _of_field(field: FieldInfo) -> Any:
    return _value(field.annotation, tuple(field.metadata))


def _value(type_: Any, metadata: tuple[Any, ...] = ()) -> Any:
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return _value(arguments[0], (*arguments[1:], *metadata))
    if origin in (Union, UnionType):
        return _value(next(arm for arm in arguments if arm is not NoneType), metadata)
    if origin is Literal:
        return arguments[0]
    if origin is not None:
        return _collection(origin, arguments)
    return _single(type_, metadata)


def _collection(origin: Any, arguments: tuple[Any, ...]) -> Any:
    if issubclass(origin, dict):
        return {_value(arguments[0]): _value(arguments[1])}
    if origin is tuple and arguments[-1] is not Ellipsis:
        return tuple(_value(argument) for argument in arguments)
    return origin([_value(arguments[0])])


def _single(type_: Any, metadata: tuple[Any, ...]) -> Any:
    if type_ in _BY_TYPE:
        return _BY_TYPE[type_]
    if isinstance(type_, type) and issubclass(type_, BaseModel):
        return example(type_)
    if isinstance(type_, type) and issubclass(type_, Enum):
        return next(iter(type_))
    return _plain(TypeAdapter(Annotated[type_, *metadata] if metadata else type_).json_schema(), type_)


def _plain(schema: dict[str, Any], type_: Any) -> Any:
    """Return a number or text that fits a schema; TypeError when this builder must learn a new type."""
    if schema.get("type") in ("integer", "number"):
        return max(1, schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)
    if schema.get("type") != "string" or schema.get("format") not in _BY_FORMAT:
        raise TypeError(f"no example is known for {type_}")
    if schema.get("pattern") in _BY_PATTERN:
        return _BY_PATTERN[schema["pattern"]]
    text = _BY_FORMAT[schema.get("format")]
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 1000)]
