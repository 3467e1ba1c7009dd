"""Schemathesis over the description of the interface, with ids of what really lies in the system."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from gateway.openapi import PREFIX
from tests.fuzz.world import World

REFUSED = {401, 403}
ALL_PHASES = ("examples", "coverage", "fuzzing")
# Left out: positive_data_acceptance (what fits the schema may still be refused by a rule: 400, 409, 410),
# use_after_free and ensure_resource_availability (what has ended stays readable, and nothing is made by PUT),
# ignored_auth and object_level_authorization (the matrix of callers and routes in tests/gateway is complete),
# missing_required_header (no header is required), unsupported_method (the same cases run; their 405 is judged below).
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
)  # fmt: skip
# Bad data are refused before any rule is asked, so that 404 and 409 are no answer to them.
BAD_DATA = ["400", "401", "403", "405", "413", "415"]
# A personal link is looked up before a file is taken from a stranger.
LOOKS_UP_FIRST = "returnAgreement"
PLACES = {
    "query.personId": "persons",
    **dict.fromkeys(("body.personId", "body.personIds[*]", "body.terms.personIds[*]"), "persons"),
    **dict.fromkeys(("body.serviceUuid", "body.serviceUuids[*]", "body.terms.scope.serviceUuids[*]"), "services"),
    **dict.fromkeys(("body.organisationId", "body.organisationIds[*]", "body.to[*].organisationId"), "organisations"),
    **dict.fromkeys(("body.quotation", "body.terms.quotation"), "quotations"),
}


@dataclass
class Tally:
    """What was asked and answered."""

    answers: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Statuses by operation."""

    failures: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """What a check said first, with the curl that says it again; by operation, check and kind."""

    @property
    def cases(self) -> int:
        """How many requests were answered."""
        return sum(counter.total() for counter in self.answers.values())

    def take(self, recorder: ScenarioRecorder, operation: str) -> None:
        """Count what a scenario has seen."""
        for interaction in recorder.interactions.values():
            if interaction.response is None:
                self.failures[operation, "answer", "none"] = f"{interaction.request.method} {interaction.request.uri}"
            else:
                self.answers[operation][interaction.response.status_code] += 1
        for found in (check.failure_info for checks in recorder.checks.values() for check in checks):
            if found is not None:
                failure = found.failure
                told = f"{failure.title}: {failure.message}\n{found.code_sample}"
                self.failures.setdefault((operation, type(failure).__name__, failure.title), told)


def operations(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the operations of a description by their id, each with its `path` and `label`."""
    return {
        operation["operationId"]: {**operation, "path": path, "label": f"{method.upper()} {path}"}
        for path, found in document["paths"].items()
        for method, operation in found.items()
    }


def run(
    world: World,
    document: dict[str, Any],
    chosen: Iterable[str],
    headers: Mapping[str, str],
    tally: Tally,
    *,
    phases: Iterable[str] = ALL_PHASES,
    examples: int = 3,
) -> None:
    """Send cases, valid and not, to some operations; the same ones each time."""
    document = _addressed(document)
    ids = {operation["label"]: id_ for id_, operation in operations(document).items()}
    config = SchemathesisConfig.from_dict(_settings(world, headers, set(phases), examples))
    schema = schemathesis.openapi.from_dict(_cut(document, set(chosen), world.bodies), config=config)
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                tally.take(event.recorder, ids[event.recorder.label])
            case events.NonFatalError():
                raise AssertionError(f"{event.label}: {event.info.title}: {event.info.message}") from event.value
            case events.FatalError():
                raise event.exception


def _addressed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description with whole paths: the engine heeds no server that an operation names for itself."""
    beside = {path for path, found in document["paths"].items() if any("servers" in one for one in found.values())}
    paths = {path if path in beside else f"{PREFIX}{path}": found for path, found in document["paths"].items()}
    return {**document, "paths": paths}


def _cut(document: dict[str, Any], chosen: set[str], bodies: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of some operations, with bodies as examples; the engine heeds no filter of a schema."""
    kept = deepcopy(document)
    for path, found in document["paths"].items():
        kept["paths"][path] = {
            name: kept["paths"][path][name] for name in found if found[name]["operationId"] in chosen
        }
        for operation in kept["paths"][path].values():
            if (body := bodies.get(operation["operationId"])) is not None:
                operation["requestBody"]["content"]["application/json"]["example"] = body
    kept["paths"] = {path: found for path, found in kept["paths"].items() if found}
    return kept


def _settings(world: World, headers: Mapping[str, str], phases: set[str], examples: int) -> dict[str, Any]:
    checks: dict[str, Any] = {name: {"enabled": True} for name in CHECKS}
    judged = {"enabled": True, "expected-statuses": BAD_DATA}
    looked = {"negative_data_rejection": {"enabled": True, "expected-statuses": [*BAD_DATA, "404", "410"]}}
    return {
        "seed": 1,
        "base-url": world.desk.stack.gateway_url,
        "headers": dict(headers),
        "continue-on-failure": True,
        "workers": 1,  # several would send in another order each time
        "output": {"sanitization": {"enabled": False}},  # or nobody could repeat what failed
        "generation": {
            "mode": "all", "max-examples": examples, "deterministic": True, "database": "none", "no-shrink": True,
        },
        "phases": {
            **{name: {"enabled": name in phases} for name in (*ALL_PHASES, "stateful")},
            "coverage": {"enabled": "coverage" in phases, "unexpected-methods": []},
        },
        "checks": {"enabled": False, **checks, "negative_data_rejection": judged},
        "dictionaries": {name: {"values": values} for name, values in world.known.items()},
        "parameters": {place: {"dictionary": name, "probability": 0.8} for place, name in PLACES.items()},
        "operations": [
            *({"include-path-regex": f"^{PREFIX}/{name}/{{", "parameters": _ids(name)} for name in world.known),
            {"include-operation-id": LOOKS_UP_FIRST, "checks": looked},
        ],
    }  # fmt: skip


def _ids(name: str) -> dict[str, Any]:
    return {f"path.{place}": {"dictionary": name, "probability": 0.8} for place in ("id", "token", "kvkNumber")}
