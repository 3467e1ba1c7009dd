"""Levels, roles and languages: the short closed lists of the scheme."""

from contracts.values.terms import Term


class Level(Term):
    """A reliability level (betrouwbaarheidsniveau), strictly ordered EH2 < EH2+ < EH3 < EH4 (ID-34).

    Text of a level may stand on either side of a comparison; any other text raises ValueError.
    """

    EH2 = "EH2"
    EH2_PLUS = "EH2+"
    EH3 = "EH3"
    EH4 = "EH4"

    @property
    def rank(self) -> int:
        """The place in the order, 0 for the lowest."""
        return _RANKS[self]

    # Text would compare by letters; "EH2" < "EH2+" < "EH3" is right by accident only, so each comparison goes by rank.
    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


_RANKS = {level: rank for rank, level in enumerate(Level)}


class Role(Term):
    """What a person is at an organisation; there are exactly two roles (ID-17)."""

    ADMINISTRATOR = "administrator"
    USER = "user"


class Language(Term):
    """A language that people are addressed in (CF-28)."""

    NL = "nl"
    EN = "en"
