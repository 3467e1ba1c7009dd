"""Downloads: a file of the blob store streamed out, always as an attachment that no browser runs (S26, S27)."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from chassis.blobs import BlobStore
from contracts.message import BlobReference

_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"


async def download(blobs: BlobStore, reference: BlobReference) -> Response:
    """Return a file as an answer; raise BlobMissingError before the answer begins when it is gone."""
    pieces = blobs.stream(reference)
    first = await anext(pieces, b"")
    headers = {
        "Content-Disposition": _disposition(reference.name),
        "Content-Length": str(reference.size),
        "Content-Security-Policy": _SANDBOX,
    }
    return StreamingResponse(_all(first, pieces), media_type=reference.media_type, headers=headers)


async def download_shown(blobs: BlobStore, reference: BlobReference) -> Response:
    """Return the copy of an upload that was drawn anew; the upload itself only where it has none."""
    return await download(blobs, await blobs.shown(reference))


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _disposition(name: str) -> str:
    """Return the header with the name in plain and in full form (RFC 6266)."""
    plain = _PLAIN.sub("_", name) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
