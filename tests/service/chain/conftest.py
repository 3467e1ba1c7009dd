"""Chain, furnished."""

import pytest
import pytest_asyncio

from tests.service.chain.chain_world import World


@pytest.fixture
def profile():
    """The supplier profile; a test of a rule that differs names both."""
    return "zlogin"


@pytest_asyncio.fixture(loop_scope="session")
async def bare(mongo, profile):
    """Chain that knows nothing."""
    async with World(mongo, profile) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def world(bare):
    """Chain that knows two customers with access."""
    return await bare.furnish()
