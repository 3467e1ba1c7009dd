"""Chance that can be repeated."""

from random import Random


def seeded(seed: float) -> Random:
    """Return a source of chance that gives the same again for the same seed."""
    return Random(seed)  # noqa: S311 (to be repeated, not a secret)
