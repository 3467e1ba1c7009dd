"""Faults: what is broken, how, and whose answer shows that it is over."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from random import Random
from typing import Any

from stack.settings import PROCESSES, SERVICES
from stack.system import Stack
from tests.faults.again import EverythingAgain

STOPPED_S = 5.0
"""Longer than a session at the embedded broker (2 s) and a relay's lease (3 s)."""


@dataclass(frozen=True)
class Fault:
    """A fault: `strike` returns the moment from which recovery is counted; `around` lasts as long as the load."""

    name: str
    strike: Callable[[], Awaitable[float]]
    services: tuple[str, ...] = ()
    """Whose answer counts as the first one; none named: anybody's."""

    around: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext


def faults(stack: Stack, rng: Random) -> dict[str, list[Fault]]:
    """Return the faults by kind; a seed chooses who is stopped and in which order processes are killed."""
    killed = list(PROCESSES)
    rng.shuffle(killed)
    stopped = rng.choice(SERVICES)
    return {
        "none": [Fault("nothing", _nothing)],
        "kill": [_kill(stack, name) for name in killed],
        "broker": [Fault(_broker_text(stack), lambda: _broker(stack))],
        "again": [_again(stack, rng)],
        "stop": [Fault(f"SIGSTOP {stopped} {STOPPED_S:g} s", lambda: _stop(stack, stopped), (stopped,))],
        "mongod": [Fault("kill -9 mongod", lambda: _mongod(stack))],
    }


async def _nothing() -> float:
    return time.time()


def _kill(stack: Stack, name: str) -> Fault:
    async def strike() -> float:
        at = time.time()
        await stack.kill(name)
        return at

    return Fault(f"kill -9 {name}", strike, (name,) if name in SERVICES else ())


def _broker_text(stack: Stack) -> str:
    return "broker lost and empty" if stack.kafka_kind == "embedded" else "kill -9 broker, log kept"


async def _broker(stack: Stack) -> float:
    at = time.time()
    await stack.restart_broker()
    return at


def _again(stack: Stack, rng: Random) -> Fault:
    return Fault(
        "all records twice, late", _nothing, around=lambda: EverythingAgain(stack.kafka, stack.deployment, rng)
    )


async def _stop(stack: Stack, name: str) -> float:
    """Stop a process as a pause of its machine would, and let it go on."""
    if (pid := stack.pid(name)) is not None:
        os.killpg(pid, signal.SIGSTOP)
        await asyncio.sleep(STOPPED_S)
        os.killpg(pid, signal.SIGCONT)
    return time.time()


async def _mongod(stack: Stack) -> float:
    at = time.time()
    await stack.restart_mongo(signal.SIGKILL)
    return at
