"""Ids: fresh ones at the edge, derived ones everywhere else, so that a repeated message makes the same ids."""

from uuid import UUID, uuid4, uuid5


def fresh() -> UUID:
    """Return a random id."""
    return uuid4()


def derived(origin: UUID, *parts: object) -> UUID:
    """Return the id that `parts` always have below `origin`."""
    return uuid5(origin, "\x1f".join(map(str, parts)))
