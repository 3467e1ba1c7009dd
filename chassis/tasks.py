"""Ending tasks of the background, for good."""

import asyncio

_AGAIN_S = 0.5


async def end(*tasks: asyncio.Task[None] | None) -> None:
    """Cancel tasks and wait until they have ended, whatever they end with; None is nothing to end.

    A task that goes on is cancelled again: in Python 3.11 `asyncio.wait_for`, which the MongoDB driver waits with,
    loses a cancellation that comes in the moment in which its future is done (python/cpython#86296).
    """
    waiting = {task for task in tasks if task is not None}
    while waiting:
        for task in waiting:
            task.cancel()
        done, waiting = await asyncio.wait(waiting, timeout=_AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at: who ends a task does not care what it ended with
