"""Read copies of other services are the newest event of their owner; reactions have worked off every event."""

from tests.faults.checker.picture import Picture, content, plain
from tests.faults.checker.report import COPY, LOST, Report

COPIES = {
    ("authorizations", "organisations"): ("identity", "organisations"),
    ("authorizations", "credentials"): ("identity", "credentials"),
    ("authorizations", "chain_authorizations"): ("chain", "chain_authorizations"),
    ("chain", "organisations"): ("identity", "organisations"),
    ("chain", "credentials"): ("identity", "credentials"),
    ("chain", "service_providers"): ("authorizations", "providers"),
    ("notifications", "organisations"): ("identity", "organisations"),
    ("notifications", "credentials"): ("identity", "credentials"),
    ("notifications", "service_providers"): ("authorizations", "providers"),
    ("billing", "chain_access"): ("chain", "access"),
    ("billing", "organisations"): ("identity", "organisations"),
    ("billing", "credentials"): ("identity", "credentials"),
}
HEARD = {
    "authorizations": (("identity", "credentials"),),
    "chain": (
        ("identity", "organisations"), ("identity", "credentials"), ("notifications", "deliveries"),
        ("notifications", "documents"),
    ),
    "notifications": (("identity", "credentials"), ("chain", "access"), ("chain", "chain_authorizations")),
    "billing": (
        ("chain", "chain_authorizations"), ("identity", "credentials"), ("identity", "device_orders"),
        ("identity", "additions"),
    ),
}  # fmt: skip
"""Whose events each service reacts to; its guards say how far it is."""


def check(picture: Picture, report: Report) -> None:
    """Check every copy and every guard."""
    for copy, owner in COPIES.items():
        _copy(picture, copy, owner, report)
    for service, owners in HEARD.items():
        for owner in owners:
            _guards(picture, service, owner, report)


def _copy(picture: Picture, copy: tuple[str, str], owner: tuple[str, str], report: Report) -> None:
    copies, events = picture.by_id(*copy), picture.events[owner[0]]
    owners = {id_: document for id_, document in picture.by_id(*owner).items() if document["seq"]}
    where = " ".join(copy)
    report.copies += len(owners)
    for id_, document in owners.items():
        if id_ not in copies:
            report.add(COPY, f"{where} {id_}", "there is no copy")
            continue
        kept = plain(copies[id_])
        if kept.pop("last") != document["seq"]:
            report.add(COPY, f"{where} {id_}", f"knows event {copies[id_]['last']} of {document['seq']}")
        if not events.get(id_):
            continue
        told = plain(content(events[id_][-1])["state"])
        told["_id"] = told.pop("id")
        if kept != told:
            fields = sorted(name for name in {*kept, *told} if kept.get(name) != told.get(name))
            report.add(COPY, f"{where} {id_}", f"differs from the newest event in {fields}")
    for id_ in copies.keys() - owners.keys():
        report.add(COPY, f"{where} {id_}", "is a copy of nothing")


def _guards(picture: Picture, service: str, owner: tuple[str, str], report: Report) -> None:
    guards = picture.by_id(service, "guards")
    for id_, document in picture.by_id(*owner).items():
        last = guards[id_]["last"] if id_ in guards else 0
        if last != document["seq"]:
            report.add(LOST, f"{service} {id_}", f"has worked off event {last} of {document['seq']} of {owner[1]}")
