"""The blob store: reading the workbooks of imports (claim check)."""

import asyncio

from chassis.blobs import BlobMissingError, BlobStore
from contracts.message import BlobReference
from services.chain.domain.rows import Parsed, file_fault
from services.chain.workbook import MAX_BYTES, parse_workbook


class WorkbookReader:
    """Reads workbooks of relations."""

    def __init__(self, blobs: BlobStore, max_rows: int) -> None:
        self._blobs = blobs
        self._max_rows = max_rows

    async def read(self, blob: BlobReference) -> Parsed:
        """Return what a workbook holds; one that is gone or too large is a fault of the file."""
        if blob.size > MAX_BYTES:
            return Parsed(faults=(file_fault("too_large"),))
        try:
            data = await self._blobs.get(blob)
        except BlobMissingError:
            return Parsed(faults=(file_fault("missing"),))
        return await asyncio.to_thread(parse_workbook, data, self._max_rows)
