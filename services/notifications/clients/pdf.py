"""PDF documents (PDF/UA-1) out of HTML, in a thread of their own: the loop goes on, and only so many at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID


class PdfMaker:
    """Makes PDF documents; the same HTML and id give the same bytes."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pdf")

    async def make(self, html: str, id_: UUID) -> bytes:
        """Return the PDF of a page of HTML."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _render, html, id_)


def _render(html: str, id_: UUID) -> bytes:
    # Imported by the thread that needs it: a service that was killed answers a second sooner.
    from services.notifications.clients.weasy import render  # noqa: PLC0415

    return render(html, id_)
