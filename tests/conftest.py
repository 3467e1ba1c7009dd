"""What all tests share: a running mongod and broker, and fresh databases."""

import os
import tempfile
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient, monitoring

from chassis.settings import ChassisSettings
from stack.servers import NotOursError
from stack.testing import Infrastructure, infrastructure
from tests.harness import settings_for
from tests.tenants import TenantEar

monitoring.register(TenantEar())  # heard by every client that a test makes (S20)

_MEMORY = "/dev/shm"  # noqa: S108 (a folder of its own is made in it)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Skip what needs to stop or restart a server that is not ours (STACK=external)."""
    try:
        return (yield)
    except NotOursError as why:
        pytest.skip(str(why))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def mongo() -> AsyncIterator[Infrastructure]:
    """A mongod for a module, in memory where there is room: each test makes a database, and dropped ones linger."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        async with infrastructure(Path(folder), broker=False) as running:
            await _keep_what_expires(running)
            yield running


async def _keep_what_expires(running: Infrastructure) -> None:
    """Let MongoDB remove nothing by its own clock: the moment of the tests lies ever further in the past."""
    if os.environ.get("STACK") != "external":  # another's server stays as it is
        async with AsyncMongoClient(running.mongo_uri) as client:
            await client.admin.command("setParameter", 1, ttlMonitorEnabled=False)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Infrastructure]:
    """A broker of a module's own: the embedded one slows down with use."""
    async with infrastructure(Path(tmp_path_factory.mktemp("kafka")), mongo=False) as running:
        yield running


@pytest.fixture
def settings(mongo: Infrastructure) -> ChassisSettings:
    """Settings of a deployment that no other test uses, without a broker."""
    return settings_for(mongo.mongo_uri)
