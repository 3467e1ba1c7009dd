"""The stack as one object: processes get what they need, come back, and leave nothing behind."""

import json
import os

import httpx
import pytest
import pytest_asyncio

from stack import settings
from stack.checks import CannotStartError
from stack.system import Stack


@pytest_asyncio.fixture(scope="module")
async def stack(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for name in ("identity", "gateway", "clock"):
            patch.setitem(settings.MODULES, name, "tests.stack.answering")
        processes = ("identity", "identity", "gateway", "clock")
        data = tmp_path_factory.mktemp("stack")
        async with Stack(data=data, processes=processes, peers=("weid",), settings={"EXTRA": "1"}) as running:
            yield running


def environment_of(stack, name):
    return httpx.get(stack.health_url(name), timeout=5).json()


async def test_each_process_is_told_where_everything_is(stack):
    seen = environment_of(stack, "gateway")

    assert seen["DEPLOYMENT"] == seen["PROFILE"] == "zlogin"
    assert seen["MONGO_URI"] == stack.mongo_uri
    assert seen["KAFKA_BOOTSTRAP"] == stack.kafka
    assert seen["KAFKA_KIND"] == "embedded"
    assert json.loads(seen["PEERS"]) == ["weid"]
    assert stack.gateway_url.endswith(f":{seen['HTTP_PORT']}")
    assert seen["PUBLIC_URL"] == stack.gateway_url
    assert seen["EXTRA"] == "1"


async def test_each_process_has_a_stable_name_of_its_own(stack):
    names = [environment_of(stack, name)["INSTANCE"] for name in ("identity", "identity-1", "gateway", "clock")]

    assert names == ["identity-0", "identity-1", "gateway-0", "clock-0"]


async def test_the_gateway_has_no_key_that_signs(stack):
    assert "TOKEN_SIGNING_KEY" in environment_of(stack, "identity")
    assert "TOKEN_SIGNING_KEY" not in environment_of(stack, "gateway")


async def test_a_killed_process_comes_back_with_the_same_name(stack):
    before = stack.pid("clock")

    await stack.kill("clock")
    await stack.ready("clock")

    assert stack.pid("clock") != before
    assert environment_of(stack, "clock")["INSTANCE"] == "clock-0"


async def test_a_process_has_a_command_line(stack):
    assert await stack.command("identity", "snapshot", "all") == "identity-command was asked snapshot all\n"
    with pytest.raises(RuntimeError, match="ended with 3"):
        await stack.command("identity", "fail")


async def test_two_stacks_do_not_share_a_folder(stack):
    with pytest.raises(CannotStartError, match="Another stack runs on"):
        await Stack(data=stack.data, processes=()).__aenter__()


async def test_a_second_deployment_stands_beside_the_first(stack, tmp_path):
    async with Stack(data=tmp_path, profile="weid", processes=("clock",), beside=stack) as beside:
        seen = environment_of(beside, "clock")

        assert (seen["DEPLOYMENT"], seen["MONGO_URI"], seen["KAFKA_BOOTSTRAP"]) == (
            "weid",
            stack.mongo_uri,
            stack.kafka,
        )
        assert beside.mail_url == stack.mail_url
        assert beside.supervisor.names == ["clock"]


async def test_a_running_stack_is_found_from_another_command_line(stack):
    found = settings.Running.read(stack.data)

    assert found is not None
    assert found.gateway_url == stack.gateway_url
    assert settings.Running.read(stack.data / "nowhere") is None


async def test_data_of_another_profile_is_refused(tmp_path):
    (tmp_path / "profile").write_text("weid\n")

    with pytest.raises(CannotStartError, match="of profile weid; use PROFILE=weid"):
        await Stack(data=tmp_path, processes=()).__aenter__()


async def test_nothing_is_left_after_the_end(tmp_path):
    async with Stack(data=tmp_path, processes=()) as ended:
        pids = [ended.pid(name) for name in ended.supervisor.names]

    assert len(pids) == 3
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not (tmp_path / "stack.json").exists()
