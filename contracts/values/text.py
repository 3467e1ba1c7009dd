"""Text that people read, in each language they may choose."""

from pydantic import BaseModel, ConfigDict, Field

from contracts.values.levels import Language


class Localized(BaseModel):
    """The same text in Dutch and English."""

    model_config = ConfigDict(frozen=True)

    nl: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, language: Language) -> str:
        """Return the text in a language."""
        return self.en if language is Language.EN else self.nl
