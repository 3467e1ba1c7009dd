"""Every acknowledged command has exactly one effect, a refused one none, an unknown one all or nothing."""

import json
from typing import Any

from tests.faults.checker.picture import Document, Picture, header
from tests.faults.checker.report import DOUBLED, HALF, LOST, REFUSED_EFFECT, STATE, Report
from tests.faults.checker.told import ACKNOWLEDGED, REFUSED, Intent, Told

EVENTS = {
    "request": "nl.chain-authorizations.chain-authorization-requested.v1",
    "decline": "nl.chain-authorizations.invitation-declined.v1",
    "return": "nl.chain-authorizations.agreement-received.v1",
    "approve": "nl.chain-authorizations.chain-authorization-activated.v1",
    "link": "nl.chain-authorizations.chain-users-changed.v1",
    "unlink": "nl.chain-authorizations.chain-users-changed.v1",
    "schedule": "nl.chain-authorizations.removal-scheduled.v1",
    "delete": "nl.chain-authorizations.chain-authorization-removed.v1",
    "grant": "nl.authorizations.authorization-granted.v1",
    "apply": "nl.identities.credential-requested.v1",
    "reject": "nl.identities.credential-rejected.v1",
}
"""The event that tells the effect of each kind of command: exactly one of them."""

STATUS = {
    "request": "sent", "decline": "declined", "return": "received", "approve": "active", "schedule": "end_scheduled",
    "delete": "removed",
}  # fmt: skip
_INVITES = "nl.notifications.send-invitation.v1"


def check(picture: Picture, told: Told, report: Report) -> None:
    """Check every command, and that nothing arose which nobody asked for."""
    last: dict[str, list[Intent]] = {}
    for intent in told.intents.values():
        report.commands += 1
        report.stored += intent.later
        verdict = _settled(picture, intent, report)
        _count(report, verdict)
        _effect(picture, intent, verdict, report)
        if "subject" in intent.facts:
            last.setdefault(intent.facts["subject"], []).append(intent)
    _answers_agree(told, report)
    _requests(picture, told, report)
    _states(picture, last, report)


def _count(report: Report, verdict: str) -> None:
    report.acknowledged += verdict == ACKNOWLEDGED
    report.refused += verdict == REFUSED
    report.unknown += verdict not in {ACKNOWLEDGED, REFUSED}


def _settled(picture: Picture, intent: Intent, report: Report) -> str:
    """Return the verdict; that of a stored request is what its document says at rest."""
    if intent.final or not intent.later:
        return intent.verdict
    stored = picture.by_id("gateway", "requests").get(intent.id)
    if stored is None or stored["state"] != "done":
        report.add(LOST, intent.id, f"{intent.kind} {intent.number} was stored (202) and has no outcome")
        return ACKNOWLEDGED
    return REFUSED if json.loads(bytes(stored["reply"]))["refusal"] else ACKNOWLEDGED


def _effect(picture: Picture, intent: Intent, verdict: str, report: Report) -> None:
    record = picture.by_id(intent.service, "inbox").get(intent.id)
    reply = json.loads(bytes(record["reply"])) if record else None
    done = reply is not None and reply["refusal"] is None
    effects = _effects(picture, intent)
    name = f"{intent.kind} {intent.number}"
    if effects > 1:
        report.add(DOUBLED, intent.id, f"{name} had its effect {effects} times")
    elif verdict == ACKNOWLEDGED and not (done and effects == 1):
        report.add(LOST, intent.id, f"{name} was acknowledged; answer kept: {reply}, effects: {effects}")
    elif verdict == REFUSED and (done or effects):
        report.add(REFUSED_EFFECT, intent.id, f"{name} was refused; answer kept: {reply}, effects: {effects}")
    elif done != bool(effects):
        report.add(HALF, intent.id, f"{name}: answer kept: {reply}, effects: {effects}")


def _effects(picture: Picture, intent: Intent) -> int:
    """Count how often a command had its effect."""
    if intent.kind == "read":
        notice = picture.by_id("notifications", "notices").get(intent.facts["message"])
        return sum(str(person) == intent.facts["person"] for person in (notice or {}).get("read_by", ()))
    caused = picture.caused.get(intent.id, [])
    events = [row for row in caused if "seq" in row and ".events." in row["topic"]]
    told = sum(row["type"] == EVENTS[intent.kind] for row in events)
    if intent.kind == "request":
        invited = sum(row["type"] == _INVITES for row in caused)
        return max(told, invited) if told and invited else 0
    return max(told, len(events))


