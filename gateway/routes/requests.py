"""Stored requests: the outcome of what was answered with 202."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from gateway import shown
from gateway.caller import Caller
from gateway.dependencies import InjectedCaller
from gateway.errors import ProblemError, problem_body
from gateway.pending import StoredRequest
from gateway.policy import PolicyRoute, everybody
from gateway.schemas.base import Problem, RequestOutcome

router = APIRouter(prefix="/v1/requests", route_class=PolicyRoute, tags=["requests"])


@router.get("/{id}", summary="Toon de uitkomst van een verzoek")
@everybody
async def read_request(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> RequestOutcome:
    """Show how far a request got that was answered with 202; only who made it may read it, a visitor by its cookie."""
    stored = await caller.gateway.requests.read(id_, caller.owners(id_))
    if stored is None:
        raise ProblemError("unknown")
    return _outcome(caller, stored)


def _outcome(caller: Caller, stored: StoredRequest) -> RequestOutcome:
    if stored.reply is None:
        return RequestOutcome(id=stored.id, status="pending", created_at=stored.created_at)
    refusal = stored.reply.refusal
    if refusal is not None:
        members = {"details": dict(refusal.details)} if refusal.details else None
        body = Problem.model_validate(problem_body(refusal.code, caller.language, members))
        return RequestOutcome(id=stored.id, status="refused", created_at=stored.created_at, problem=body)
    result = stored.command.result_type().model_validate(stored.reply.result or {})
    out = shown.show(caller, result, stored.id)
    content = None if out is None else out.model_dump(mode="json", by_alias=True)
    return RequestOutcome(id=stored.id, status="done", created_at=stored.created_at, result=content)
