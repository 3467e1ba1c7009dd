"""Events of an aggregate are 1..n, without gap, double or step back, and the last one tells what is stored."""

from typing import Any

from tests.faults.checker.picture import Document, Picture, content, plain
from tests.faults.checker.report import DISORDER, DOUBLED, GAP, STATE, Report

OWNED = {
    "identity": ("organisations", "credentials", "sessions", "mutations", "additions", "device_orders"),
    "authorizations": ("providers", "grants"),
    "chain": ("access", "chain_authorizations"),
    "notifications": ("deliveries", "documents"),
    "billing": ("subscriptions", "charges"),
}
"""The collections whose documents have events."""


def check(picture: Picture, report: Report) -> None:
    """Check the log of each aggregate, and that each log has its aggregate."""
    for service, collections in OWNED.items():
        logs = dict(picture.events[service])
        for collection in collections:
            for document in picture.documents(service, collection):
                name = str(document["_id"])
                events, public = logs.pop(name, []), logs.pop(f"public:{name}", [])
                _whole(f"{service} {name}", events, document["seq"], report)
                _whole(f"{service} public:{name}", public, document["pub"], report)
                _tells(f"{service} {name}", events, document, report)
        for name, events in logs.items():
            report.events += len(events)
            report.add(GAP, f"{service} {name}", "there are events of an aggregate that is not stored")


def _whole(name: str, events: list[Document], last: int, report: Report) -> None:
    numbers = [row["seq"] for row in events]
    report.events += len(numbers)
    if len(set(numbers)) != len(numbers):
        report.add(DOUBLED, name, f"events {numbers}")
    elif numbers != list(range(1, last + 1)):
        report.add(GAP, name, f"events {numbers}, the aggregate counts {last}")
    made = [(row["created_at"], row["order"] if _together(row, events) else 0) for row in events]
    if made != sorted(made):
        report.add(DISORDER, name, f"events {numbers} were made in another order")
    for row in events:
        if _number(row) != row["seq"]:
            report.add(DISORDER, name, f"the event of place {row['seq']} says that it is number {_number(row)}")


def _together(row: Document, events: list[Document]) -> bool:
    """Tell whether another event of the aggregate was made in the same millisecond."""
    return any(other is not row and other["created_at"] == row["created_at"] for other in events)


def _number(row: Document) -> int:
    return int(next((bytes(value) for name, value in row["headers"] if name == "ce_sequence"), b"0"))


def _tells(name: str, events: list[Document], document: Document, report: Report) -> None:
    """Check the newest event against the document that it tells of."""
    if not events:
        return
    state: dict[str, Any] = content(events[-1])["state"]
    stored = plain(document)
    different = {field for field, value in state.items() if field in stored and plain(value) != stored[field]}
    if different:
        report.add(STATE, name, f"the newest event tells otherwise of {sorted(different)}")
