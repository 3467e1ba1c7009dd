"""Runs a process: its loops, and over HTTP /health/live, /health/ready and /metrics."""

import gc
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
import uvloop
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import logs, traces
from chassis.cli import command_line
from chassis.health import Health
from chassis.process import Process
from chassis.settings import ChassisSettings


def health_routes(health: Health) -> list[Route]:
    """Return the routes by which a process is watched."""

    async def live(_: Request) -> Response:
        return Response(status_code=204)

    async def ready(_: Request) -> Response:
        well, state = await health.ready()
        return JSONResponse(state, status_code=200 if well else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
    ]


def run(process: Process, given: Sequence[str] | None = None) -> None:
    """Do what the command line says; without a command, run the service until it is told to stop."""
    if command_line(process, list(sys.argv[1:] if given is None else given)):
        return
    process.assemble()
    logs.set_up(process.settings.log_level, process.service, process.settings.instance)
    traces.set_up(process.settings, process.service)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await process.start()
        yield
        await process.stop()
        traces.shut_down()

    serve(Starlette(routes=health_routes(process.health), lifespan=life), process.settings)


def serve(app: Any, settings: ChassisSettings) -> None:
    """Serve an ASGI application with uvicorn on uvloop; SIGTERM and SIGINT stop it cleanly."""
    config = uvicorn.Config(
        app, host=settings.http_host, port=settings.http_port, loop="uvloop", http="httptools",
        log_config=None, access_log=False, timeout_graceful_shutdown=10, lifespan="on", server_header=False,
        proxy_headers=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    # What is there by now stays: looking through it for garbage held every request up for 150 ms, each two seconds.
    gc.collect()
    gc.freeze()
    uvloop.run(server.serve())
    if not server.started:
        raise SystemExit(3)
