"""The checker: reads the databases, the mails and the history by itself, and knows what was promised."""

from pathlib import Path

from tests.faults.checker import commands, copies, events, mails, money, rest, told
from tests.faults.checker.picture import Picture
from tests.faults.checker.report import Report


def check(mongo_uri: str, deployment: str, mail_folder: Path, history: Path) -> Report:
    """Check a system at rest against everything that was asked of it."""
    picture, report = Picture(mongo_uri, deployment, mail_folder), Report()
    try:
        heard = told.read(history)
        commands.check(picture, heard, report)
        commands.messages(picture, report)
        events.check(picture, report)
        copies.check(picture, report)
        money.check(picture, report)
        mails.check(picture, heard, report)
        rest.check(picture, report)
    finally:
        picture.close()
    report.violations.sort()
    return report
