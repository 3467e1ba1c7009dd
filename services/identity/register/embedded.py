"""A register inside the process: the public test numbers of the KVK and a thousand fictive companies, all fictive data.

Unlike the real register it lists who signs for a company (ID-15), because nobody else does on a machine of its own.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from services.identity.register.fictive import FIRST, LAST, fictive_company, fill
from services.identity.register.port import (
    Company,
    CompanyHit,
    LegalForm,
    RegisterUnavailable,
    is_branch_number,
    is_kvk_number,
)

_FILE: Final = Path(__file__).with_name("companies.toml")


class _Entry(BaseModel):
    """One table of companies.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    legal_form: LegalForm = LegalForm.OTHER
    branches: int = 1
    branch_numbers: tuple[str, ...] = ()
    active: bool = True
    shielded: bool = False
    error: bool = False


@dataclass(frozen=True, slots=True)
class EmbeddedRegister:
    """A CompanyRegister over a table of entries; numbers outside of it may be one of the fictive thousand."""

    entries: Mapping[str, _Entry]

    @classmethod
    def load(cls, file: Path = _FILE) -> "EmbeddedRegister":
        """Read the entries of a TOML file; ValueError says what is wrong with it."""
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        return cls(TypeAdapter(dict[str, _Entry]).validate_python(tables))

    async def company(self, kvk_number: str) -> Company | None:
        """Give the company of a number; the two error numbers of the KVK raise RegisterUnavailable."""
        if not is_kvk_number(kvk_number):
            return None
        entry = self.entries.get(kvk_number)
        if entry is None:
            return fictive_company(kvk_number)
        if entry.error:
            raise RegisterUnavailable(kvk_number)
        return _company(kvk_number, entry)

    async def by_branch(self, branch_number: str) -> Company | None:
        """Give the company that has a branch of this number."""
        if not is_branch_number(branch_number):
            return None
        for company in self._all():
            if company.branch(branch_number) is not None:
                return company
        return None

    async def search(self, name: str, limit: int = 10) -> tuple[CompanyHit, ...]:
        """Find by whole words in any order, as the real register does."""
        words = _words(name)
        found = (company for company in self._all() if words and words <= _words(company.name))
        return tuple(islice(map(_hit, found), limit))

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _all(self) -> Iterator[Company]:
        listed = (_company(number, entry) for number, entry in self.entries.items() if not entry.error)
        made = (fictive_company(f"{number:08d}") for number in range(FIRST, LAST + 1))
        return chain(listed, (company for company in made if company is not None))


def _company(kvk_number: str, entry: _Entry) -> Company:
    company = fill(kvk_number, entry.name, entry.legal_form, entry.branches, active=entry.active)
    known = len(entry.branch_numbers)
    numbered = (
        replace(branch, branch_number=number)
        for branch, number in zip(company.branches[:known], entry.branch_numbers, strict=True)
    )
    return replace(
        company,
        address=None if entry.shielded else company.address,
        branches=(*numbered, *company.branches[known:]),
    )


def _hit(company: Company) -> CompanyHit:
    city = company.address.city if company.address else None
    return CompanyHit(company.kvk_number, company.name, city, company.active)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())
