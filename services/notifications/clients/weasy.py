"""Pages of HTML as PDF/UA-1 documents, by WeasyPrint; importing it takes a second."""

import logging
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


def render(html: str, id_: UUID) -> bytes:
    """Return the PDF of a page of HTML."""
    document: Any = HTML(string=html, url_fetcher=_NoFetcher())
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=id_.bytes)
    return made
