"""What is stored: the databases of a deployment and the mails that the sink has kept, read as they lie there."""

import email
import email.policy
import json
from collections import Counter
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from bson.codec_options import CodecOptions
from pymongo import MongoClient

SERVICES = ("identity", "authorizations", "chain", "notifications", "billing")
_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, uuid_representation=4)
Document = dict[str, Any]


class Picture:
    """One look at everything; each collection is read once."""

    def __init__(self, mongo_uri: str, deployment: str, mails: Path) -> None:
        self._client: MongoClient[Document] = MongoClient(mongo_uri, serverSelectionTimeoutMS=20_000)
        self._deployment = deployment
        self._mails = mails
        self._read: dict[tuple[str, str], list[Document]] = {}
        self._by_id: dict[tuple[str, str], dict[str, Document]] = {}

    def close(self) -> None:
        """Leave the database."""
        self._client.close()

    def documents(self, service: str, collection: str) -> list[Document]:
        """Return all documents of a collection."""
        place = (service, collection)
        if place not in self._read:
            database = self._client.get_database(f"{self._deployment}_{service}", codec_options=_CODEC)
            self._read[place] = list(database[collection].find())
        return self._read[place]

    def by_id(self, service: str, collection: str) -> dict[str, Document]:
        """Return the documents of a collection by the text of their id."""
        place = (service, collection)
        if place not in self._by_id:
            self._by_id[place] = {str(document["_id"]): document for document in self.documents(service, collection)}
        return self._by_id[place]

    @cached_property
    def rows(self) -> dict[str, list[Document]]:
        """The rows of each service's outbox."""
        return {service: self.documents(service, "outbox") for service in SERVICES}

    @cached_property
    def events(self) -> dict[str, dict[str, list[Document]]]:
        """The events of each service by the name of their aggregate, in order; snapshots are no events of their own."""
        found: dict[str, dict[str, list[Document]]] = {}
        for service, rows in self.rows.items():
            of_service = found.setdefault(service, {})
            for row in rows:
                if "seq" in row:
                    of_service.setdefault(row["aggregate"], []).append(row)
            for events in of_service.values():
                events.sort(key=lambda row: row["seq"])
        return found

    @cached_property
    def caused(self) -> dict[str, list[Document]]:
        """The rows that each message has caused, by its id."""
        found: dict[str, list[Document]] = {}
        for rows in self.rows.values():
            for row in rows:
                found.setdefault(header(row, "ce_causationid"), []).append(row)
        return found

    @cached_property
    def mails(self) -> Counter[tuple[str, str]]:
        """How often each mail was taken by the sink, by Message-ID and recipient."""
        found: Counter[tuple[str, str]] = Counter()
        for path in sorted(self._mails.glob("*.eml")):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for address in getattr(mail["To"], "addresses", ()):
                found[str(mail["Message-ID"]).strip("<> "), address.addr_spec.casefold()] += 1
        return found


def header(row: Document, name: str) -> str:
    """Return a header of an outbox row, empty where there is none."""
    return next((bytes(value).decode() for key, value in row["headers"] if key == name), "")


def content(row: Document) -> Any:
    """Return what an outbox row says."""
    return json.loads(bytes(row["value"]))


def plain(value: Any) -> Any:
    """Return a value in the form that a document and a message have in common."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value
