"""Large answers are packed: broker and clients pay for every byte, packing costs a tenth of that."""

import zlib
from collections.abc import Sequence
from typing import Final

from chassis.envelope import Headers, UnreadableError

_FROM: Final = 2048
"""Bytes; below it the gain is smaller than the work."""

_LEVEL: Final = 1
_LARGEST: Final = 64 * 1024 * 1024
_PACKED: Final = ("content-encoding", b"deflate")


def pack(value: bytes, headers: Headers) -> tuple[bytes, Headers]:
    """Return a record's value as it travels, with its headers."""
    if len(value) < _FROM:
        return value, headers
    return zlib.compress(value, _LEVEL), [*headers, _PACKED]


def unpack(value: bytes, headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Return what was packed; raise UnreadableError when it cannot be unpacked, or is larger than any answer."""
    if _PACKED not in headers:
        return value
    unpacking = zlib.decompressobj()
    try:
        whole = unpacking.decompress(value, _LARGEST)
    except zlib.error as error:
        raise UnreadableError(f"The value cannot be unpacked: {error}") from error
    if not unpacking.eof:
        raise UnreadableError("The value is cut off, or too large")
    return whole
