"""The outside world of notifications, real and on this machine: an SMTP server, and an HTTP server."""

import asyncio
from contextlib import asynccontextmanager

import pytest_asyncio
import uvicorn
from aiosmtpd.smtp import SMTP
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from services.notifications.app import create_app
from services.notifications.settings import Settings
from stack.ports import free_ports
from stack.sinks import describe, parse
from tests.harness import NOW, ServiceUnderTest, settings_for


class Outside:
    """Keeps what came out; `refuse` holds the answer to an address or a path instead of taking it."""

    def __init__(self, smtp_port, http_port):
        self.smtp_port = smtp_port
        self.url = f"http://127.0.0.1:{http_port}"
        self.clear()

    def clear(self):
        self.refuse = {}
        self.mails = []
        self.raw = []
        self.messages = []
        self.letters = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 (the library's)
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (the library's)
        self.raw.append(envelope.original_content)
        self.mails.append(describe(parse(envelope.original_content), list(envelope.rcpt_tos)))
        return "250 stored"

    async def take(self, request, box):
        if request.url.path in self.refuse:
            return Response(status_code=self.refuse[request.url.path])
        box.append(await request.json())
        return Response(status_code=201)

    async def take_message(self, request):
        return await self.take(request, self.messages)

    async def take_letter(self, request):
        return await self.take(request, self.letters)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers_outside():
    smtp_port, http_port = free_ports(2)
    outside = Outside(smtp_port, http_port)
    routes = [
        Route("/messages", outside.take_message, methods=["POST"]),
        Route("/letters", outside.take_letter, methods=["POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=http_port, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(outside, enable_SMTPUTF8=True, hostname="localhost", loop=loop), "127.0.0.1", smtp_port
    )
    listening = server.config.bind_socket()
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    async with smtp:
        yield outside
    await server.shutdown(sockets=[listening])
    listening.close()


@pytest_asyncio.fixture
async def outside(servers_outside):
    servers_outside.clear()
    return servers_outside


@pytest_asyncio.fixture(loop_scope="session")
async def notifications(mongo, outside):
    """Return what runs the service with a profile."""

    @asynccontextmanager
    async def running(profile="zlogin", **more):
        settings = settings_for(
            mongo.mongo_uri, kind=Settings, profile=profile, time="ticks", smtp_port=outside.smtp_port,
            **{"mail_from": "noreply@volmacht.example", "public_url": "https://module.example", "sms_url": outside.url,
               "letter_url": outside.url, **more},
        )  # fmt: skip
        async with ServiceUnderTest(create_app(settings)) as service:
            service.process.clock.hear(NOW)
            yield service

    return running
