"""A gateway in this process on a real MongoDB and broker, with a peer that stands for the services."""

from contextlib import asynccontextmanager
from ipaddress import IPv4Network

import httpx
import pytest_asyncio

from gateway.app import create_app
from gateway.settings import Settings
from tests.gateway import people
from tests.gateway.peer import Peer
from tests.harness import settings_for

ALWAYS = {
    "api-version": "1.0.0",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


async def assert_headers(response):
    """Every answer of the whole suite has the headers (S30)."""
    for name, value in ALWAYS.items():
        assert response.headers.get(name) == value, (response.request.url, response.status_code, name)
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    public = response.request.url.path.endswith("/openapi.json") and response.status_code == 200
    assert public or response.headers["cache-control"] == "no-store"
    assert ("access-control-allow-origin" in response.headers) == response.request.url.path.endswith("/openapi.json")
    if response.status_code >= 400 and response.request.url.path != "/health/ready":
        assert response.headers["content-type"] == "application/problem+json"


def gateway_settings(mongo, kafka, **more):
    """Settings of a deployment of its own; rates that no test meets by chance."""
    chosen = {
        "kafka_partitions": 1, "token_public_keys": {"keys": [people.jwk()]}, "rate_address": 1e6,
        "rate_principal": 1e6, "rate_organisation": 1e6, "trusted_proxies": (IPv4Network("10.0.0.0/8"),),
        "republish_after_s": 0.3, "command_limit_s": 1.0, "applied_limit_s": 1.0, "log_level": "ERROR",
    }  # fmt: skip
    return settings_for(mongo.mongo_uri, kafka.kafka, Settings, **{**chosen, **more})


@asynccontextmanager
async def running(settings, address="127.0.0.1"):
    """Run a gateway, and give a client of it."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=(address, 1234), raise_app_exceptions=False)
        hooks = {"response": [assert_headers]}
        async with httpx.AsyncClient(transport=transport, base_url="https://gateway.test", event_hooks=hooks) as client:
            yield client, app.state.gateway


class Gate:
    """The gateway under test: its client, its inside, and the peer."""

    def __init__(self, client, gateway, peer):
        self.client = client
        self.gateway = gateway
        self.peer = peer
        self.deployment = gateway.settings.deployment

    def person(self, **more):
        """Headers of a person's access token."""
        return people.bearer(people.token(self.deployment, "person", **more))

    def staff(self, **more):
        """Headers of an employee's access token."""
        return people.bearer(people.token(self.deployment, "staff", **more))

    def machine(self, **more):
        """Headers of a machine client's access token."""
        return people.bearer(people.token(self.deployment, "client", **more))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def module_gate(mongo, kafka):
    settings = gateway_settings(mongo, kafka)
    async with running(settings) as (client, gateway), Peer(settings) as peer:
        yield Gate(client, gateway, peer)


@pytest_asyncio.fixture(loop_scope="session")
async def gate(module_gate):
    """A gateway whose peer has forgotten what other tests taught it."""
    module_gate.peer.answers.clear()
    module_gate.peer.heard.clear()
    module_gate.client.cookies.clear()
    return module_gate
