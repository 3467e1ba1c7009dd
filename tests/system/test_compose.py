"""docker-compose.yml as its user runs it: up from nothing, demo data through Kafka and MongoDB, a kill, down."""

import asyncio
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp
import pytest

from stack.demo.api import Api
from stack.ports import free_ports
from tests.probes import until

TREE = Path(__file__).resolve().parents[2]
LOCAL = {
    "BASE_IMAGE": "local/base:bookworm",
    "MONGO_IMAGE": "local/mongo:6.0",
    "KAFKA_IMAGE": "local/kafka:4",
    "MAIL_IMAGE": "volmacht:local",
}
SERVERS = {"mongo", "kafka", "sinks", "mail"}
PROCESSES = {"identity", "authorizations", "chain", "notifications", "billing", "gateway", "clock"}


async def output(*command, within=60.0, **more):
    """Run a command and return what it wrote to standard output."""
    ran = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    try:
        async with asyncio.timeout(within):
            said, errors = await ran.communicate()
    except BaseException:
        if ran.returncode is None:
            ran.kill()
            await ran.wait()
        raise
    assert ran.returncode == 0, f"{' '.join(command)}: {errors.decode()[-2000:]}"
    return said.decode()


class Compose:
    """The commands that a user would type, on a project and ports of its own."""

    def __init__(self, docker, command, images):
        self.docker = docker
        self.command = command
        self.project = f"volmacht-test-{os.getpid()}"
        gateway_port, mail_port = free_ports(2)
        self.gateway = f"http://127.0.0.1:{gateway_port}"
        self.page = f"http://127.0.0.1:{mail_port}"
        self.environment = {
            "DOCKER_BUILDKIT": "0",  # the builder that every engine has
            "COMPOSE_DOCKER_CLI_BUILD": "0",
            **os.environ,
            **images,
            "COMPOSE_PROJECT_NAME": self.project,
            "GATEWAY_PORT": str(gateway_port),
            "MAIL_PORT": str(mail_port),
        }

    async def run(self, *arguments, within=240.0):
        return await output(*self.command, *arguments, cwd=TREE, env=self.environment, within=within)

    async def healthy(self):
        """The services whose health check holds."""
        rows = await output(
            *(self.docker, "ps", "--filter", f"label=com.docker.compose.project={self.project}"),
            *("--filter", "health=healthy", "--format", '{{.Label "com.docker.compose.service"}}'),
        )
        return set(rows.split())

    async def starts(self, name):
        """How often the engine has started a service again."""
        container = (await self.run("ps", "-q", name)).strip()
        return int(await output(self.docker, "inspect", "--format", "{{.RestartCount}}", container))


def answers(*command):
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


@pytest.fixture
async def compose():
    docker = shutil.which("docker")
    if docker is None or not answers(docker, "info"):
        pytest.skip("no Docker engine answers; stack/images.sh starts one")
    images = {name: os.environ.get(name, default) for name, default in LOCAL.items()}
    missing = [
        image for image in images.values() if image != "volmacht:local" and not answers(docker, "inspect", image)
    ]
    if missing:
        pytest.skip(f"no image {', '.join(missing)}; stack/images.sh builds them")
    alone = shutil.which("docker-compose")
    compose = Compose(docker, (alone,) if alone else (docker, "compose"), images)
    try:
        yield compose
    finally:
        await compose.run("--profile", "demo", "down", "-v", "--timeout", "5")


async def log_in(api, user, password, uri):
    """Log in as a person does: password, then the code that the device shows."""
    login = await api.post("/v1/logins", {"userName": user, "password": password})
    code = pyotp.parse_uri(uri).at(datetime.now(UTC))
    session = await api.post(f"/v1/logins/{login['loginId']}/sessions", {"code": code})
    return api.acting(session["accessToken"])


async def add_employee(compose, user):
    """Add an employee on the command line and return the password and the device's address."""
    printed = await compose.run(
        *("exec", "-T", "identity", "python", "-m", "stack.containers.start", "services.identity", "add-staff"),
        *("--user-name", user, "--email", f"{user}@supplier.example", "--roles", "handler,reviewer"),
    )
    return [line.partition(": ")[2] for line in printed.strip().splitlines()[-2:]]


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_the_containers_come_up_serve_people_and_survive_a_kill(compose):
    await compose.run("config", "-q")
    await compose.run("build", "-q")
    await compose.run("up", "-d", within=360)

    async def all_well():
        return await compose.healthy() == SERVERS | PROCESSES

    await until(all_well, within_s=120)
    async with Api(compose.gateway) as api, httpx.AsyncClient() as http:
        assert (await api.get("/health/ready"))["ready"] is True
        kees = await log_in(api, "kees", *await add_employee(compose, "kees"))

        await compose.run("--profile", "demo", "run", "--rm", "demo", within=200)
        profile = await kees.get("/v1/sessions/current")
        mails = await http.get(f"{compose.page}/mails", params={"to": "anna@demo.example"})
        assert "anna@demo.example" in mails.json()[0]["to"]

        await compose.run("exec", "-d", "identity", "sh", "-c", "kill -9 -1")

        async def back():
            return await compose.starts("identity") == 1 and "identity" in await compose.healthy()

        await until(back, within_s=90)
        assert await kees.get("/v1/sessions/current") == profile
