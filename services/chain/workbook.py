"""Workbooks: the import's is read without evaluating a cell, the template is written (CH-26, SP-72, S26)."""

import io
import re
import zipfile
from datetime import UTC, datetime

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from services.chain.domain.rows import COLUMNS, Cell, Parsed, file_fault, parse_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 5 * 1024 * 1024
"""The largest workbook (SP-72)."""

_MAX_UNPACKED = 64 * 1024 * 1024
_MAX_PARTS = 200
_MAX_COLUMNS = 100
_ROWS_OVER = 1000
"""Empty rows between those that count."""

# A reader lays a sheet out as one block up to its farthest cell, so that one cell far away would take all memory.
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{0,8})([0-9]{0,12})""")
_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


class BadWorkbookError(Exception):
    """The file is no workbook that is read; the text is the fault's code."""


def parse_workbook(data: bytes, max_rows: int) -> Parsed:
    """Return the rows of the first sheet and what is wrong with them."""
    try:
        return parse_rows(read_table(data, max_rows), max_rows)
    except BadWorkbookError as error:
        return Parsed(faults=(file_fault(str(error)),))


def read_table(data: bytes, max_rows: int) -> list[list[Cell]]:
    """Return the cells of the first sheet, from its first row and column on; raise BadWorkbookError."""
    _check(data, max_rows)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            return [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, ValueError, IndexError) as error:
        raise BadWorkbookError("not_a_workbook") from error


def _cell(cell: object) -> Cell:
    return cell if isinstance(cell, str | float | bool) else str(cell)


def _check(data: bytes, max_rows: int) -> None:
    """Refuse what is too large, packed or laid out, before a reader takes it."""
    if len(data) > MAX_BYTES:
        raise BadWorkbookError("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            found = parts.infolist()
            if len(found) > _MAX_PARTS or sum(part.file_size for part in found) > _MAX_UNPACKED:
                raise BadWorkbookError("too_large")
            if "xl/workbook.xml" not in parts.namelist():
                raise BadWorkbookError("not_a_workbook")
            for part in found:
                _check_layout(parts.read(part), max_rows + _ROWS_OVER)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise BadWorkbookError("not_a_workbook") from error


def _check_layout(part: bytes, last_row: int) -> None:
    if b"sheetData" not in part:
        return
    for letters, digits in _PLACE.findall(part):
        if _column(letters) > _MAX_COLUMNS or int(digits or 0) > last_row:
            raise BadWorkbookError("too_many_rows")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def template() -> bytes:
    """Return the empty workbook to fill in: its columns are text, so that leading zeros stay (CH-26)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": _MADE})
    sheet = book.add_worksheet("Relaties")
    sheet.set_column(0, len(COLUMNS) - 1, 24, book.add_format({"num_format": "@"}))
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
