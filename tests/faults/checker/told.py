"""What was asked and answered: the history that the generator and the nemesis have written."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"
_SEPARATOR = "\x1f"
_COMMANDS = uuid5(NAMESPACE_URL, "urn:volmacht:commands")
_SUCCESS, _LATER, _CLIENT_ERROR, _SERVER_ERROR = 200, 202, 400, 500
_NO_REFUSALS = (401, 429)
"""Said by the gateway before anything was asked of a service."""


@dataclass
class Intent:
    """A command that somebody wanted, under one key, with every answer that came."""

    number: int
    kind: str
    service: str
    phase: str
    id: str
    facts: dict[str, Any]
    answers: list[dict[str, Any]] = field(default_factory=list)
    outcome: dict[str, Any] | None = None
    """What became of a stored request, as far as its principal has read it."""

    @property
    def final(self) -> list[dict[str, Any]]:
        """The answers that settle it."""
        return [one for one in self.answers if _settles(one.get("status"))]

    @property
    def later(self) -> bool:
        """Whether it was answered with 202."""
        return any(one.get("status") == _LATER for one in self.answers)

    @property
    def verdict(self) -> str:
        """Acknowledged by any 2xx, refused by a problem of the service, else unknown."""
        if any(_SUCCESS <= one["status"] < _CLIENT_ERROR for one in self.final):
            return ACKNOWLEDGED
        if self.final:
            return REFUSED
        return ACKNOWLEDGED if self.later else UNKNOWN


@dataclass
class Told:
    """The whole history."""

    intents: dict[int, Intent] = field(default_factory=dict)
    deaths: dict[str, int] = field(default_factory=dict)
    """How often each process has ended unasked or was killed."""

    again: int = 0
    """Records that were published a second time."""


def _settles(status: int | None) -> bool:
    if status is None or status in _NO_REFUSALS or status == _LATER:
        return False
    return _SUCCESS <= status < _SERVER_ERROR


def command_id(who: str, method: str, route: str, key: str) -> str:
    """Return the id that a command has by who asks, the route and the Idempotency-Key."""
    return str(uuid5(_COMMANDS, _SEPARATOR.join((who, method, route, key))))


def read(path: Path) -> Told:
    """Read a history."""
    told = Told()
    with path.open() as lines:
        for line in lines:
            _take(told, json.loads(line))
    return told


def _take(told: Told, line: dict[str, Any]) -> None:
    match line["do"]:
        case "intent":
            id_ = command_id(line["who"], line["method"], line["route"], line["key"])
            told.intents[line["n"]] = Intent(
                line["n"], line["kind"], line["service"], line["phase"], id_, line["facts"]
            )
        case "answer":
            told.intents[line["n"]].answers.append(line)
        case "outcome":
            told.intents[line["n"]].outcome = line
        case "again":
            told.again += line["published"]
        case "deaths":
            told.deaths = line["counts"]
