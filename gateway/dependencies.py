"""What routes are given: the caller, the part of a list, the version that was seen; from input to message.

All asynchronous, though nothing is waited for: FastAPI runs others in a thread, which costs more than what they do.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel, ValidationError

from contracts.message import Model, Page as PageView
from gateway.caller import Caller
from gateway.errors import ProblemError, faults, invalid
from gateway.places import models_of
from gateway.schemas.base import Out, Page

M = TypeVar("M", bound=Model)
Shown = TypeVar("Shown", bound=Out)
View = TypeVar("View", bound=PageView)
_ETAG = re.compile(r'(?:W/)?"(\d{1,12})"')


async def caller_of(request: Request) -> Caller:
    """Return who asks; the route's policy has admitted it."""
    found: Caller = request.state.caller
    return found


InjectedCaller = Annotated[Caller, Depends(caller_of)]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is asked for."""

    cursor: str | None
    limit: int


async def part_of(
    caller: InjectedCaller,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next` of the part before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Rows at most.")] = 50,
) -> Part:
    """Return the part of a list that a request asks for."""
    return Part(caller.take_cursor(cursor), limit)


InjectedPart = Annotated[Part, Depends(part_of)]


def page(caller: Caller, shown: type[Shown], view: View) -> Page[Shown]:
    """Return a part of a list as it goes out."""
    return Page[shown].of({"next": caller.give_cursor(view.next), "rows": getattr(view, "rows", ())})  # type: ignore[valid-type]


async def seen_version(
    caller: InjectedCaller,
    if_match: Annotated[str | None, Header(max_length=40, description="ETag of what was read (SP-130).")] = None,
) -> int | None:
    """Return the version that the caller saw; None: whatever it is now."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise invalid("header.If-Match", "string_pattern_mismatch", caller.language)
    return int(found[1])


SeenVersion = Annotated[int | None, Depends(seen_version)]


def message(kind: type[M], caller: Caller, **fields: Any) -> M:
    """Return a message made from input; what it refuses is told as faults of the input."""
    values = {name: value.model_dump() if isinstance(value, BaseModel) else value for name, value in fields.items()}
    try:
        return kind.model_validate({"actor": caller.actor, **values})
    except ValidationError as error:
        parts = {name: models_of(field.annotation) for name, field in kind.model_fields.items()}
        found = faults(error.errors(include_input=False), caller.language, parts)
        raise ProblemError("invalid_input", {"errors": found}) from error


def located(response: Response, path: str, id_: UUID) -> None:
    """Name the address of what arose."""
    response.headers["Location"] = f"/v1/{path}/{id_}"
