"""Waiting without sleeping for a fixed time: ask again until it is so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(probe: Callable[[], Awaitable[T]], within_s: float = 15.0) -> T:
    """Return what the probe gives once it is true; fail after `within_s` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while not (found := await probe()):
        assert loop.time() < end, f"not so within {within_s} s: last saw {found!r}"
        await asyncio.sleep(0.02)
    return found
