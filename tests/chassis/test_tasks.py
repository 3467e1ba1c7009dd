"""A task that is ended has ended, also one that lost a cancellation."""

import asyncio

from chassis.tasks import end


async def test_a_task_that_loses_a_cancellation_is_cancelled_again():
    lost = []

    async def deaf() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost.append(True)
                if len(lost) == 2:
                    raise

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()
    assert len(lost) == 2


async def test_what_a_task_ended_with_does_not_matter_to_who_ends_it():
    async def failing() -> None:
        raise RuntimeError("of no interest")

    tasks = [asyncio.create_task(failing()), asyncio.create_task(asyncio.Event().wait())]
    await asyncio.sleep(0)
    await end(*tasks, None)
    assert all(task.done() for task in tasks)
