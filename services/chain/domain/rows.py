"""Rows of the import's workbook: what each must hold, and what is wrong with it (CH-27 to CH-34, SP-72, SP-73)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import phonenumbers
from pydantic import TypeAdapter, ValidationError

from contracts.chain import Contact, ImportFault, ImportRow, Relation
from contracts.identity import PersonName
from contracts.values import EmailAddress, KvkNumber, PhoneNumber

KVK, INITIALS, INFIX, SURNAME, EMAIL, PHONE, REFERENCE = (
    "KVK-nummer", "Voorletter(s)", "Tussenvoegsel", "Achternaam", "E-mailadres", "Telefoonnummer", "Referentie"
)  # fmt: skip
COLUMNS = (KVK, INITIALS, INFIX, SURNAME, EMAIL, PHONE, REFERENCE)
"""The header names of the template, as they stand in it."""

REQUIRED = (KVK, INITIALS, SURNAME, EMAIL, PHONE)
_LONGEST = {INITIALS: 30, INFIX: 20, SURNAME: 100, REFERENCE: 100}
_KVK_DIGITS = 8
_SHOWN = 100
_LONGEST_NAME = 200

Cell = str | float | bool | None
"""What a workbook's reader gives for a cell; anything else comes as its text."""

_KVK: TypeAdapter[str] = TypeAdapter(KvkNumber)
_EMAIL: TypeAdapter[str] = TypeAdapter(EmailAddress)
_PHONE: TypeAdapter[str] = TypeAdapter(PhoneNumber)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a workbook holds: its faultless rows, and every fault; row 0 is the file itself."""

    rows: tuple[ImportRow, ...] = ()
    faults: tuple[ImportFault, ...] = ()

    @property
    def kvk_numbers(self) -> list[str]:
        """The KvK numbers of the faultless rows."""
        return [row.relation.kvk_number for row in self.rows if row.relation.kvk_number]


def file_fault(code: str, column: str | None = None) -> ImportFault:
    """Return a fault of the whole file."""
    return ImportFault(row=0, code=code, column=column)


def parse_rows(table: Sequence[Sequence[Cell]], max_rows: int) -> Parsed:
    """Return the rows below the header, which is the first row that is not empty, and every fault.

    Row numbers are those of the sheet, from 1.
    """
    filled = [(number, cells) for number, cells in enumerate(table, 1) if any(_text(cell) for cell in cells)]
    if not filled:
        return Parsed(faults=(file_fault("empty"),))
    columns = _columns(filled[0][1])
    if missing := [file_fault("missing_column", name) for name in COLUMNS if name in REQUIRED and name not in columns]:
        return Parsed(faults=tuple(missing))
    if len(filled) == 1:
        return Parsed(faults=(file_fault("empty"),))
    if len(filled) - 1 > max_rows:
        return Parsed(faults=(file_fault("too_many_rows"),))
    return _parse(filled[1:], columns)


def with_names(parsed: Parsed, names: Mapping[str, str]) -> Parsed:
    """Return the rows with the companies' names, by KvK number; one without a known name keeps its number as one."""
    return Parsed(
        tuple(_with_name(row, names.get(row.relation.kvk_number or "")) for row in parsed.rows), parsed.faults
    )


def _with_name(row: ImportRow, name: str | None) -> ImportRow:
    if not name:
        return row
    return row.model_copy(update={"relation": row.relation.model_copy(update={"name": name[:_LONGEST_NAME]})})


def _parse(filled: Sequence[tuple[int, Sequence[Cell]]], columns: Mapping[str, int]) -> Parsed:
    rows: list[ImportRow] = []
    faults: list[ImportFault] = []
    seen: set[str] = set()
    for number, cells in filled:
        values = {name: _value(name, cells[at] if at < len(cells) else None) for name, at in columns.items()}
        wrong = _faults(number, values, seen)
        seen.add(values[KVK])
        faults += wrong
        if not wrong:
            rows.append(_row(number, values))
    return Parsed(tuple(rows), tuple(faults))


def _columns(header: Sequence[Cell]) -> dict[str, int]:
    """Return where each column of the template stands; the order is free, case and outer spaces do not count."""
    places: dict[str, int] = {}
    for at, cell in enumerate(header):
        places.setdefault(_text(cell).casefold(), at)
    return {name: places[name.casefold()] for name in COLUMNS if name.casefold() in places}


def _text(cell: Cell) -> str:
    """Return a cell as text; a whole number without a decimal point."""
    if isinstance(cell, bool) or cell is None:
        return "" if cell is None else str(cell)
    if isinstance(cell, float | int):
        return str(int(cell)) if float(cell).is_integer() else str(cell)
    return str(cell).strip()


def _value(name: str, cell: Cell) -> str:
    """Return a column's value; a KvK number that a spreadsheet made a number gets its leading zeros back."""
    text = _text(cell)
    if name == KVK and isinstance(cell, float | int) and text.isdecimal():
        return text.zfill(_KVK_DIGITS)
    return _phone(text) or text if name == PHONE else text


def _phone(text: str) -> str | None:
    """Return a telephone number in E.164 form; national ones are Dutch. None: it is no possible number."""
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _faults(number: int, values: Mapping[str, str], seen: set[str]) -> list[ImportFault]:
    """Return every fault of a row."""

    def fault(column: str, code: str) -> ImportFault:
        return ImportFault(row=number, column=column, code=code, value=values[column][:_SHOWN] or None)

    missing = [fault(name, "required") for name in REQUIRED if not values[name]]
    checks = (
        (KVK, "invalid_kvk_number", _is_kvk),
        (EMAIL, "invalid_email", _is_email),
        (PHONE, "invalid_phone", _is_phone),
    )
    malformed = [fault(name, code) for name, code, fits in checks if values[name] and not fits(values[name])]
    long = [fault(name, "too_long") for name, most in _LONGEST.items() if len(values.get(name, "")) > most]
    twice = [fault(KVK, "duplicate")] if values[KVK] and values[KVK] in seen else []
    return [*missing, *malformed, *long, *twice]


def _row(number: int, values: Mapping[str, str]) -> ImportRow:
    name = PersonName(initials=values[INITIALS], infix=values.get(INFIX) or None, surname=values[SURNAME])
    return ImportRow(
        row=number,
        relation=Relation(kvk_number=values[KVK], name=f"KvK {values[KVK]}"),
        contact=Contact(name=name, email=values[EMAIL], phone=values[PHONE]),
        reference=values.get(REFERENCE) or None,
    )


def _is_kvk(text: str) -> bool:
    return _fits(_KVK, text)


def _is_phone(text: str) -> bool:
    return _phone(text) is not None and _fits(_PHONE, text)


def _is_email(text: str) -> bool:
    return _fits(_EMAIL, text)


def _fits(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True
