"""What identity asks of the trade register (KVK Handelsregister), whoever answers (ID-15, CH-13, SP-45)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal, Protocol

NETHERLANDS: Final = "Nederland"
"""The country of a Dutch address; other countries stand as the register writes them."""

_BRANCH_NUMBER = re.compile(r"(?!0{12})[0-9]{12}", re.ASCII)
_KVK_NUMBER = re.compile(r"(?!0{8})[0-9]{8}", re.ASCII)


class LegalForm(StrEnum):
    """The legal form (rechtsvorm); the values are the words of the register."""

    SOLE_PROPRIETORSHIP = "Eenmanszaak"
    GENERAL_PARTNERSHIP = "VennootschapOnderFirma"
    LIMITED_PARTNERSHIP = "CommanditaireVennootschap"
    PROFESSIONAL_PARTNERSHIP = "Maatschap"
    PRIVATE_COMPANY = "BeslotenVennootschap"
    PUBLIC_COMPANY = "NaamlozeVennootschap"
    FOUNDATION = "Stichting"
    ASSOCIATION = "Vereniging"
    OWNERS_ASSOCIATION = "VerenigingVanEigenaars"
    COOPERATIVE = "Cooperatie"
    MUTUAL_INSURANCE = "OnderlingeWaarborgMaatschappij"
    CHURCH = "Kerkgenootschap"
    OTHER = "Overig"


@dataclass(frozen=True, slots=True)
class Address:
    """An address; outside the Netherlands `street` and `city` hold whole lines and the rest is None."""

    street: str
    house_number: str | None
    addition: str | None
    postcode: str | None
    city: str
    country: str = NETHERLANDS

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of a letter; without the country in the Netherlands."""
        street = " ".join(part for part in (self.street, self.house_number, self.addition) if part)
        city = " ".join(part for part in (self.postcode, self.city) if part)
        country = None if self.country == NETHERLANDS else self.country
        return tuple(part for part in (street, city, country) if part)

    def __str__(self) -> str:
        return ", ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch (vestiging) with its number of twelve digits; `name` is its first trade name."""

    branch_number: str
    name: str
    main: bool


@dataclass(frozen=True, slots=True)
class Representative:
    """Who signs for a company, alone or together with another one (ID-15)."""

    initials: str
    infix: str | None
    surname: str
    birth_date: date
    authority: Literal["sole", "joint"]

    def __str__(self) -> str:
        return " ".join(part for part in (self.initials, self.infix, self.surname) if part)


@dataclass(frozen=True, slots=True)
class Company:
    """A registered company; `address` is None where the register shields it, `branch_count` decides in SP-45.

    The real register names no signatories, so there `representatives` is empty (docs of EmbeddedRegister).
    """

    kvk_number: str
    name: str
    rsin: str | None
    legal_form: LegalForm
    address: Address | None
    branch_count: int
    branches: tuple[Branch, ...]
    active: bool
    representatives: tuple[Representative, ...]

    @property
    def address_lines(self) -> str:
        """The address with a newline between its lines; empty where the register shields it."""
        return "\n".join(self.address.lines) if self.address else ""

    def branch(self, branch_number: str) -> Branch | None:
        """Find one of the company's own branches by its number (ID-05)."""
        return next((branch for branch in self.branches if branch.branch_number == branch_number), None)


@dataclass(frozen=True, slots=True)
class CompanyHit:
    """One company found by name, enough to choose from."""

    kvk_number: str
    name: str
    city: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """A mutation signal of the register: something happened to a company, or to one of its branches."""

    id: str
    at: datetime
    kvk_number: str
    kind: str
    branch_number: str | None = None

    @property
    def ends_company(self) -> bool:
        """Whether it tells that the company itself has ended; its kinds carry a year and month (`_2025_01`)."""
        return self.kind.startswith("SignaalBeeindiging") and self.branch_number is None


class RegisterUnavailable(Exception):  # noqa: N818 - it says what is the case, as refusals do
    """The register cannot answer now: nothing is known of the company (SP-45)."""


class CompanyRegister(Protocol):
    """The trade register; each call raises RegisterUnavailable when there is no answer."""

    async def company(self, kvk_number: str) -> Company | None:
        """Give the company of a KvK number, inactive ones too; None if there is none."""
        ...

    async def by_branch(self, branch_number: str) -> Company | None:
        """Give the company that has a branch of this number (ID-115)."""
        ...

    async def search(self, name: str, limit: int = 10) -> tuple[CompanyHit, ...]:
        """Find companies whose name has all the words, at most `limit` of them (1 to 100)."""
        ...

    async def aclose(self) -> None:
        """Let go of what the register holds open."""
        ...


class MutationSignals(Protocol):
    """The register's mutation service: what happened to companies; raises RegisterUnavailable without an answer."""

    async def subscriptions(self) -> tuple[str, ...]:
        """Give the active subscriptions of the key."""
        ...

    async def signals(self, subscription_id: str, since: datetime, until: datetime) -> tuple[Signal, ...]:
        """Give all signals of a subscription between two moments, oldest first."""
        ...


def is_branch_number(text: str) -> bool:
    """Tell whether the text is a branch number: twelve digits, not all zero."""
    return _BRANCH_NUMBER.fullmatch(text) is not None


def is_kvk_number(text: str) -> bool:
    """Tell whether the text is a KvK number: eight digits, not all zero (ID-03)."""
    return _KVK_NUMBER.fullmatch(text) is not None
