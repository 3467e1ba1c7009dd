"""A shop and a listener with dead letters in the hands of an operator."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.process import Process
from tests.chassis.deadletters.tables import KEY, Fragile, Listener, Table
from tests.harness import ServiceUnderTest


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"audit_signing_key": KEY})


@pytest_asyncio.fixture(loop_scope="session")
async def shop(settings) -> AsyncIterator[Table]:
    process = Process("chain", settings)
    handlers = Fragile(process)
    async with ServiceUnderTest(process) as service:
        yield Table(service, handlers)


@pytest_asyncio.fixture(loop_scope="session")
async def listener(settings) -> AsyncIterator[Table]:
    process = Process("billing", settings)
    handlers = Listener(process)
    async with ServiceUnderTest(process) as service:
        yield Table(service, handlers)
