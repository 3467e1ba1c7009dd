"""Large answers travel packed, small ones as they are; what cannot be unpacked is unreadable."""

import zlib

import pytest

from chassis.envelope import UnreadableError
from chassis.packing import pack, unpack

HEADERS = [("content-type", b"application/json")]
ROWS = b'{"rows":[' + b",".join(b'{"name":"B. van der Berg","number":%d}' % n for n in range(500)) + b"]}"


@pytest.mark.parametrize("value", [b"", b"{}", b"x" * 2047])
def test_a_small_value_travels_as_it_is(value):
    assert pack(value, HEADERS) == (value, HEADERS)
    assert unpack(value, HEADERS) == value


def test_a_large_value_travels_as_less_than_a_quarter():
    value, headers = pack(ROWS, HEADERS)
    assert len(value) * 4 < len(ROWS)
    assert headers == [*HEADERS, ("content-encoding", b"deflate")]
    assert unpack(value, tuple(headers)) == ROWS


@pytest.mark.parametrize(
    "value",
    [b"", ROWS, zlib.compress(ROWS)[:-5], zlib.compress(b"0" * (64 * 1024 * 1024 + 1))],
    ids=["empty", "not packed", "cut off", "larger than any answer"],
)
def test_what_cannot_be_unpacked_is_unreadable(value):
    with pytest.raises(UnreadableError):
        unpack(value, [*HEADERS, ("content-encoding", b"deflate")])
