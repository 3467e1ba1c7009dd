"""Documents that the worker of notifications makes, and what they say."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader

from chassis.tasks import end
from contracts.notifications import DocumentMade


def worker_of(service):
    return service.process.background[-1].__self__


async def make(service):
    """Let the worker make what is free."""
    while await worker_of(service).work():
        pass


async def plan(service):
    """Return the one planned document."""
    (found,) = await service.database["planned_documents"].find().to_list()
    return found


async def planned(service):
    return await service.database["planned_documents"].count_documents({"status": "planned"})


async def let_time_pass(service):
    """End every lease and rest of planned documents."""
    long_ago = {"$set": {"taken_until": datetime(2020, 1, 1, tzinfo=UTC)}}
    await service.database["planned_documents"].update_many({}, long_ago)


@asynccontextmanager
async def at_work(service):
    """Run the worker in the background, as the process does."""
    task = asyncio.create_task(worker_of(service).run())
    try:
        yield
    finally:
        await end(task)


async def agreement(service):
    """Return the event and the document of the one agreement that was made."""
    (event,) = await service.sent(DocumentMade)
    return event.state, PdfReader(BytesIO(await service.process.blobs.get(event.state.blob)))


def bare(text):
    """Return text without white space: kerning parts letters in what is read back from a PDF."""
    return "".join(text.split())


def text_of(document):
    return bare("".join(page.extract_text() for page in document.pages))
