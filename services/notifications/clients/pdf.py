"""PDF documents (PDF/UA-1) out of HTML, in a thread of their own: the loop goes on, and only so many at once."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn
from uuid import UUID

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher

logging.getLogger("weasyprint").setLevel(logging.ERROR)


class _NoFetcher(URLFetcher):  # type: ignore[misc]
    """Fetches nothing: a document holds all that it needs, so no text can make it read a file or an address (S34)."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
        del url, headers
        raise FatalURLFetchingError("documents fetch nothing")


class PdfMaker:
    """Makes PDF documents; the same HTML and id give the same bytes."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pdf")

    async def make(self, html: str, id_: UUID) -> bytes:
        """Return the PDF of a page of HTML."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _render, html, id_)


def _render(html: str, id_: UUID) -> bytes:
    document: Any = HTML(string=html, url_fetcher=_NoFetcher())
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=id_.bytes)
    return made
