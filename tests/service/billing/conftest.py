"""Billing on a real database, under either profile."""

from contextlib import asynccontextmanager

import pytest_asyncio

from services.billing.app import create_app
from services.billing.settings import Settings
from tests.harness import NOW, ServiceUnderTest, settings_for
from tests.service.billing.billing_world import KEY


@pytest_asyncio.fixture(loop_scope="session")
async def billing(mongo):
    """Return what runs the service with a profile."""

    @asynccontextmanager
    async def running(profile="weid"):
        key = KEY.as_dict(private=True)
        settings = settings_for(mongo.mongo_uri, kind=Settings, profile=profile, quote_signing_key=key, time="ticks")
        async with ServiceUnderTest(create_app(settings)) as service:
            service.process.clock.hear(NOW)
            yield service

    return running
