"""Cursors of lists: the sort key of the last row shown, as opaque text."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode


class CursorError(ValueError):
    """The text is no cursor that a page has given."""


def encode(*key: str) -> str:
    """Return the cursor of the row with this sort key."""
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def decode(cursor: str | None) -> list[str] | None:
    """Return the sort key of a cursor, None where there is none; raise CursorError when the text is no cursor."""
    if cursor is None:
        return None
    try:
        key = json.loads(urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise CursorError("this is no cursor of a page") from error
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise CursorError("this is no cursor of a page")
    return key
