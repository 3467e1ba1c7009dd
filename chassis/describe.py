"""JSON Schemas of the messages of a package: what may stand in the value of a record, one schema per type."""

import ast
import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from contracts.message import Kind, Message, Model, Reply, Request, messages

Json = dict[str, Any]
M = TypeVar("M", bound=BaseModel)
DIALECT = GenerateJsonSchema.schema_dialect
REPLY_TYPE = "nl.messages.reply.v1"
REPLY_SCHEMA = "urn:volmacht:schema:gateway:" + REPLY_TYPE
ANY = "any"
"""The service of a message that every service understands."""


class Plain(GenerateJsonSchema):
    """Titles stand on models only: a field's name says what a made-up title would repeat."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Give no field a title."""
        del schema
        return False


@dataclass(frozen=True, slots=True)
class Described:
    """A message that goes over the wire, and what stands in the reply to it (None: it is never answered)."""

    message: type[Message]
    result: type[Model] | None

    @property
    def name(self) -> str:
        """The name of the class: how people call the message."""
        return self.message.__name__

    @property
    def text(self) -> str:
        """What the message says or asks, as its docstring has it."""
        return " ".join((self.message.__doc__ or self.name).split())

    @property
    def schema_id(self) -> str:
        """The `dataschema` attribute of the message."""
        return f"urn:volmacht:schema:{self.message.service}:{self.message.type}"


def wire(package: str) -> list[Described]:
    """Return the messages that a package defines, in a fixed order; TypeError when two have one type."""
    inside = [message for message in _below(Message) if _belongs(message, package)]
    services = sorted({message.service for message in inside if hasattr(message, "service")})
    found = [
        message
        for service in services
        for kind in Kind
        for _, message in sorted(messages(service, kind).items())
        if _belongs(message, package)
    ]
    types = [message.type for message in found]
    if doubles := sorted({type_ for type_ in types if types.count(type_) > 1}):
        raise TypeError(f"Two services have messages of one type: {', '.join(doubles)}")
    return [Described(message, _result(message)) for message in found]


def schemas(described: Iterable[Described]) -> dict[str, Json]:
    """Return the JSON Schemas (draft 2020-12) by type; what answers a request is `<type>.reply`."""
    found = {REPLY_TYPE: _schema(Reply, REPLY_SCHEMA)}
    for each in described:
        found[each.message.type] = _schema(each.message, each.schema_id)
        if each.result is not None:
            found[f"{each.message.type}.reply"] = _schema(each.result, f"{each.schema_id}.reply")
    return found


def _schema(model: type[Model], id_: str) -> Json:
    schema = model.model_json_schema(ref_template="#/$defs/{model}", schema_generator=Plain)
    _explain(schema, model)
    known = {part.__name__: part for part in _below(Model)}
    for name, part in schema.get("$defs", {}).items():
        if name in known:
            _explain(part, known[name])
    return {"$schema": DIALECT, "$id": id_, **schema}


def _explain(schema: Json, model: type[BaseModel]) -> None:
    """Give the fields the docstrings below them; reading these at import would double the start of a process."""
    texts = {name: text for cls in reversed(model.__mro__) if issubclass(cls, Model) for name, text in _docstrings(cls)}
    for name, field in schema.get("properties", {}).items():
        if name in texts:
            field.setdefault("description", texts[name])


@cache
def _docstrings(cls: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return the docstrings that stand below a class' fields."""
    if "[" in cls.__name__:
        return ()
    body = cast("ast.ClassDef", ast.parse(dedent(inspect.getsource(cls))).body[0]).body
    found = []
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found.append((field.target.id, inspect.cleandoc(str(cast("ast.Constant", below.value).value))))
    return tuple(found)


def _result(message: type[Message]) -> type[Model] | None:
    return message.result_type() if issubclass(message, Request) else None


def _belongs(message: type[Message], package: str) -> bool:
    return message.__module__ == package or message.__module__.startswith(f"{package}.")


def _below(cls: type[M]) -> set[type[M]]:
    return {found for child in cls.__subclasses__() for found in ({child} | _below(child))}
