"""Faults planted in a copy of what a clean run has left, to see the checker find each of them."""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bson.codec_options import CodecOptions
from pymongo import MongoClient

from tests.faults.checker import report as kinds
from tests.faults.checker.checks import check
from tests.faults.checker.picture import SERVICES, Document, header
from tests.faults.checker.report import Report
from tests.faults.checker.told import ACKNOWLEDGED, Intent, read

_CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True, uuid_representation=4)
_AS = "planted"
_LEFT_OUT = ("audit", "audit_chains", "leases", "rate_limits", "broker", "timers")
"""What no check looks at."""


class Copy:
    """A copy of a deployment's databases on the same server, of the mails and of the history."""

    def __init__(self, mongo_uri: str, deployment: str, mails: Path, history: Path) -> None:
        self._uri, self._client = mongo_uri, MongoClient[Document](mongo_uri, w=1, journal=False)
        self._from_mails, self._from_history = mails, history
        self._kept = {service: self._documents(f"{deployment}_{service}") for service in (*SERVICES, "gateway")}
        self._touched = set(self._kept)

    def _documents(self, name: str) -> dict[str, list[Document]]:
        source = self._client.get_database(name, codec_options=_CODEC)
        return {one: list(source[one].find()) for one in source.list_collection_names() if one not in _LEFT_OUT}

    def renew(self, folder: Path) -> None:
        """Make the copy anew, as far as the last plant may have changed it."""
        self.mails, self.history = folder / "mails", folder / "history.jsonl"
        shutil.copytree(self._from_mails, self.mails)
        shutil.copy(self._from_history, self.history)
        for service in self._touched:
            database = self._client.get_database(f"{_AS}_{service}", codec_options=_CODEC)
            for name, documents in self._kept[service].items():
                database[name].delete_many({})
                if documents:
                    database[name].insert_many(documents)
        self._touched = set()

    def close(self) -> None:
        """Leave the server; the copy goes with its folder."""
        self._client.close()

    def __getitem__(self, service: str) -> Any:
        """Return the copied database of a service."""
        self._touched.add(service)
        return self._client.get_database(f"{_AS}_{service}", codec_options=_CODEC)

    def check(self) -> Report:
        """Check the copy."""
        return check(self._uri, _AS, self.mails, self.history)

    def intent(self, kind: str) -> Intent:
        """Return an acknowledged command of a kind that was answered at once."""
        intents = read(self.history).intents.values()
        return next(one for one in intents if one.kind == kind and one.final and one.verdict == ACKNOWLEDGED)

    def tell(self, lines: Iterable[Document]) -> None:
        """Append to the copied history."""
        with self.history.open("a") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)

    def caused(self, service: str, intent: Intent) -> list[Document]:
        """Return the outbox rows that a command has caused."""
        return [row for row in self[service]["outbox"].find() if header(row, "ce_causationid") == intent.id]


@dataclass(frozen=True)
class Plant:
    """A fault: `put` plants it and returns what the checker must name; `kinds` is all that it may say."""

    name: str
    kinds: frozenset[str]
    put: Callable[[Copy], set[str]]


PLANTS: list[Plant] = []


def plant(name: str, *expected: str) -> Callable[[Callable[[Copy], set[str]]], Callable[[Copy], set[str]]]:
    """Register a fault that is found as violations of these kinds."""

    def add(put: Callable[[Copy], set[str]]) -> Callable[[Copy], set[str]]:
        PLANTS.append(Plant(name, frozenset(expected), put))
        return put

    return add


@plant("an event dropped from the outbox", kinds.GAP)
def dropped(copy: Copy) -> set[str]:
    row = copy["identity"]["outbox"].find_one_and_delete({"seq": 2})
    return {row["aggregate"]}


@plant("an event twice in the outbox", kinds.DOUBLED)
def twice_told(copy: Copy) -> set[str]:
    row = copy["identity"]["outbox"].find_one({"seq": 2})
    copy["identity"]["outbox"].insert_one({**row, "_id": uuid4()})
    return {row["aggregate"], header(row, "ce_causationid")}


@plant("an event applied twice by a copy", kinds.COPY)
def twice_applied(copy: Copy) -> set[str]:
    kept = copy["authorizations"]["chain_authorizations"].find_one_and_update({}, {"$inc": {"last": 1}})
    return {str(kept["_id"])}


@plant("an event that a service never worked off", kinds.LOST)
def skipped(copy: Copy) -> set[str]:
    guard = copy["billing"]["guards"].find_one_and_update({}, {"$inc": {"last": -1}})
    return {guard["_id"]}


@plant("two events swapped", kinds.DISORDER)
def swapped(copy: Copy) -> set[str]:
    rows = copy["identity"]["outbox"]
    first = rows.find_one({"seq": 1, "type": "nl.identities.credential-requested.v1"})
    while (second := rows.find_one({"aggregate": first["aggregate"], "seq": 2})) is None:
        first = rows.find_one({"seq": 1, "type": first["type"], "_id": {"$gt": first["_id"]}})
    for row, number in ((first, 2), (second, 1)):
        headers = [[name, str(number).encode() if name == "ce_sequence" else value] for name, value in row["headers"]]
        rows.update_one({"_id": row["_id"]}, {"$set": {"seq": number, "headers": headers}})
    return {first["aggregate"]}


