"""PSKC containers (RFC 6030): the packages of a file as rows, their secrets in clear or encrypted by the maker."""

import hmac
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import pbkdf2_hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from contracts.identity import DeviceFault
from services.identity.domain.device_files import Row

_PSKC: Final = "{urn:ietf:params:xml:ns:keyprov:pskc}"
_KINDS: Final = "urn:ietf:params:xml:ns:keyprov:pskc:"
_CIPHERS: Final = {f"http://www.w3.org/2001/04/xmlenc#aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_MACS: Final = {
    "http://www.w3.org/2000/09/xmldsig#hmac-sha1": "sha1",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512": "sha512",
}
_BLOCK: Final = 16
_MOST_ROUNDS: Final = 1_000_000
"""More rounds of a key derivation would keep the process from its work."""


def pskc_rows(data: bytes, transport_key: str | None) -> Iterator[Row]:
    """Yield the key packages of a container; raise ValueError for what is none.

    `transport_key` is what the maker tells apart: the pre-shared key in hexadecimal, or the password.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(data, parser)
    if root.tag != f"{_PSKC}KeyContainer" or b"<!DOCTYPE" in data:
        raise ValueError("this is no PSKC container")
    lock = _lock(root, transport_key)
    for package in root.iter(f"{_PSKC}KeyPackage"):
        yield _row(package, lock)


@dataclass(frozen=True, slots=True)
class _Lock:
    """The keys of a container whose secrets are encrypted (RFC 6030, 6)."""

    key: bytes
    mac_key: bytes
    mac: str

    def open(self, secret: etree._Element) -> bytes:
        """Return a secret whose MAC is right; raise ValueError otherwise."""
        encrypted = _cipher_value(secret.find(f"{_PSKC}EncryptedValue"))
        told = b64decode(_text(secret, "ValueMAC"))
        if not hmac.compare_digest(hmac.digest(self.mac_key, encrypted, self.mac), told):
            raise ValueError("the MAC of a secret is wrong")
        return _decrypted(self.key, encrypted)


def _lock(root: etree._Element, transport_key: str | None) -> _Lock | None:
    """Return the keys of a container; None where there are none, or where they do not open it."""
    method = root.find(f"{_PSKC}MACMethod")
    if transport_key is None or method is None:
        return None
    try:
        key = _key(root, transport_key)
        mac_key = _decrypted(key, _cipher_value(method.find(f"{_PSKC}MACKey")))
        return _Lock(key, mac_key, _MACS[str(method.get("Algorithm"))])
    except (ValueError, KeyError):
        return None


def _key(root: etree._Element, transport_key: str) -> bytes:
    """Return the key that the secrets are encrypted with: pre-shared, or derived from a password by PBKDF2."""
    params = root.find(f"{_PSKC}EncryptionKey//{{*}}PBKDF2-params")
    if params is None:
        return bytes.fromhex(transport_key)
    rounds, length = int(_any(params, "IterationCount")), int(_any(params, "KeyLength"))
    if not 0 < rounds <= _MOST_ROUNDS or length not in _CIPHERS.values() or params.find("{*}PRF") is not None:
        raise ValueError("this derivation is not offered")
    return pbkdf2_hmac("sha1", transport_key.encode(), b64decode(_any(params, "Salt/{*}Specified")), rounds, length)


def _any(element: etree._Element, path: str) -> str:
    """Return the text below an element in whatever namespace: the RFC's own examples leave it out."""
    return str(element.findtext(f"{{*}}{path}", default="")).strip()


def _cipher_value(element: etree._Element | None) -> bytes:
    """Return initialisation vector and cipher text; raise ValueError for another algorithm than AES-CBC."""
    if element is None:
        raise ValueError("nothing is encrypted here")
    method = element.find("{*}EncryptionMethod")
    if method is None or method.get("Algorithm") not in _CIPHERS:
        raise ValueError("this encryption is not offered")
    return b64decode(_any(element, "CipherData/{*}CipherValue"))


def _decrypted(key: bytes, encrypted: bytes) -> bytes:
    """Return what AES-CBC has encrypted, without the padding, whose last byte is its length (XML Encryption, 5.2)."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(encrypted[:_BLOCK])).decryptor()
    padded = decryptor.update(encrypted[_BLOCK:]) + decryptor.finalize()
    if not padded or not 0 < padded[-1] <= _BLOCK:
        raise ValueError("the padding is wrong")
    return padded[: -padded[-1]]


def _row(package: etree._Element, lock: _Lock | None) -> Row:
    key = package.find(f"{_PSKC}Key")
    if key is None:
        return Row(_line(package), {}, DeviceFault.SEED_INVALID)
    texts = {
        "serial": _text(package, "DeviceInfo/SerialNo") or str(key.get("Id", "")),
        "type": str(key.get("Algorithm", "")).lower().removeprefix(_KINDS),
        "digits": _digits(key),
        "step": _number(key, "TimeInterval"),
        "algorithm": _text(key, "AlgorithmParameters/Suite"),
        "counter": _number(key, "Counter"),
    }
    return Row(_line(package), texts, _seed(key, lock))


def _line(element: etree._Element) -> int:
    line = element.sourceline
    assert isinstance(line, int), "it was read from text"
    return line


def _number(key: etree._Element, name: str) -> str:
    """Return a number in clear; of an encrypted one what fits nowhere, so that it is told."""
    given = key.find(f"{_PSKC}Data/{_PSKC}{name}")
    if given is not None and given.find(f"{_PSKC}EncryptedValue") is not None:
        return "encrypted"
    return _text(key, f"Data/{name}/PlainValue")


def _seed(key: etree._Element, lock: _Lock | None) -> bytes | DeviceFault:
    secret = key.find(f"{_PSKC}Data/{_PSKC}Secret")
    if secret is None:
        return DeviceFault.SEED_INVALID
    plain = secret.find(f"{_PSKC}PlainValue") is not None
    if not plain and lock is None:
        return DeviceFault.SEED_LOCKED
    try:
        return b64decode(_text(secret, "PlainValue"), validate=True) if plain or lock is None else lock.open(secret)
    except ValueError:
        return DeviceFault.SEED_INVALID if plain else DeviceFault.SEED_LOCKED


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join(f"{_PSKC}{step}" for step in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def _digits(key: etree._Element) -> str:
    """Return the length of the codes; of codes that are no decimals what fits nowhere."""
    form = key.find(f"{_PSKC}AlgorithmParameters/{_PSKC}ResponseFormat")
    if form is None:
        return ""
    return str(form.get("Length", "0")) if str(form.get("Encoding", "")).upper() == "DECIMAL" else "0"
