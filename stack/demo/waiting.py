"""Waiting without sleeping for a fixed time: look again until it is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T | None]], within_s: float = 20.0) -> T:
    """Return what is found; raise TimeoutError when nothing is there within `within_s` seconds."""
    async with asyncio.timeout(within_s):
        while not (found := await look()):  # noqa: ASYNC110 (what is waited for lies in another process)
            await asyncio.sleep(0.1)
    return found
