"""`make up` on the command line: it runs until it is asked to stop, and says in one line why it cannot."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stack.settings import any_ports, port_variable

ROOT = Path(__file__).resolve().parents[2]
# The command itself, on mongod, broker and sinks alone.
UP = (
    "import functools, sys, stack.up, stack.__main__ as command;"
    "stack.up.PROCESSES = ();"
    "stack.up.Stack = functools.partial(stack.up.Stack, processes=());"
    "sys.argv[1:] = ['up', '--demo', '0'];"
    "sys.exit(command.main())"
)


def environment(data, ports=None):
    chosen = {port_variable(name): str(port) for name, port in (ports or any_ports()).items()}
    return {**os.environ, **chosen, "DATA": str(data)}


async def start(data, ports=None):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        UP,
        cwd=ROOT,
        env=environment(data, ports),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def lines_until(process, word):
    lines = []
    async with asyncio.timeout(30):
        while line := (await process.stdout.readline()).decode():
            lines.append(line)
            if word in line:
                break
    return "".join(lines)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
async def test_it_runs_until_it_is_asked_to_stop_and_ends_cleanly(tmp_path, asked):
    process = await start(tmp_path)
    said = await lines_until(process, "make otp USER=")
    assert "Ready in" in said
    assert "/mails" in said

    process.send_signal(asked)
    rest, _ = await process.communicate()

    assert process.returncode == 0, rest.decode()
    assert "Stopped" in rest.decode()


async def test_it_stops_while_it_starts(tmp_path):
    process = await start(tmp_path)
    await lines_until(process, "Starting")

    process.send_signal(signal.SIGINT)
    rest, _ = await process.communicate()

    assert process.returncode == 0, rest.decode()
    assert "Ready" not in rest.decode()


async def test_a_second_one_on_the_same_data_is_told_of_the_first(tmp_path):
    first = await start(tmp_path)
    await lines_until(first, "make otp USER=")

    second = await start(tmp_path)
    said, _ = await second.communicate()
    first.send_signal(signal.SIGTERM)
    await first.communicate()

    assert second.returncode == 1
    assert "It runs already: http://127.0.0.1:" in said.decode()


def test_a_taken_port_is_one_line(tmp_path):
    ports = any_ports()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", ports["kafka"]))
        holder.listen()
        command = [sys.executable, "-m", "stack", "up"]
        ran = subprocess.run(
            command, cwd=ROOT, env=environment(tmp_path, ports), capture_output=True, text=True, check=False
        )

    assert ran.returncode == 1
    assert f"Port {ports['kafka']} cannot be used" in ran.stderr
    assert "KAFKA_PORT=" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_help_lists_every_target():
    ran = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607

    for target in ("up", "demo", "otp", "test", "test-long", "check", "bench", "help"):
        assert f"make {target} " in ran.stdout
