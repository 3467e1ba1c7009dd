"""Codes of OTP devices (RFC 4226, RFC 6238), and the files that their makers deliver: PSKC (RFC 6030) and CSV."""

import csv
import hmac
from base64 import b32decode, b64decode
from binascii import Error as NotEncodedError
from collections.abc import Iterator
from io import StringIO

from lxml import etree

from services.identity.domain.devices import Algorithm, CodeAt, DeviceKind, Make

_PSKC = "{urn:ietf:params:xml:ns:keyprov:pskc}"
_KINDS = {
    "urn:ietf:params:xml:ns:keyprov:pskc:hotp": DeviceKind.HOTP,
    "urn:ietf:params:xml:ns:keyprov:pskc:totp": DeviceKind.TOTP,
}
_LEAST_SEED = 16
_DIGITS = frozenset({6, 8})
_MOST = 50_000
_SERIAL_LENGTHS = range(4, 41)


class DeviceFileError(ValueError):
    """The file is none of the two kinds, or a device in it lacks something."""


def codes(seed: bytes, digits: int, algorithm: Algorithm) -> CodeAt:
    """Return what gives a device's code at a counter or time step."""

    def at(place: int) -> str:
        digest = hmac.digest(seed, place.to_bytes(8, "big"), algorithm.value)
        offset = digest[-1] & 0xF
        number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**digits:0{digits}d}"

    return at


def read_devices(data: bytes) -> list[Make]:
    """Return the devices of a file; raise DeviceFileError."""
    try:
        found = list(_pskc(data) if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _csv(data))
    except (ValueError, KeyError, NotEncodedError, etree.XMLSyntaxError, csv.Error) as error:
        raise DeviceFileError("the file of devices cannot be read") from error
    if not found or len(found) > _MOST or len({make.serial for make in found}) != len(found):
        raise DeviceFileError("a serial number stands in the file twice, or none does")
    return [_checked(make) for make in found]


def _checked(make: Make) -> Make:
    serial_fits = len(make.serial) in _SERIAL_LENGTHS and make.serial.replace("-", "").isalnum()
    if not serial_fits or len(make.seed) < _LEAST_SEED or make.digits not in _DIGITS or make.counter < 0:
        raise DeviceFileError("a device of the file is not complete")
    if make.step_s not in {30, 60}:
        raise DeviceFileError("a device of the file has an unusual step")
    return make


def _csv(data: bytes) -> Iterator[Make]:
    """Read `serial,type,seed` with optional `digits,step,algorithm,counter`; the seed is hexadecimal or base32."""
    rows = csv.DictReader(StringIO(data.decode("utf-8-sig")))
    if not {"serial", "type", "seed"} <= {*(rows.fieldnames or ())}:
        raise DeviceFileError("the columns serial, type and seed are needed")
    for row in rows:
        yield Make(
            serial=row["serial"].strip(),
            kind=DeviceKind(row["type"].strip().lower()),
            seed=_seed(row["seed"].strip()),
            digits=int(row.get("digits") or 6),
            step_s=int(row.get("step") or 30),
            algorithm=_algorithm(row.get("algorithm")),
            counter=int(row.get("counter") or 0),
        )


def _seed(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b32decode(text.upper() + "=" * (-len(text) % 8))


def _algorithm(text: str | None) -> Algorithm:
    return Algorithm((text or "sha1").lower().replace("-", "").removeprefix("hmac"))


def _pskc(data: bytes) -> Iterator[Make]:
    """Read the key packages of a PSKC container whose secrets are plain: the file itself is encrypted on its way."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(data, parser)
    if root.tag != f"{_PSKC}KeyContainer" or b"<!DOCTYPE" in data:
        raise DeviceFileError("this is no PSKC container")
    for package in root.iter(f"{_PSKC}KeyPackage"):
        key = package.find(f"{_PSKC}Key")
        if key is None:
            raise DeviceFileError("a package has no key")
        yield Make(
            serial=_text(package, "DeviceInfo/SerialNo") or str(key.get("Id", "")),
            kind=_KINDS[str(key.get("Algorithm", "")).lower()],
            seed=b64decode(_text(key, "Data/Secret/PlainValue"), validate=True),
            digits=_digits(key),
            step_s=int(_text(key, "Data/TimeInterval/PlainValue") or 30),
            algorithm=_algorithm(_text(key, "AlgorithmParameters/Suite")),
            counter=int(_text(key, "Data/Counter/PlainValue") or 0),
        )


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join(f"{_PSKC}{step}" for step in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def _digits(key: etree._Element) -> int:
    form = key.find(f"{_PSKC}AlgorithmParameters/{_PSKC}ResponseFormat")
    if form is None:
        return 6
    if str(form.get("Encoding", "")).upper() != "DECIMAL":
        raise DeviceFileError("codes must be decimal")
    return int(str(form.get("Length", "0")))
