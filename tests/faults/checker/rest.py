"""At rest nothing is left over: nothing to send, nothing held, nothing set aside, nothing still to be made."""

from tests.faults.checker.picture import SERVICES, Picture
from tests.faults.checker.report import REST, Report


def check(picture: Picture, report: Report) -> None:
    """Check what should be empty."""
    for service in SERVICES:
        waiting = [row for row in picture.rows[service] if row["state"] != "sent"]
        letters = [letter for letter in picture.documents(service, "dead_letters") if letter["state"] == "open"]
        _empty(service, "rows to send", [f"{row['type']} {row['_id']}" for row in waiting], report)
        _empty(service, "held events", [str(row["_id"]) for row in picture.documents(service, "held")], report)
        _empty(service, "dead letters", [f"{one['_id']}: {one['reason']}" for one in letters], report)
    planned = [str(one["_id"]) for one in picture.documents("notifications", "planned_documents")]
    _empty("notifications", "documents to make", planned, report)
    open_ = [str(one["_id"]) for one in picture.documents("gateway", "requests") if one["state"] != "done"]
    _empty("gateway", "requests without outcome", open_, report)


def _empty(service: str, what: str, found: list[str], report: Report) -> None:
    if found:
        report.add(REST, f"{service}: {what}", f"{len(found)}, the first is {found[0]}")
