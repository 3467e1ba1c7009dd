"""The trade register: the embedded one."""

from datetime import date

import pytest
from stdnum.nl import bsn, postcode

from services.identity.register import (
    Address,
    EmbeddedRegister,
    LegalForm,
    RegisterUnavailable,
    Representative,
    is_kvk_number,
)

DONALD = "68750110"
ABROAD = "90000100"
SHIELDED = "90001354"
MANY = "90006577"
ENDED = "96354429"


@pytest.fixture(scope="module")
def embedded():
    return EmbeddedRegister.load()


@pytest.mark.rule("ID-03")
@pytest.mark.parametrize("text", ["", "1234567", "123456789", "1234567a", "00000000", " 2345678", "\u0661" * 8])
async def test_only_eight_digits_are_a_kvk_number(embedded, text):
    assert not is_kvk_number(text)
    assert await embedded.company(text) is None


@pytest.mark.rule("CH-13")
async def test_a_known_number_gives_the_company_and_an_unknown_one_none(embedded):
    company = await embedded.company(DONALD)
    assert (company.name, company.legal_form, company.active) == ("Test BV Donald", LegalForm.PRIVATE_COMPANY, True)
    assert [await embedded.company(number) for number in ("00000100", "00001101", "99999999")] == [None] * 3


@pytest.mark.parametrize(
    ("number", "form"),
    [
        ("69599084", LegalForm.SOLE_PROPRIETORSHIP), ("69599068", LegalForm.FOUNDATION),
        ("90000102", LegalForm.FOUNDATION), ("90006623", LegalForm.FOUNDATION),
        ("68727720", LegalForm.PUBLIC_COMPANY), ("90004760", LegalForm.PUBLIC_COMPANY),
        ("90001354", LegalForm.PRIVATE_COMPANY), ("90006577", LegalForm.PRIVATE_COMPANY),
        ("69599076", LegalForm.GENERAL_PARTNERSHIP), ("90005414", LegalForm.GENERAL_PARTNERSHIP),
        ("96354429", LegalForm.COOPERATIVE), ("55344526", LegalForm.COOPERATIVE),
        ("90002520", LegalForm.CHURCH), ("90002490", LegalForm.MUTUAL_INSURANCE),
        ("90000749", LegalForm.OWNERS_ASSOCIATION), ("90001745", LegalForm.PROFESSIONAL_PARTNERSHIP),
        ("90003942", LegalForm.LIMITED_PARTNERSHIP), ("55505201", LegalForm.OTHER),
    ],
)  # fmt: skip
async def test_the_public_test_numbers_have_their_legal_forms(embedded, number, form):
    company = await embedded.company(number)
    assert company.legal_form is form
    assert (company.rsin is None) == (form is LegalForm.SOLE_PROPRIETORSHIP)
    assert company.active == (number != ENDED)
    assert (company.address is None) == (number == SHIELDED)


@pytest.mark.rule("SP-45")
@pytest.mark.parametrize("number", ["90004973", "90002903"])
async def test_the_error_numbers_say_that_the_register_is_unavailable(embedded, number):
    with pytest.raises(RegisterUnavailable):
        await embedded.company(number)


@pytest.mark.rule("SP-45")
async def test_a_company_of_a_thousand_branches_has_as_many_numbers(embedded):
    company = await embedded.company(MANY)
    assert company.branch_count == 1000
    assert len({branch.branch_number for branch in company.branches}) == 1000
    assert sum(branch.main for branch in company.branches) == 1


@pytest.mark.rule("ID-05")
async def test_a_branch_is_found_at_its_own_company_only(embedded):
    donald, dagobert = await embedded.company(DONALD), await embedded.company("69599084")
    assert donald.branch("000037178598").main
    assert donald.branch("000038509504") is None
    assert dagobert.branch("000038509504").name == "Test EMZ Dagobert"


@pytest.fixture(scope="module")
async def thousand(embedded):
    return [await embedded.company(f"{number:08d}") for number in range(101, 1101)]


def test_the_thousand_companies_are_told_apart(thousand):
    assert [company.kvk_number for company in thousand][::999] == ["00000101", "00001100"]
    assert len({company.name for company in thousand}) == 1000
    assert len({company.address for company in thousand}) > 990
    rsins = [company.rsin for company in thousand if company.rsin]
    assert len(set(rsins)) == len(rsins)
    assert all(company.active for company in thousand)


def test_the_thousand_companies_have_numbers_that_pass_their_tests(thousand):
    for company in thousand:
        assert company.rsin is None or (len(company.rsin) == 9 and bsn.is_valid(company.rsin))
        assert postcode.is_valid(company.address.postcode)
        assert all(len(branch.branch_number) == 12 for branch in company.branches)
        assert company.branch_count == len(company.branches)


@pytest.mark.rule("ID-15")
def test_the_last_digit_tells_who_signs(thousand):
    def signing(digit):
        chosen = [company for company in thousand if company.kvk_number.endswith(digit)]
        return {tuple(person.authority for person in company.representatives) for company in chosen}

    assert signing("0") == {("joint", "joint")}
    assert signing("5") == {("sole", "sole")}
    assert signing("1") == signing("2") == {("sole",)}
    for company in thousand:
        assert len({(person.initials, person.surname) for person in company.representatives}) == len(
            company.representatives
        )


@pytest.mark.rule("ID-08", "ID-09")
def test_multiples_of_twenty_five_have_several_branches(thousand):
    several = {int(company.kvk_number) for company in thousand if company.branch_count > 1}
    assert several == set(range(125, 1101, 25))
    assert max(company.branch_count for company in thousand) == 5


async def test_what_is_made_is_the_same_in_every_run(embedded, thousand):
    assert await EmbeddedRegister.load().company("00000101") == thousand[0]
    assert (thousand[0].name, thousand[0].legal_form) == ("De Vries Administratie", LegalForm.SOLE_PROPRIETORSHIP)
    assert thousand[0].address == Address("Marktplein", "179", None, "2030 GN", "Haarlem")


def test_addresses_and_names_are_written_in_one_line():
    assert str(Address("Dorpsstraat", "12", "bis", "1011 AB", "Amsterdam")) == "Dorpsstraat 12 bis, 1011 AB Amsterdam"
    assert str(Address("Rue Haute 1", None, None, None, "1000 Bruxelles", "België")) == (
        "Rue Haute 1, 1000 Bruxelles, België"
    )
    assert str(Representative("A.B.", "van den", "Berg", date(1970, 1, 2), "sole")) == "A.B. van den Berg"


async def test_search_goes_by_whole_words_in_any_order(embedded):
    assert [hit.kvk_number for hit in await embedded.search("donald TEST")] == [DONALD]
    assert await embedded.search("donal") == ()
    assert await embedded.search(" ") == ()
    assert len(await embedded.search("bakkerij", limit=7)) == 7
    [ended] = await embedded.search("coöperatie voorbij")
    assert not ended.active
