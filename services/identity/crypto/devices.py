"""Codes of OTP devices (RFC 4226, RFC 6238), and the files that their makers deliver: PSKC (RFC 6030) and CSV."""

import csv
import hmac
from base64 import b32decode
from collections.abc import Iterator
from io import StringIO

from lxml import etree

from contracts.identity import DeviceFault
from services.identity.crypto.pskc import pskc_rows
from services.identity.domain.device_files import FILE, Faults, Row, devices, place
from services.identity.domain.devices import Algorithm, CodeAt, Make

_NEEDED = ("serial", "type", "seed")


def codes(seed: bytes, digits: int, algorithm: Algorithm) -> CodeAt:
    """Return what gives a device's code at a counter or time step."""

    def at(place: int) -> str:
        digest = hmac.digest(seed, place.to_bytes(8, "big"), algorithm.value)
        offset = digest[-1] & 0xF
        number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**digits:0{digits}d}"

    return at


def read_devices(data: bytes, transport_key: str | None = None) -> tuple[list[Make], Faults]:
    """Return the devices of a file, and what is wrong with it: one with a fault is not taken over at all."""
    try:
        if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
            return devices(pskc_rows(data, transport_key))
        return _of_table(data)
    except etree.XMLSyntaxError as error:
        return [], {place(error.lineno or 1): DeviceFault.FILE_UNREADABLE}
    except (ValueError, csv.Error):
        return [], {FILE: DeviceFault.FILE_UNREADABLE}


def _of_table(data: bytes) -> tuple[list[Make], Faults]:
    """Read `serial,type,seed` with optional `digits,step,algorithm,counter`; the seed is hexadecimal or base32."""
    table = csv.DictReader(StringIO(data.decode("utf-8-sig")))
    missing = [name for name in _NEEDED if name not in (table.fieldnames or ())]
    if missing:
        return [], {place(1, name): DeviceFault.COLUMN_MISSING for name in missing}
    return devices(_rows(table))


def _rows(table: "csv.DictReader[str]") -> Iterator[Row]:
    for row in table:
        texts = {name: (text or "").strip() for name, text in row.items() if isinstance(name, str)}
        yield Row(table.line_num, texts, _seed(texts["seed"]))


def _seed(text: str) -> bytes | DeviceFault:
    try:
        return bytes.fromhex(text)
    except ValueError:
        pass
    try:
        return b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return DeviceFault.SEED_INVALID
