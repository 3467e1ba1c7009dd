"""One invoice line per chain authorization that came into force, and those of each credential that was agreed to."""

from collections import Counter
from datetime import date, timedelta

from tests.faults.checker.picture import Document, Picture, content
from tests.faults.checker.report import MONEY, Report

ACTIVATED = "nl.chain-authorizations.chain-authorization-activated.v1"
CHARGED = "nl.subscriptions.charged.v1"
REQUESTED = "nl.identities.credential-requested.v1"
IN_USE = "nl.identities.credential-activated.v1"
VAT_PER_MILLE = 210


def check(picture: Picture, report: Report) -> None:
    """Check every line against what came into force, to the cent."""
    prices = {id_: access["price_per_year"] for id_, access in picture.by_id("chain", "access").items()}
    lines: dict[str, list[Document]] = {}
    for line in picture.documents("billing", "charges"):
        lines.setdefault(str(line["subject_id"]), []).append(line)
    begun = [content(row)["state"] for row in picture.rows["chain"] if row["type"] == ACTIVATED]
    report.lines = sum(map(len, lines.values()))
    for state in begun:
        _line(state, lines.pop(state["id"], []), prices[state["intermediary_id"]], report)
    _credentials(picture, lines, report)
    for subject, found in lines.items():
        report.add(MONEY, subject, f"{len(found)} lines for what never came into force")
    _told(picture, report)


def _line(state: Document, lines: list[Document], price: int, report: Report) -> None:
    if len(lines) != 1:
        report.add(MONEY, state["id"], f"{len(lines)} lines for one year")
        return
    line, start = lines[0], date.fromisoformat(state["period"]["start"])
    wanted = {
        "amount": price,
        "vat": (price * VAT_PER_MILLE + 500) // 1000,
        "period_start": start.isoformat(),
        "period_end": (_a_year_after(start) - timedelta(days=1)).isoformat(),
        "organisation_id": state["intermediary_id"],
    }
    different = {name: str(line[name]) for name, value in wanted.items() if str(line[name]) != str(value)}
    if different:
        report.add(MONEY, state["id"], f"the line says {different}, not {wanted}")


def _credentials(picture: Picture, lines: dict[str, list[Document]], report: Report) -> None:
    """Check that a credential in use is charged as was agreed to when it was asked for; takes its lines.

    Of a request for several organisations the first one's event has the costs, and any of them brings the lines.
    """
    told = [(row["type"], content(row)) for row in picture.rows["identity"]]
    asked = {event["state"]["id"]: event for type_, event in told if type_ == REQUESTED}
    in_use = (event["state"]["id"] for type_, event in told if type_ == IN_USE)
    used = {asked.get(id_, {}).get("first_id") or id_ for id_ in in_use}
    for id_, event in asked.items():
        if id_ not in used:
            continue
        found = sorted((line["item"], line["amount"], line["vat"], str(line["organisation_id"]))
                       for line in lines.pop(id_, []))  # fmt: skip
        wanted = sorted((cost["item"], cost["amount"], _vat(cost), event["paid_by"]) for cost in event["costs"])
        if found != wanted:
            report.add(MONEY, id_, f"the lines say {found}, not {wanted}")


def _vat(cost: Document) -> int:
    return int(cost["amount"] * cost["vat_per_mille"] + 500) // 1000


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + 1, day=28)


def _told(picture: Picture, report: Report) -> None:
    """Check that each line was told once, with its amount."""
    told = [content(row)["state"] for row in picture.rows["billing"] if row["type"] == CHARGED]
    counts = Counter(state["id"] for state in told)
    amounts = {state["id"]: (state["amount"], state["vat"]) for state in told}
    for id_, line in picture.by_id("billing", "charges").items():
        if counts[id_] != 1 or amounts[id_] != (line["amount"], line["vat"]):
            report.add(MONEY, id_, f"the line was told {counts[id_]} times, as {amounts.get(id_)}")
