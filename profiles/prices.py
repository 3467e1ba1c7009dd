"""The price list of a supplier: amounts in cents without VAT, each from a date on (PR-01 to PR-16, SP-105)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.values import Cents, Level
from profiles.section import Positive, Section


class PriceCode(StrEnum):
    """What has a price: the row of the catalogue."""

    CHAIN_AUTHORIZATION = "PR-01"
    BELASTINGDIENST_CREDENTIAL = "PR-02"
    CREDENTIAL_ONE_YEAR = "PR-03"
    CREDENTIAL_THREE_YEARS = "PR-04"
    LINK_FEE = "PR-05"
    LINK_SUBSCRIPTION = "PR-06"
    OTP_DEVICE = "PR-07"
    SMS_CODE = "PR-08"
    ACTIVATION_LETTER = "PR-09"
    UPGRADE = "PR-10"
    CONVERSION = "PR-11"
    INTERMEDIARY = "PR-12"
    CHAIN_MODULE = "PR-13"
    KVK_CHECK = "PR-14"
    URGENT = "PR-15"
    MODULE = "PR-16"


class Per(StrEnum):
    """What one amount pays for."""

    TERM = "term"
    ORGANISATION = "organisation"
    DEVICE = "device"
    MESSAGE = "message"
    LETTER = "letter"
    CHANGE = "change"
    INTERMEDIARY = "intermediary"
    RELATION = "relation"
    REQUEST = "request"
    NOTHING = "nothing"


class Price(Section):
    """One line of the price list."""

    code: PriceCode
    amount: Annotated[Cents, Field(strict=True)]
    """Cents without VAT."""

    per: Per
    term_years: Positive | None = None
    """The term that the amount pays for, None for what is paid once."""

    level: Level | None = None
    """The level of the credential, None where it makes no difference."""

    valid_from: date
    """The first day on which the amount holds, until a later line of the same item."""

    vat_percent: Annotated[int, Field(ge=0, le=100, strict=True)]
    """The VAT rate in whole percents."""

    @model_validator(mode="after")
    def _has_a_term_if_paid_for_one(self) -> Self:
        """Refuse an amount for a term without the term, and the reverse."""
        if (self.per is Per.TERM) != (self.term_years is not None):
            raise ValueError("term_years is given exactly when the price is per term")
        return self

    @property
    def item(self) -> tuple[PriceCode, Level | None, int | None]:
        """What the line is the price of."""
        return self.code, self.level, self.term_years


class Prices(Section):
    """The whole price list; amounts give no rights until they are agreed to (SP-111)."""

    by_offer: frozenset[PriceCode]
    """What is priced by an accepted offer alone (CF-39)."""

    items: Annotated[tuple[Price, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_unambiguous(self) -> Self:
        """Refuse two amounts for one item and day, and a list amount of what goes by offer."""
        lines = [(line.item, line.valid_from) for line in self.items]
        twice = {f"{item[0]} from {day}" for item, day in lines if lines.count((item, day)) > 1}
        both = {str(line.code) for line in self.items if line.code in self.by_offer}
        faults = [f"{name} has two amounts" for name in sorted(twice)]
        faults += [f"{name} is by offer and has an amount" for name in sorted(both)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def find(
        self, code: PriceCode, on: date, *, level: Level | None = None, term_years: int | None = None
    ) -> Price | None:
        """Return the line that holds on a day: the newest that has begun, None when there is none."""
        begun = [line for line in self.items if line.item == (code, level, term_years) and line.valid_from <= on]
        return max(begun, key=lambda line: line.valid_from, default=None)

    def codes(self) -> frozenset[PriceCode]:
        """Return the items that have an amount."""
        return frozenset(line.code for line in self.items)