def _answers_agree(told: Told, report: Report) -> None:
    """Check that the same key was answered with the same result each time."""
    for intent in told.intents.values():
        results = {json.dumps([_result(one), one["status"]], sort_keys=True) for one in intent.final}
        if len(results) > 1:
            report.add(DOUBLED, intent.id, f"{intent.kind} {intent.number} was answered differently: {results}")


def _result(answer: dict[str, Any]) -> Any:
    body = answer.get("body")
    return {"code": body.get("code")} if isinstance(body, dict) and "code" in body else body


def _requests(picture: Picture, told: Told, report: Report) -> None:
    """Check that each request made one chain authorization, the one its answer names, and nobody made others."""
    made: dict[str, list[Document]] = {}
    for document in picture.documents("chain", "chain_authorizations"):
        if str(document["reference"]).startswith("faults "):
            made.setdefault(document["reference"], []).append(document)
    for intent in told.intents.values():
        if intent.kind != "request":
            continue
        found = made.pop(intent.facts["reference"], [])
        named = {one["body"]["chainAuthorizationId"] for one in intent.final if "chainAuthorizationId" in _body(one)}
        if len(found) > 1:
            report.add(DOUBLED, intent.id, f"request {intent.number} made {len(found)} chain authorizations")
        if named - {str(document["_id"]) for document in found}:
            report.add(LOST, intent.id, f"request {intent.number} was answered with {named}, which is not stored")
    for reference, found in made.items():
        report.add(DOUBLED, reference, f"nobody asked for {[str(one['_id']) for one in found]}")


def _body(answer: dict[str, Any]) -> dict[str, Any]:
    body = answer.get("body")
    return body if isinstance(body, dict) else {}


def _states(picture: Picture, subjects: dict[str, list[Intent]], report: Report) -> None:
    """Check that what is stored is what the last commands made it, where no unknown one came between."""
    stored = picture.by_id("chain", "chain_authorizations")
    for subject, intents in subjects.items():
        settled = [one for one in intents if one.verdict == ACKNOWLEDGED and not _undone(one)]
        if subject not in stored or any(one.verdict not in {ACKNOWLEDGED, REFUSED} for one in intents):
            continue
        document = stored[subject]
        statuses = [STATUS[one.kind] for one in settled if one.kind in STATUS]
        wanted = statuses[-1] if statuses else "sent"
        if document["status"] != wanted:
            report.add(STATE, subject, f"is {document['status']}, its commands made it {wanted}")
        links = [one for one in settled if one.kind in {"link", "unlink"}]
        persons = {str(person) for person in document["person_ids"]}
        if links and (links[-1].facts["person"] in persons) != (links[-1].kind == "link"):
            report.add(STATE, subject, f"after {links[-1].kind} {links[-1].number} its users are {persons}")


def _undone(intent: Intent) -> bool:
    """Tell whether a stored request ended with a refusal."""
    return not intent.final and intent.outcome is not None and intent.outcome["status"] == "refused"


def messages(picture: Picture, report: Report) -> None:
    """Check that each command that a service has sent was handled, once, and set aside by nobody."""
    for service, rows in picture.rows.items():
        for row in rows:
            _deployment, receiver, kind, _version = row["topic"].rsplit(".", 3)
            if kind != "commands" or row["type"].startswith("nl.messages."):
                continue
            record = picture.by_id(receiver, "inbox").get(str(row["_id"]))
            if record is None:
                report.add(LOST, row["_id"], f"{row['type']} of {service} was not handled by {receiver}")
            elif json.loads(bytes(record["reply"]))["refusal"] == {"code": "held", "details": {}}:
                report.add(LOST, row["_id"], f"{row['type']} of {service} was set aside by {receiver}")
    for cause in picture.caused:
        ids = [header(row, "ce_id") for row in picture.caused[cause]]
        if cause and len(set(ids)) != len(ids):
            report.add(DOUBLED, cause, "two messages have one id")
