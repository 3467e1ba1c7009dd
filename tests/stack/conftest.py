"""A mongod, a broker and the sinks for the tests of this folder: real ones, on free ports."""

from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from stack.ports import free_ports
from stack.supervisor import Supervisor
from stack.system import sinks_program
from stack.testing import infrastructure


@pytest_asyncio.fixture(scope="session")
async def servers(tmp_path_factory):
    async with infrastructure(tmp_path_factory.mktemp("servers")) as infra:
        yield infra


class Sinks:
    def __init__(self, folder, smtp_port, http_port, supervisor):
        self.folder = folder
        self.smtp_port = smtp_port
        self.url = f"http://127.0.0.1:{http_port}"
        self.supervisor = supervisor


@asynccontextmanager
async def run_sinks(folder):
    smtp_port, http_port = free_ports(2)
    supervisor = Supervisor(folder / "logs", say=lambda _line: None)
    try:
        await supervisor.start(sinks_program(folder / "mails", smtp_port, http_port))
        await supervisor.ready("sinks")
        yield Sinks(folder / "mails", smtp_port, http_port, supervisor)
    finally:
        await supervisor.stop()


@pytest.fixture
def running_sinks():
    return run_sinks


@pytest_asyncio.fixture(scope="session")
async def sinks(tmp_path_factory):
    async with run_sinks(tmp_path_factory.mktemp("sinks")) as sinks:
        yield sinks
