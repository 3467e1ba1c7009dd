"""The table of a series: one row a fault."""

from tests.faults.checker.report import DISORDER, DOUBLED, GAP, LOST
from tests.faults.series import Row

HEAD = (
    "fault", "commands", "acknowledged", "202", "refused", "unknown", "lost", "doubled", "out of order", "gaps",
    "other", "mails again", "first answer s", "caught up s", "load s",
)  # fmt: skip
_WIDTHS = (28, *(len(name) for name in HEAD[1:]))


def head() -> str:
    """Return the first line."""
    return "  ".join(name.ljust(width) for name, width in zip(HEAD, _WIDTHS, strict=True))


def line(row: Row) -> str:
    """Return the line of a fault."""
    now, before = row.report, row.before
    named = [row.count(kind) for kind in (LOST, DOUBLED, DISORDER, GAP)]
    cells = (
        row.fault, row.commands, now.acknowledged - before.acknowledged, now.stored - before.stored,
        now.refused - before.refused, now.unknown - before.unknown, *named, len(row.new) - sum(named),
        now.repeated_mails - before.repeated_mails, _seconds(row.first_answer_s), _seconds(row.caught_up_s),
        _seconds(row.load_s),
    )  # fmt: skip
    return "  ".join(str(cell).ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
