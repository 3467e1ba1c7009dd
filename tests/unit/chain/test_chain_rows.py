"""The rows of an import's workbook."""

import pytest

from services.chain.domain.rows import COLUMNS, parse_rows, with_names

GOOD = ("00000101", "A.", "de", "Vries", "a@relatie.example", "+31612345678", "R-1")


def table(*rows, header=COLUMNS):
    return [list(header), *(list(row) for row in rows)]


def row(**changes):
    values = dict(zip(("kvk", "initials", "infix", "surname", "email", "phone", "reference"), GOOD, strict=True))
    return tuple({**values, **changes}.values())


def faults(parsed):
    return [(fault.row, fault.column, fault.code) for fault in parsed.faults]


@pytest.mark.rule("CH-27", "CH-28", "CH-29", "CH-30", "CH-31", "CH-32", "CH-33")
def test_every_column_is_read():
    parsed = parse_rows(table(GOOD), 10)

    assert parsed.faults == ()
    [found] = parsed.rows
    assert (found.row, found.relation.kvk_number, found.reference) == (2, "00000101", "R-1")
    assert found.contact.name.full == "A. de Vries"
    assert (found.contact.email, found.contact.phone) == ("a@relatie.example", "+31612345678")


@pytest.mark.rule("CH-34", "SP-72")
@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"kvk": ""}, "KVK-nummer", "required"),
        ({"kvk": None}, "KVK-nummer", "required"),
        ({"initials": " "}, "Voorletter(s)", "required"),
        ({"surname": ""}, "Achternaam", "required"),
        ({"email": ""}, "E-mailadres", "required"),
        ({"phone": ""}, "Telefoonnummer", "required"),
        ({"kvk": "1234567"}, "KVK-nummer", "invalid_kvk_number"),
        ({"kvk": "00000000"}, "KVK-nummer", "invalid_kvk_number"),
        ({"kvk": "=1+1"}, "KVK-nummer", "invalid_kvk_number"),
        ({"kvk": True}, "KVK-nummer", "invalid_kvk_number"),
        ({"kvk": 101.5}, "KVK-nummer", "invalid_kvk_number"),
        ({"email": "a@"}, "E-mailadres", "invalid_email"),
        ({"phone": "12"}, "Telefoonnummer", "invalid_phone"),
        ({"phone": "bel mij"}, "Telefoonnummer", "invalid_phone"),
        ({"surname": "x" * 101}, "Achternaam", "too_long"),
        ({"reference": "x" * 101}, "Referentie", "too_long"),
    ],
)
def test_a_faulty_row_is_named_with_its_number_and_reason(changes, column, code):
    parsed = parse_rows(table(GOOD, row(**{"kvk": "00000102", **changes})), 10)

    assert faults(parsed) == [(3, column, code)]
    assert [found.row for found in parsed.rows] == [2]


@pytest.mark.rule("SP-73")
def test_a_fiscal_number_is_not_accepted():
    assert faults(parse_rows(table(row(kvk="123456782")), 10)) == [(2, "KVK-nummer", "invalid_kvk_number")]


@pytest.mark.rule("SP-72", "SP-71")
def test_a_number_that_stands_twice_is_a_duplicate():
    parsed = parse_rows(table(GOOD, row(kvk="00000102"), row(kvk=101.0)), 10)
    assert faults(parsed) == [(4, "KVK-nummer", "duplicate")]


@pytest.mark.rule("SP-72")
@pytest.mark.parametrize(
    ("cell", "expected"),
    [("00000101", "00000101"), (101.0, "00000101"), (101, "00000101"), (69599084.0, "69599084")],
)
def test_leading_zeros_stay_even_where_the_cell_is_a_number(cell, expected):
    assert parse_rows(table(row(kvk=cell)), 10).rows[0].relation.kvk_number == expected


@pytest.mark.parametrize("cell", ["0612345678", "06-12 34 56 78", 612345678.0, "+31 6 12345678", "0031612345678"])
def test_a_telephone_number_is_brought_into_one_form(cell):
    assert parse_rows(table(row(phone=cell)), 10).rows[0].contact.phone == "+31612345678"


@pytest.mark.rule("SP-72")
def test_columns_go_by_their_names_in_any_order():
    header = ("Extra", *reversed([name.upper() for name in COLUMNS]))
    parsed = parse_rows(table(("x", *reversed(GOOD)), header=header), 10)
    assert parsed.rows == parse_rows(table(GOOD), 10).rows


@pytest.mark.rule("CH-29", "CH-33")
def test_optional_columns_may_lack():
    header = [name for name in COLUMNS if name not in {"Tussenvoegsel", "Referentie"}]
    [found] = parse_rows(table((GOOD[0], GOOD[1], GOOD[3], GOOD[4], GOOD[5]), header=header), 10).rows
    assert (found.contact.name.infix, found.reference) == (None, None)


@pytest.mark.rule("SP-72")
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], [(0, None, "empty")]),
        (table(), [(0, None, "empty")]),
        (table(GOOD, row(kvk="00000102"), row(kvk="00000103")), [(0, None, "too_many_rows")]),
        (table(GOOD, header=["x", *COLUMNS[1:]]), [(0, "KVK-nummer", "missing_column")]),
    ],
)
def test_a_file_that_is_no_import_is_refused_as_a_whole(cells, expected):
    parsed = parse_rows(cells, 2)
    assert parsed.rows == ()
    assert faults(parsed) == expected


def test_empty_rows_do_not_count_but_keep_their_numbers():
    parsed = parse_rows([[], *table(GOOD), ["", None], row(kvk="00000102")], 2)
    assert [found.row for found in parsed.rows] == [3, 5]


def test_companies_get_the_names_that_are_known():
    parsed = with_names(parse_rows(table(GOOD, row(kvk="00000102")), 10), {"00000101": "Bakkerij"})
    assert [found.relation.name for found in parsed.rows] == ["Bakkerij", "KvK 00000102"]
