"""What a password may be."""

import pytest

from services.identity.crypto.passwords import common_passwords
from services.identity.domain.passwords import ALONE, MOST, PRODUCT, password_fault

COMMON = common_passwords()
PERSONAL = ("anna.visser", "Visser", "anna@bakkerij.example", "Bakkerij De Korenaar B.V.", *PRODUCT)


@pytest.mark.rule("SP-39")
@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("twaalf teken", None),
        ("elf tekens.", "too_short"),
        ("x" * 6 + "yzabcd", "common"),
        ("hond kat muis paard " * 6 + "koe olif", None),
        ("hond kat muis paard " * 6 + "koe olifant", "too_long"),
        ("パスワードは長いほうがよい。", None),
        ("🦔🐧🦊🐻🐼🦁🐸🐵🐔🦆🦉🐝", None),
        ("correcthorsebatterystaple", None),
        ("password1234", "common"),
        ("PASSWORD!!!!1", "common"),
        ("p@ssw0rd1234", "common"),
        ("welkom2026!!!", "common"),
        ("qwertyqwerty", "common"),
        ("iloveyouiloveyou", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("abababababab", "common"),
        ("123456789012", "common"),
        ("abcdefghijklm", "common"),
        ("987654321098", "common"),
        ("mijn visser vangt niets", "personal"),
        ("mijn v1ss3r vangt niets", "personal"),
        ("een korenaar in de wind", "personal"),
        ("zes volmachten in de kast", "personal"),
    ],
)
def test_a_password_is_long_not_common_and_not_about_its_owner(password, fault):
    assert password_fault(password, PERSONAL, COMMON) == fault


@pytest.mark.security("S1")
def test_a_password_that_stands_alone_is_longer():
    assert password_fault("twaalf teken", PERSONAL, COMMON, least=ALONE) == "too_short"
    assert password_fault("vijftien tekens", PERSONAL, COMMON, least=ALONE) is None
    assert MOST >= 64


@pytest.mark.security("S1")
def test_spelling_in_unicode_does_not_change_the_length():
    assert password_fault("e\u0301" * 3 + "abcdxy", PERSONAL, COMMON) == "too_short"


@pytest.mark.security("S2")
def test_the_list_of_common_passwords_is_long_and_in_lower_case():
    assert len(COMMON) >= 100_000
    assert {"password", "qwerty", "welkom", "123456789"} <= COMMON
    assert all(word == word.casefold() and len(word) >= 4 for word in COMMON)
