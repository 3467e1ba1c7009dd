"""A local server that speaks as the partner that identifies people: orders under our id, cancellations."""

import asyncio
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.service.identity.journey import identity_settings, running
from tests.service.identity.requesting import PARTNER_KEY


class Amp:
    """Takes orders; `answers` holds what the next ones are answered instead: a status, a body, or both."""

    def __init__(self):
        self.orders = []
        self.cancelled = []
        self.answers = []
        self.keys = []
        self.url = ""

    async def order(self, request):
        if (answer := self._answer()) is not None:
            return answer
        body = await request.json()
        self.keys.append((request.headers["authorization"], request.path_params["key"]))
        self.orders.append(body)
        return JSONResponse({"reference": f"AMP-{body['id']}"}, 201)

    async def cancel(self, request):
        if (answer := self._answer()) is not None:
            return answer
        self.cancelled.append(request.path_params["reference"])
        return Response(status_code=204)

    def _answer(self):
        match self.answers.pop(0) if self.answers else None:
            case None:
                return None
            case "elsewhere":
                return RedirectResponse("https://elsewhere.example")
            case int(status):
                return Response(status_code=status)
            case body:
                return Response(body, 200)


@asynccontextmanager
async def serving_amp():
    amp = Amp()
    routes = [
        Route("/orders/by-reference/{reference}", amp.cancel, methods=["DELETE"]),
        Route("/orders/{key}", amp.order, methods=["PUT"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server, socket = uvicorn.Server(config), config.bind_socket()
    task = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        amp.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        yield amp
    finally:
        server.should_exit = True
        await task
        socket.close()


async def with_amp(mongo, amp, profile):
    """Yield identity that orders at the local partner."""
    settings = identity_settings(
        mongo, profile=profile, partner_url=amp.url, partner_api_key="the key",
        partner_public_keys={"keys": [PARTNER_KEY.as_dict(private=False)]},
    )  # fmt: skip
    async for journey in running(settings):
        journey.profile = profile
        yield journey
