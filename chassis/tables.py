"""Writing a table into the blob store, row by row, as a workbook or as CSV, safe to open (SP-119, SP-120, S27)."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter

from chassis.blobs import BlobStore
from contracts.message import BlobReference

Row = Sequence[str]
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")
_LONGEST_CELL = 32_767
"""Characters that a cell of a workbook can hold."""

_PIECE = 255 * 1024
_PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class TableWriter:
    """Stores tables as files, one at a time: who asks for many large ones waits for them, and nobody else does."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._one = asyncio.Semaphore(1)

    async def write(
        self, name: str, sheet: str, header: Row, pages: AsyncIterator[list[Row]], *, workbook: bool
    ) -> BlobReference:
        """Store the pages of rows as a file; nothing holds the whole of it in memory."""
        async with self._one:
            if not workbook:
                return await self._blobs.put(_csv(header, pages), "text/csv; charset=utf-8", f"{name}.csv")
            with TemporaryFile() as file:
                await _write_workbook(file, sheet, header, pages)
                return await self._blobs.put(_read(file), WORKBOOK_TYPE, f"{name}.xlsx")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, and that fits into one."""
    text = cell if len(cell) < _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 2]}…"
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def csv_lines(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV: UTF-8, semicolons, CRLF, quotes doubled; the byte order mark comes before the first."""
    out = io.StringIO(newline="")
    lines = ([safe(cell) for cell in row] for row in rows)
    csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL).writerows(lines)
    return out.getvalue().encode()


async def _csv(header: Row, pages: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    yield BYTE_ORDER_MARK + csv_lines([header])
    async for page in pages:
        yield csv_lines(page)


async def _write_workbook(file: IO[bytes], title: str, header: Row, pages: AsyncIterator[list[Row]]) -> None:
    book = xlsxwriter.Workbook(file, _PLAIN)
    sheet = book.add_worksheet(title)
    _write_row(sheet, 0, header)
    number = 0
    async for page in pages:
        for number, row in enumerate(page, number + 1):  # noqa: B020 (it goes on counting from the page before)
            _write_row(sheet, number, row)
    await asyncio.to_thread(book.close)


def _write_row(sheet: xlsxwriter.worksheet.Worksheet, number: int, row: Row) -> None:
    for column, text in enumerate(row):
        sheet.write_string(number, column, safe(text))


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
