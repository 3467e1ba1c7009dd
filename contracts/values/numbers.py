"""Numbers and addresses that identify organisations and reach people: text, never a number, so leading zeros stay."""

from typing import Annotated, Final

from pydantic import AfterValidator, EmailStr, Field


def passes_eleven_test(digits: str) -> bool:
    """Say whether nine digits pass the eleven-test: 9a+8b+7c+6d+5e+4f+3g+2h-i is a multiple of 11 (SP-74)."""
    *weighted, last = map(int, digits)
    return (sum(weight * digit for weight, digit in zip(range(9, 1, -1), weighted, strict=True)) - last) % 11 == 0


def _not_all_zero(digits: str) -> str:
    """Refuse a number of zeros only, which no register gives out."""
    if not digits.strip("0"):
        raise ValueError("must not be all zeros")
    return digits


def _eleven_test(digits: str) -> str:
    """Refuse a number that fails the eleven-test."""
    if not passes_eleven_test(digits):
        raise ValueError("must pass the eleven-test")
    return digits


KvkNumber = Annotated[str, Field(pattern=r"^[0-9]{8}$"), AfterValidator(_not_all_zero)]
"""The number of an organisation in the trade register: exactly eight digits, not all zero (ID-03)."""

BranchNumber = Annotated[str, Field(pattern=r"^[0-9]{12}$"), AfterValidator(_not_all_zero)]
"""The number of a branch (vestigingsnummer): twelve digits, not all zero."""

Rsin = Annotated[str, Field(pattern=r"^[0-9]{9}$"), AfterValidator(_not_all_zero), AfterValidator(_eleven_test)]
"""The number of a legal person: nine digits that pass the eleven-test (ID-01)."""

FiscalNumber = Annotated[str, Field(pattern=r"^[0-9]{9}$"), AfterValidator(_not_all_zero), AfterValidator(_eleven_test)]
"""The fiscal number of a relation without KvK number: nine digits in RSIN or BSN form (SP-74)."""

Oin = Annotated[str, Field(pattern=r"^[0-9]{20}$"), AfterValidator(_not_all_zero)]
"""The number of an organisation in the scheme: twenty digits, not all zero."""

EmailAddress = Annotated[EmailStr, Field(max_length=254)]
"""An e-mail address of at most 254 characters, judged by its form alone."""

KnownEmailAddress = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"})]
"""One that was judged when it came in, in what goes out: judging it takes longer than all the rest of a row."""

PHONE_PATTERN: Final = r"^\+[1-9][0-9]{6,14}$"
PhoneNumber = Annotated[str, Field(pattern=PHONE_PATTERN)]
"""A telephone number in E.164 form: a plus and 7 to 15 digits."""

Cents = Annotated[int, Field(ge=0)]
"""An amount of money in whole cents, never negative (SP-106)."""
