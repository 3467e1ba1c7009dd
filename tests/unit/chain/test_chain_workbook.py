"""Reading and writing workbooks: what LibreOffice writes, and what is built to do harm."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from services.chain.domain.rows import COLUMNS
from services.chain.workbook import MAX_BYTES, parse_workbook, read_table, template

FILE = Path(__file__).parents[2] / "files" / "relations-500.xlsx"


def a_workbook(*rows, header=COLUMNS):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate((header, *rows)):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


def with_part(data, name, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return out.getvalue()


def codes(parsed):
    return [fault.code for fault in parsed.faults]


@pytest.mark.rule("SP-72", "CH-27")
def test_a_workbook_as_libreoffice_writes_it_is_read_whole():
    with zipfile.ZipFile(FILE) as parts:
        assert b"LibreOffice" in parts.read("docProps/app.xml")
    parsed = parse_workbook(FILE.read_bytes(), 5000)

    assert parsed.faults == ()
    assert [row.relation.kvk_number for row in parsed.rows] == [f"{number:08d}" for number in range(101, 601)]
    assert parsed.rows[1].contact.name.full == "B. de Vries"
    assert [row.row for row in parsed.rows] == [*range(2, 502)]


@pytest.mark.rule("CH-26", "SP-72")
def test_the_template_has_the_columns_and_no_row():
    assert read_table(template(), 10) == [list(COLUMNS)]
    assert codes(parse_workbook(template(), 10)) == ["empty"]
    assert template() == template()


@pytest.mark.rule("SP-72")
def test_cells_are_never_evaluated():
    data = a_workbook(("00000101", "A.", "", "Vries", "a@relatie.example", "0612345678", "=1+1"))
    [row] = parse_workbook(data, 10).rows
    assert row.reference == "0", "the value that stands in the file, not the 2 that a spreadsheet would make of it"


@pytest.mark.rule("SP-72")
@pytest.mark.parametrize(
    "data",
    [b"", b"KVK-nummer;Naam\r\n", b"PK\x03\x04 no archive", b"%PDF-1.7", template()[:200], b"\xd0\xcf\x11\xe0" * 100],
)
def test_what_is_no_workbook_is_refused(data):
    assert codes(parse_workbook(data, 10)) == ["not_a_workbook"]


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("hello.txt", "hello")
    assert codes(parse_workbook(out.getvalue(), 10)) == ["not_a_workbook"]


@pytest.mark.rule("SP-72")
def test_a_file_of_more_than_five_megabytes_is_refused():
    assert codes(parse_workbook(b"\0" * (MAX_BYTES + 1), 10)) == ["too_large"]


def test_a_packed_bomb_is_refused_before_it_is_unpacked():
    bomb = with_part(a_workbook(), "xl/worksheets/sheet1.xml", lambda part: part + b" " * (65 * 1024 * 1024))
    assert len(bomb) < MAX_BYTES
    assert codes(parse_workbook(bomb, 10)) == ["too_large"]


@pytest.mark.parametrize("place", [b"A1048576", b"XFD1", b"xfd1", b"A 9"])
def test_a_cell_far_away_is_refused_before_the_sheet_is_laid_out(place):
    far = with_part(a_workbook(), "xl/worksheets/sheet1.xml", lambda part: part.replace(b'r="A1"', b'r="%s"' % place))
    assert codes(parse_workbook(far, 10)) in (["too_many_rows"], ["not_a_workbook"])


def test_more_rows_than_allowed_are_refused():
    rows = [(f"{n:08d}", "A.", "", "B", "a@relatie.example", "0612345678", "") for n in range(1, 13)]
    assert codes(parse_workbook(a_workbook(*rows), 11)) == ["too_many_rows"]
    assert parse_workbook(a_workbook(*rows), 12).faults == ()


@pytest.mark.rule("SP-72")
def test_numbers_of_a_spreadsheet_keep_their_leading_zeros():
    data = a_workbook((101, "A.", "", "B", "a@relatie.example", 612345678, 7))
    [row] = parse_workbook(data, 10).rows
    assert (row.relation.kvk_number, row.contact.phone, row.reference) == ("00000101", "+31612345678", "7")
