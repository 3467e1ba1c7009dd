"""The service, on a database of its own, at a moment of its own."""

import pytest_asyncio

from services.authorizations.app import create_app
from services.authorizations.settings import Settings
from tests.harness import NOW, ServiceUnderTest, settings_for


@pytest_asyncio.fixture
async def service(mongo):
    process = create_app(settings_for(mongo.mongo_uri, kind=Settings, time="ticks"))
    process.clock.hear(NOW)
    async with ServiceUnderTest(process) as running:
        yield running
