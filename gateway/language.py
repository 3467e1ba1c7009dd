"""The language of an answer: what Accept-Language prefers of Dutch and English, Dutch otherwise (CF-28)."""

from typing import Any

from contracts.values import Language

_MOST = 20


def language_of(scope: Any) -> Language:
    """Return the language that a request asks for."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return preferred(value.decode("latin-1"))
    return Language.NL


def preferred(header: str) -> Language:
    """Return the language with the highest weight; of equal ones the first."""
    best, weight = Language.NL, 0.0
    for part in header.split(",")[:_MOST]:
        name, _, rest = part.strip().partition(";")
        found = name.strip().lower().partition("-")[0]
        if found in set(Language) and (value := _weight(rest)) > weight:
            best, weight = Language(found), value
    return best


def _weight(text: str) -> float:
    """Read `q=0.8`; nothing is 1, nonsense is 0."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
