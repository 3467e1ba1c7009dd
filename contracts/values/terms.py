"""Words of a fixed set."""

from enum import StrEnum


class Term(StrEnum):
    """One of a fixed set of words.

    Hundreds of them are written for a page of a list. Enum's own way to `value` took 6 % of what such a page costs.
    """

    @property
    def value(self) -> str:
        """The word."""
        return self._value_
