"""Values of the domain that every message and service shares: pure, without a clock."""

from contracts.values.calendar import (
    AMSTERDAM,
    Period,
    add_months,
    add_years,
    end_of_day,
    local_date,
    start_of_day,
    within_months_before,
)
from contracts.values.files import ExportFormat
from contracts.values.levels import Language, Level, Role
from contracts.values.numbers import (
    PHONE_PATTERN,
    BranchNumber,
    Cents,
    EmailAddress,
    FiscalNumber,
    KnownEmailAddress,
    KvkNumber,
    Oin,
    PhoneNumber,
    Rsin,
    passes_eleven_test,
)
from contracts.values.text import Localized
from contracts.values.working_days import (
    add_working_days,
    easter_sunday,
    is_working_day,
    kings_day,
    public_holidays,
)

__all__ = [
    "AMSTERDAM",
    "PHONE_PATTERN",
    "BranchNumber",
    "Cents",
    "EmailAddress",
    "ExportFormat",
    "FiscalNumber",
    "KnownEmailAddress",
    "KvkNumber",
    "Language",
    "Level",
    "Localized",
    "Oin",
    "Period",
    "PhoneNumber",
    "Role",
    "Rsin",
    "add_months",
    "add_working_days",
    "add_years",
    "easter_sunday",
    "end_of_day",
    "is_working_day",
    "kings_day",
    "local_date",
    "passes_eleven_test",
    "public_holidays",
    "start_of_day",
    "within_months_before",
]
