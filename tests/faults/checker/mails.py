"""One mail per invitation and per delivery: by Message-ID and recipient; a killed sender may repeat it as it is."""

from tests.faults.checker.picture import Picture
from tests.faults.checker.report import MAIL_DOUBLED, MAIL_LOST, Report
from tests.faults.checker.told import Told


def check(picture: Picture, told: Told, report: Report) -> None:
    """Check what the sink has against what was to be sent."""
    report.mails = len(picture.mails)
    by_id: dict[str, list[int]] = {}
    for (message_id, _recipient), times in picture.mails.items():
        by_id.setdefault(message_id.partition("@")[0], []).append(times)
    deaths = told.deaths.get("notifications", 0)
    for id_, delivery in picture.by_id("notifications", "deliveries").items():
        copies = by_id.pop(id_, [])
        if delivery["channel"] != "email":
            continue
        if delivery["status"] != "sent" or not copies:
            report.add(MAIL_LOST, id_, f"a mail ({delivery['purpose']}) is {delivery['status']}, {sum(copies)} came")
        elif len(copies) > 1 or copies[0] > 1 + deaths:
            report.add(MAIL_DOUBLED, id_, f"a mail ({delivery['purpose']}) came {copies} times, {deaths} deaths")
        else:
            report.repeated_mails += copies[0] - 1
    for id_ in by_id:
        report.add(MAIL_DOUBLED, id_, "a mail came that nobody has planned")
    _invitations(picture, report)


def _invitations(picture: Picture, report: Report) -> None:
    """Check that each request has one invitation, at the address of its contact."""
    invited: dict[str, list[str]] = {}
    for id_, delivery in picture.by_id("notifications", "deliveries").items():
        if delivery["purpose"] == "invitation":
            invited.setdefault(str(delivery["subject_id"]), []).append(id_)
    came: dict[str, set[str]] = {}
    for message_id, recipient in picture.mails:
        came.setdefault(recipient, set()).add(message_id.partition("@")[0])
    for id_, request in picture.by_id("chain", "chain_authorizations").items():
        address = request["contact"]["email"].casefold()
        own = str(request["reference"]).startswith("faults ")
        _invitation(id_, invited.pop(id_, []), address, came.get(address, set()), report, own=own)
    for subject in invited:
        report.add(MAIL_DOUBLED, subject, "an invitation to what is not stored")


def _invitation(id_: str, planned: list[str], address: str, arrived: set[str], report: Report, *, own: bool) -> None:
    """Check the invitation of one request; `own`: nobody else is written to at this address."""
    if len(planned) != 1:
        report.add(MAIL_DOUBLED if planned else MAIL_LOST, id_, f"{len(planned)} invitations were planned")
    elif planned[0] not in arrived:
        report.add(MAIL_LOST, id_, f"no invitation came at {address}")
    elif own and len(arrived) > 1:
        report.add(MAIL_DOUBLED, id_, f"{len(arrived)} different mails came at {address}")
