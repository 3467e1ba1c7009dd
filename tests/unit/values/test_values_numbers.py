import pytest
from hypothesis import given, strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.nl import bsn

from contracts.values import (
    BranchNumber,
    Cents,
    EmailAddress,
    FiscalNumber,
    KvkNumber,
    Oin,
    PhoneNumber,
    Rsin,
    passes_eleven_test,
)

DIGITS = st.characters(min_codepoint=ord("0"), max_codepoint=ord("9"))
LENGTHS = [(KvkNumber, 8), (BranchNumber, 12), (Oin, 20)]


def read(type_, value):
    return TypeAdapter(type_).validate_python(value)


def refused(type_, value):
    try:
        read(type_, value)
    except ValidationError:
        return True
    return False


@pytest.mark.rule("ID-03")
@pytest.mark.parametrize("number", ["69599084", "00012345", "90004760"])
def test_a_kvk_number_keeps_its_eight_digits(number):
    assert read(KvkNumber, number) == number


@pytest.mark.rule("ID-03")
@pytest.mark.parametrize(
    "wrong",
    ["1234567", "123456789", "1234567a", "1234 567", " 12345678", "12345678\n", "00000000", "", "١٢٣٤٥٦٧٨", 12345678],
)
def test_another_shape_is_no_kvk_number(wrong):
    assert refused(KvkNumber, wrong)


@given(st.sampled_from(LENGTHS), st.text(DIGITS, min_size=1, max_size=22))
def test_numbers_without_check_digit_go_by_length_alone(kind, digits):
    type_, length = kind
    assert refused(type_, digits) == (len(digits) != length or set(digits) == {"0"})


@pytest.mark.parametrize(("type_", "length"), LENGTHS)
def test_zeros_only_are_no_number(type_, length):
    assert refused(type_, "0" * length)


@pytest.mark.rule("SP-74")
@pytest.mark.parametrize("type_", [Rsin, FiscalNumber])
@pytest.mark.parametrize("number", ["999990342", "111222333", "123456782"])
def test_numbers_that_pass_the_eleven_test_are_taken(type_, number):
    assert read(type_, number) == number


@pytest.mark.rule("SP-74")
@pytest.mark.parametrize("type_", [Rsin, FiscalNumber])
@pytest.mark.parametrize("wrong", ["999990343", "123456789", "12345678", "0123456782", "000000000", "12345678a"])
def test_numbers_that_fail_the_eleven_test_are_refused(type_, wrong):
    assert refused(type_, wrong)


@pytest.mark.rule("SP-74")
@given(st.text(DIGITS, min_size=9, max_size=9).filter(lambda digits: digits.strip("0")))
def test_the_eleven_test_agrees_with_an_independent_one(digits):
    assert passes_eleven_test(digits) == bsn.is_valid(digits)


@pytest.mark.rule("SP-74")
@given(st.text(DIGITS, min_size=8, max_size=8).filter(lambda digits: digits.strip("0")), st.integers(0, 7))
def test_the_eleven_test_catches_one_wrong_digit(start, place):
    for last in "0123456789":
        right = start + last
        if passes_eleven_test(right):
            wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
            assert not passes_eleven_test(wrong)


@pytest.mark.parametrize("address", ["jan@bedrijf.example", "j.de-vries+eh@sub.bedrijf.nl"])
def test_an_email_address_is_taken_as_it_is(address):
    assert read(EmailAddress, address) == address


@pytest.mark.parametrize(
    "wrong", ["jan", "jan@", "@b.nl", "a b@c.nl", "a@b..nl", "a@b.nl\nBcc: x@y.nl", "a" * 250 + "@b.nl"]
)
def test_no_email_address(wrong):
    assert refused(EmailAddress, wrong)


@pytest.mark.parametrize("number", ["+31612345678", "+3212345678", "+1234567", "+123456789012345"])
def test_a_telephone_number_is_in_e164_form(number):
    assert read(PhoneNumber, number) == number


@pytest.mark.parametrize(
    "wrong", ["0612345678", "31612345678", "+0612345678", "+31 6 12345678", "+1234567890123456", "+"]
)
def test_no_telephone_number(wrong):
    assert refused(PhoneNumber, wrong)


@pytest.mark.rule("SP-106")
@given(st.integers())
def test_cents_are_never_negative(amount):
    assert refused(Cents, amount) == (amount < 0)


@pytest.mark.rule("SP-106")
def test_cents_are_whole():
    assert refused(Cents, 19.95)
