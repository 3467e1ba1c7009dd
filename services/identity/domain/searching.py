"""Finding users: part of a name, e-mail address or id, without regard to case and accents (SP-118)."""

import re
import unicodedata
from typing import Final

GRAM: Final = 3
"""Letters of a piece of text by which it is found; a shorter search reads the whole index."""

_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i", "þ": "th", "ð": "d"}
)
_LIKE_AN_ID: Final = re.compile(r"(?=[0-9a-f-]*[0-9])[0-9a-f-]{3,36}|[0-9a-f-]{8,36}", re.ASCII)


def fold(text: str) -> str:
    """Return text as it is compared: small letters without accents, single spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(plain.translate(_LETTERS).split())


def grams(folded: str) -> list[str]:
    """Return the different pieces of a folded text, in order of the alphabet."""
    return sorted({folded[start : start + GRAM] for start in range(len(folded) - GRAM + 1)})


def is_like_an_id(folded: str) -> bool:
    """Say whether a search may be for part of a unique id."""
    return _LIKE_AN_ID.fullmatch(folded) is not None