@plant("an acknowledgement without any write", kinds.LOST)
def unwritten(copy: Copy) -> set[str]:
    line = {"n": 10**6, "kind": "grant", "service": "authorizations", "method": "POST", "route": "/v1/authorizations"}
    told = {"do": "intent", "at": 0, "phase": "", **line, "who": "person:a:b", "key": "planted", "facts": {}}
    copy.tell([told, {"do": "answer", "at": 0, "phase": "", "n": 10**6, "tries": 1, "status": 201, "body": {}}])
    return {read(copy.history).intents[10**6].id}


@plant("an acknowledged command whose writes are gone", kinds.LOST)
def forgotten(copy: Copy) -> set[str]:
    intent = copy.intent("read")
    copy["notifications"]["inbox"].delete_one({"_id": _uuid(intent.id)})
    notice = {"_id": _uuid(intent.facts["message"])}
    copy["notifications"]["notices"].update_one(notice, {"$pull": {"read_by": _uuid(intent.facts["person"])}})
    return {intent.id}


@plant("an acknowledged command that had its effect twice", kinds.DOUBLED, kinds.GAP, kinds.DISORDER, kinds.STATE)
def twice_done(copy: Copy) -> set[str]:
    intent = copy.intent("grant")
    (row,) = copy.caused("authorizations", intent)
    copy["authorizations"]["outbox"].insert_one({**row, "_id": uuid4(), "seq": 77})
    return {intent.id, row["aggregate"]}


@plant("a refused command that had its effect", kinds.REFUSED_EFFECT)
def unrefused(copy: Copy) -> set[str]:
    intent = copy.intent("grant")
    lines = [json.loads(line) for line in copy.history.read_text().splitlines()]
    for line in lines:
        if line["do"] == "answer" and line["n"] == intent.number and "status" in line:
            line["status"], line["body"] = 409, {"code": "planted"}
    copy.history.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {intent.id}


@plant("a lost mail", kinds.MAIL_LOST)
def unsent(copy: Copy) -> set[str]:
    path, delivery = _invitation(copy)
    path.unlink()
    return {str(delivery["_id"]), str(delivery["subject_id"])}


@plant("a mail sent twice under one Message-ID, though no sender was killed", kinds.MAIL_DOUBLED)
def resent(copy: Copy) -> set[str]:
    path, delivery = _invitation(copy)
    shutil.copy(path, copy.mails / "99999999.eml")
    return {str(delivery["_id"])}


@plant("a second mail under another Message-ID", kinds.MAIL_DOUBLED)
def doubled_mail(copy: Copy) -> set[str]:
    path, delivery = _invitation(copy)
    other = str(uuid4())
    copied = path.read_bytes().replace(str(delivery["_id"]).encode(), other.encode(), 1)
    (copy.mails / "99999999.eml").write_bytes(copied)
    return {other, str(delivery["subject_id"])}


@plant("a stale read copy", kinds.COPY)
def stale(copy: Copy) -> set[str]:
    kept = copy["chain"]["credentials"].find_one_and_update({}, {"$set": {"status": "waiting_approval"}})
    return {str(kept["_id"])}


@plant("an invoice line a cent off", kinds.MONEY, kinds.STATE)
def cent(copy: Copy) -> set[str]:
    line = copy["billing"]["charges"].find_one_and_update({}, {"$inc": {"amount": 1}})
    return {str(line["_id"]), str(line["subject_id"])}


@plant("an invoice line twice", kinds.MONEY)
def charged_twice(copy: Copy) -> set[str]:
    line = copy["billing"]["charges"].find_one({})
    copy["billing"]["charges"].insert_one({**line, "_id": uuid4(), "seq": 0})
    return {str(line["subject_id"]), *(str(one["_id"]) for one in copy["billing"]["charges"].find())}


@plant("a status that no command has made", kinds.STATE)
def altered(copy: Copy) -> set[str]:
    intent = copy.intent("decline")
    place = {"_id": _uuid(intent.facts["subject"])}
    copy["chain"]["chain_authorizations"].update_one(place, {"$set": {"status": "active"}})
    return {intent.facts["subject"]}


@plant("a dead letter, a held event and a row that was never sent", kinds.REST)
def left_over(copy: Copy) -> set[str]:
    copy["chain"]["dead_letters"].insert_one({"state": "open", "reason": "planted"})
    copy["billing"]["held"].insert_one({"_id": "planted"})
    copy["identity"]["outbox"].update_one({}, {"$set": {"state": "pending"}})
    return {"chain: dead letters", "billing: held events", "identity: rows to send"}


def _invitation(copy: Copy) -> tuple[Path, Document]:
    """Return the file and the delivery of an invitation that a command of the history asked for."""
    for delivery in copy["notifications"]["deliveries"].find({"purpose": "invitation"}):
        for path in copy.mails.glob("*.eml"):
            if f"Message-ID: <{delivery['_id']}@".encode() in path.read_bytes():
                return path, delivery
    raise AssertionError("the run has sent no invitation")


def _uuid(text: str) -> UUID:

    return UUID(text)
