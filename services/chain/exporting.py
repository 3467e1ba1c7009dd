"""Writing an export into the blob store, row by row, in either format (SP-119, SP-120)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from tempfile import TemporaryFile
from typing import IO

import xlsxwriter

from chassis.blobs import BlobStore
from contracts.chain import ExportFormat
from contracts.message import BlobReference
from services.chain.domain.exports import BYTE_ORDER_MARK, csv_lines
from services.chain.workbook import MEDIA_TYPE

Row = Sequence[str]
_PIECE = 255 * 1024
_PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


async def write_export(
    blobs: BlobStore, kind: ExportFormat, name: str, header: Row, pages: AsyncIterator[list[Row]]
) -> BlobReference:
    """Store the pages of rows as a file; nothing holds the whole of it in memory."""
    if kind is ExportFormat.CSV:
        return await blobs.put(_csv(header, pages), "text/csv; charset=utf-8", f"{name}.csv")
    with TemporaryFile() as file:
        await _write_workbook(file, header, pages)
        return await blobs.put(_read(file), MEDIA_TYPE, f"{name}.xlsx")


async def _csv(header: Row, pages: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    yield BYTE_ORDER_MARK + csv_lines([header])
    async for page in pages:
        yield csv_lines(page)


async def _write_workbook(file: IO[bytes], header: Row, pages: AsyncIterator[list[Row]]) -> None:
    book = xlsxwriter.Workbook(file, _PLAIN)
    sheet = book.add_worksheet("Ketenmachtigingen")
    number = 0
    for column, text in enumerate(header):
        sheet.write_string(0, column, text)
    async for page in pages:
        for row in page:
            number += 1
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    await asyncio.to_thread(book.close)


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, _PIECE):
        yield piece
