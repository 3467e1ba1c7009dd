"""Files that people download."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """The formats of an export (GW-08)."""

    XLSX = "xlsx"
    CSV = "csv"
