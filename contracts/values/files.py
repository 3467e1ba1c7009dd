"""Files that people download."""

from contracts.values.terms import Term


class ExportFormat(Term):
    """The formats of an export (GW-08)."""

    XLSX = "xlsx"
    CSV = "csv"
