"""Reads that are asked for together."""

import asyncio

import pytest

from chassis.together import Together


class Shelf:
    """Values by key, and what was read of them at once."""

    def __init__(self, **values):
        self.values = values
        self.readings = []
        self.open = asyncio.Event()
        self.open.set()
        self._begun = asyncio.Event()
        self.together = Together(self._read)

    async def _read(self, keys):
        self.readings.append(sorted(keys))
        self._begun.set()
        found = {key: self.values[key] for key in keys if key in self.values}
        await self.open.wait()
        if "broken" in keys:
            raise OSError("broken")
        return found

    async def reading(self):
        """Wait until a reading has begun."""
        await self._begun.wait()
        self._begun.clear()


async def test_what_is_asked_for_at_once_is_read_at_once_and_what_is_the_same_once():
    shelf = Shelf(one=1, two=2)

    found = await asyncio.gather(*map(shelf.together.get, ("one", "two", "one", "none")))

    assert found == [1, 2, 1, None]
    assert shelf.readings == [["none", "one", "two"]]


async def test_each_gets_what_it_asked_for_alone():
    shelf = Shelf(one=1, two=2, three=3)

    found = await asyncio.gather(shelf.together.all(["one", "none"]), shelf.together.all(["two", "three"]))

    assert found == [{"one": 1}, {"two": 2, "three": 3}]
    assert len(shelf.readings) == 1


async def test_an_answer_is_never_older_than_its_question():
    """A question that comes while another one is being read is not answered with what was read before it."""
    shelf = Shelf(one=1)
    shelf.open.clear()
    first = asyncio.create_task(shelf.together.get("one"))
    await shelf.reading()

    shelf.values["one"] = 2
    second = asyncio.create_task(shelf.together.get("one"))
    await shelf.reading()
    shelf.open.set()

    assert (await first, await second) == (1, 2)


async def test_a_failure_reaches_each_who_asked_and_nobody_later():
    shelf = Shelf(one=1)
    found = await asyncio.gather(*map(shelf.together.get, ("one", "broken")), return_exceptions=True)
    assert [type(each) for each in found] == [OSError, OSError]
    assert await shelf.together.get("one") == 1


async def test_who_gives_up_does_not_end_the_reading_of_the_others():
    shelf = Shelf(one=1)
    shelf.open.clear()
    impatient, patient = (asyncio.create_task(shelf.together.get("one")) for _ in range(2))
    await shelf.reading()

    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    shelf.open.set()

    assert await patient == 1
    assert len(shelf.readings) == 1
