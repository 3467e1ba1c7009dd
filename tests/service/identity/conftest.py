"""Identity on a real MongoDB, under both profiles where a rule differs."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.service.identity.amp import serving_amp, with_amp
from tests.service.identity.journey import Journey, identity_settings, running


@pytest_asyncio.fixture(loop_scope="session")
async def journey(mongo) -> AsyncIterator[Journey]:
    async for found in running(identity_settings(mongo)):
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def we_id(mongo) -> AsyncIterator[Journey]:
    """The supplier where roles change in the module, and credentials become the Belastingdienst's."""
    async for found in running(identity_settings(mongo, profile="weid")):
        yield found


@pytest_asyncio.fixture(loop_scope="session", params=["zlogin", "weid"])
async def each_supplier(mongo, request) -> AsyncIterator[Journey]:
    async for found in running(identity_settings(mongo, profile=request.param)):
        found.profile = request.param
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def amp():
    async with serving_amp() as serving:
        yield serving


@pytest_asyncio.fixture(loop_scope="session")
async def ordering(mongo, amp):
    async for journey in with_amp(mongo, amp, "zlogin"):
        yield journey


@pytest_asyncio.fixture(loop_scope="session")
async def ordering_at_weid(mongo, amp):
    async for journey in with_amp(mongo, amp, "weid"):
        yield journey
