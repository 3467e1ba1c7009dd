"""Finding users: part of a name, e-mail address or id, without regard to case and accents (SP-118)."""

import re
import unicodedata
from typing import Final

GRAM: Final = 3
"""Letters of a piece of text by which it is found."""

_END: Final = "\x1f" * (GRAM - 1)
"""Behind a text, so that its last letters begin a piece too."""

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
    """Return the different pieces by which a folded text is found, in order of the alphabet; each letter begins one."""
    whole = folded + _END
    return sorted({whole[start : start + GRAM] for start in range(len(folded))})


def pieces(folded: str) -> list[str]:
    """Return the pieces that a text has in which this one stands; of a short one: how one of them begins."""
    if len(folded) < GRAM:
        return [folded]
    return sorted({folded[start : start + GRAM] for start in range(len(folded) - GRAM + 1)})


def is_like_an_id(folded: str) -> bool:
    """Say whether a search may be for part of a unique id."""
    return _LIKE_AN_ID.fullmatch(folded) is not None
