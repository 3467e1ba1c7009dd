"""The gateway as an ASGI application: the wiring only."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import JSONResponse
from starlette.routing import Route

from chassis.serve import health_routes
from gateway.addresses import speaks_directly
from gateway.caller import LaterError
from gateway.errors import add_handlers, problem
from gateway.finding import Subjects
from gateway.language import language_of
from gateway.middleware import OPENAPI_PATHS, BodyLimit, Headers
from gateway.openapi import describe, policy_routes
from gateway.process import Gateway
from gateway.routes import ROUTERS
from gateway.schemas.base import Pending
from gateway.settings import Settings


class _Application(FastAPI):
    """An application whose answers all have the headers, those to failures that nobody foresaw included."""

    def build_middleware_stack(self) -> Any:
        """Put the headers around everything."""
        return Headers(super().build_middleware_stack())


def create_app(settings: Settings, routers: Sequence[APIRouter] = ROUTERS) -> FastAPI:
    """Return the gateway; it runs as long as the application's lifespan."""
    gateway = Gateway(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await gateway.start()
        yield
        await gateway.stop()

    app = _Application(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=life)
    app.state.gateway = gateway
    app.router.routes = [Subjects(policy_routes(routers)), *_watching(gateway), *_description()]
    add_handlers(app)
    app.add_exception_handler(LaterError, _later)
    app.add_middleware(BodyLimit, limit=settings.body_limit, upload_limit=settings.upload_limit)
    return app


def _watching(gateway: Gateway) -> list[Route]:
    """Return health and metrics; metrics for the own networks alone (S36)."""
    routes = {route.path: route for route in health_routes(gateway.health)}
    metrics: Any = routes.pop("/metrics").endpoint

    async def guarded(request: Request) -> Response:
        if not speaks_directly(request.scope, gateway.settings.metrics_networks):
            return problem("not_found", language_of(request.scope))
        answer: Response = await metrics(request)
        return answer

    return [*routes.values(), Route("/metrics", guarded)]


def _description() -> list[Route]:
    """Return where the description is read, without a token and from any origin."""
    kept: list[bytes] = []

    async def openapi(_: Request) -> Response:
        if not kept:
            kept.append(json.dumps(describe(ROUTERS)).encode())
        return Response(kept[0], media_type="application/json", headers={"Cache-Control": "public, max-age=300"})

    return [Route(path, openapi) for path in sorted(OPENAPI_PATHS)]


async def _later(request: Request, error: Exception) -> Response:
    """Answer 202: the command is stored with majority, and will have its effect."""
    assert isinstance(error, LaterError), "registered for it"
    location = f"/v1/requests/{error.id}"
    body = Pending(id=error.id).model_dump(mode="json", by_alias=True)
    response = JSONResponse(body, status_code=202, headers={"Location": location, "Retry-After": "5"})
    request.state.caller.dress(response)
    request.state.caller.prove(response)
    return response
