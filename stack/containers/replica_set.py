"""Makes mongod a replica set of one, as MONGO_URI names it, and ends when it takes writes."""

import os
import sys
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

Client = MongoClient[dict[str, Any]]
_WITHIN_S = 60.0
_NOT_YET_INITIATED = 94


def initiate(uri: str, within: float = _WITHIN_S) -> bool:
    """Initiate once and wait for a primary; whether there was one within so many seconds."""
    parsed: dict[str, Any] = dict(parse_uri(uri))
    (host, port), name = parsed["nodelist"][0], parsed["options"]["replicaSet"]
    end = time.monotonic() + within
    connected: Client = MongoClient(host, port, directConnection=True, serverSelectionTimeoutMS=2000)
    with connected as client:
        while time.monotonic() < end:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return True
                _look(client, name, f"{host}:{port}")
            except PyMongoError as error:
                print(f"not yet: {error}", flush=True)
            time.sleep(0.2)
    return False


def _look(client: Client, name: str, member: str) -> None:
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as failure:
        if failure.code != _NOT_YET_INITIATED:
            raise
        client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": member}]})


if __name__ == "__main__":
    sys.exit(0 if initiate(os.environ["MONGO_URI"]) else "mongod is no primary within a minute")
