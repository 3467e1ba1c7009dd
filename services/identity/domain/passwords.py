"""What a password may be (S1, S2): long, not common, not about its owner; nothing is asked of its characters."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal
from unicodedata import normalize

Fault = Literal["too_short", "too_long", "common", "personal"]

WITH_FACTOR = 12
"""The least characters of a password beside a second factor (SP-39)."""

ALONE = 15
"""The least characters where the password is the only factor."""

MOST = 128
_LEAST_WORD = 4
_LEAST_DISTINCT = 5
_LOOKALIKES = str.maketrans("013457@$!|", "oieastasil")
_LEGAL_FORMS = frozenset({"bv", "nv", "vof", "ua", "stichting", "maatschap", "vereniging", "cooperatie", "coöperatie"})
PRODUCT = ("volmacht", "eherkenning", "beheermodule")


def normalized(password: str) -> str:
    """Return the one spelling (Unicode NFC) in which a password is judged and hashed."""
    return normalize("NFC", password)


def password_fault(
    password: str, personal: Iterable[str], common: frozenset[str], *, least: int = WITH_FACTOR
) -> Fault | None:
    """Say what is wrong with a password, None for a good one; `common` holds lower-case words."""
    text = normalized(password)
    if len(text) < least:
        return "too_short"
    if len(text) > MOST:
        return "too_long"
    plain = text.casefold()
    if any(word in plain or word in plain.translate(_LOOKALIKES) for word in _words(personal)):
        return "personal"
    return "common" if _is_common(plain, common) else None


def _words(texts: Iterable[str]) -> set[str]:
    """Return the words that a password may not contain: of four letters and more, without legal forms."""
    parts = {
        "".join(letter for letter in part if letter.isalnum())
        for text in texts
        for part in text.casefold().replace("@", " ").split()
    }
    return {part for part in parts if len(part) >= _LEAST_WORD and part not in _LEGAL_FORMS}


def _is_common(plain: str, common: frozenset[str]) -> bool:
    """Say whether a password is a common one, dressed up with digits, look-alikes or repetition."""
    if len(set(plain)) < _LEAST_DISTINCT or _runs_on(plain):
        return True
    unit = _repeated(plain)
    cores = {plain, unit, _core(plain), _core(unit), _core(plain).translate(_LOOKALIKES), plain.translate(_LOOKALIKES)}
    return any(len(core) >= _LEAST_WORD and core in common for core in cores)


def _core(plain: str) -> str:
    """Return a password without the digits and signs at its ends."""
    start = next((at for at, letter in enumerate(plain) if letter.isalpha()), len(plain))
    end = next((at for at, letter in enumerate(reversed(plain)) if letter.isalpha()), len(plain))
    return plain[start : len(plain) - end]


def _repeated(plain: str) -> str:
    """Return the part of which a password is a repetition, else the whole."""
    size = (plain + plain).find(plain, 1)
    return plain[:size]


def _runs_on(plain: str) -> bool:
    """Say whether nearly every character follows from the one before: abcdef, 987654, aaaa."""
    steps = [ord(after) - ord(before) for before, after in pairwise(plain)]
    return sum(step in {-1, 0, 1} for step in steps) >= len(steps) * 3 / 4
