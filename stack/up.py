"""`make up`: check, start, load, say where everything is, and keep running until Ctrl-C."""

import asyncio
import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from stack import hooks, servers
from stack.checks import CannotStartError, check_disk, check_packages, check_port, check_python
from stack.settings import PROCESSES, Running, Time, check_apart, fixed_ports, port_variable
from stack.supervisor import LONGEST_PAUSE_S
from stack.system import Stack

_PR_SET_PDEATHSIG = 1
_LOW_DISK_MB = 200
CATALOGUE = Path(__file__).resolve().parent / "data" / "catalogue.xml"


@dataclass(frozen=True)
class Wish:
    """What the person at the terminal asked for."""

    data: Path
    profile: str
    demo: bool
    time: Time


async def up(wish: Wish) -> None:
    """Run the stack until SIGINT, SIGTERM or SIGHUP."""
    begun = time.monotonic()
    _check(wish)
    stopped = stop_signals()
    stack = Stack(data=wish.data, profile=wish.profile, ports="fixed", time=wish.time, demo=wish.demo, say=_say)
    _say("Starting: mongod, broker, sinks, services, gateway, clock")
    starting = asyncio.create_task(stack.__aenter__())
    asked = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait((starting, asked), return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            if not wish.demo and stack.runs("authorizations"):
                _say(await stack.command("authorizations", "import-catalogue", str(CATALOGUE)))
            _say(table(stack, time.monotonic() - begun))
            await _watch(stopped, wish.data)
    finally:
        for task in (starting, asked):
            task.cancel()
        await asyncio.wait((starting, asked))
        _say("Stopping")
        await stack.__aexit__(None, None, None)
    _say("Stopped; the data stays in " + str(wish.data))


def _check(wish: Wish) -> None:
    """Raise CannotStartError with the first thing that stands in the way."""
    check_python()
    if advice := check_packages():
        _say(advice)
    if running := Running.read(wish.data):
        raise CannotStartError(f"It runs already: {running.gateway_url} (process {running.process}, {wish.data})")
    check_disk(wish.data)
    elsewhere = {"mongo", "kafka"} if servers.kind() in {"external", "containers"} else set()
    ports = {name: port for name, port in fixed_ports().items() if name not in elsewhere}
    check_apart(ports)
    for name, port in ports.items():
        check_port(port_variable(name), port)


async def _watch(stopped: asyncio.Event, data: Path) -> None:
    """Wait for the end, and say once when the disk runs full."""
    low = False
    while not stopped.is_set():
        try:
            check_disk(data, _LOW_DISK_MB)
            low = False
        except CannotStartError as problem:
            if not low:
                _say(str(problem))
            low = True
        try:
            async with asyncio.timeout(LONGEST_PAUSE_S):
                await stopped.wait()
        except TimeoutError:
            continue


def table(stack: Stack, seconds: float) -> str:
    """Say where everything is and how to log in."""
    rows = [
        ("API", f"{stack.gateway_url}/v1"),
        ("API described", f"{stack.gateway_url}/openapi.json"),
        ("Mails", f"{stack.mail_url}/mails"),
        ("SMS", f"{stack.sms_url}/messages"),
        ("MongoDB", stack.mongo_uri),
        ("Kafka", stack.kafka),
        *((name.capitalize(), stack.health_url(name)) for name in PROCESSES if name != "gateway"),
        ("Logs", str(stack.data / "logs")),
        ("Profile", stack.profile),
    ]
    lines = [f"Ready in {seconds:.1f} s", *(f"  {name:<16}{where}" for name, where in rows)]
    lines += [f"  {name:<16}{how}" for name, how in hooks.logins(stack.profile) if stack.demo]
    lines.append("  To log in: a user name and password, then a code from `make otp USER=<user name>`. Ctrl-C stops.")
    return "\n".join(lines)


def stop_signals() -> asyncio.Event:
    """Give the event that is set when the stack is asked to end, also by the end of the make that started it."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN or number is not signal.SIGHUP:  # nohup stays nohup
            loop.add_signal_handler(number, stopped.set)
    if sys.platform == "linux" and "MAKELEVEL" in os.environ:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return stopped


def _say(line: str) -> None:
    print(line, flush=True)
