"""A test double of the database's ear: what is read for a person of an organisation is read of that organisation (S20).

It hears every command that the driver sends. While a person of an organisation asks, a read of a collection of
tenants must name the organisation, or one document by its own id (whose owner the rules then judge, S21).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from pymongo import monitoring

from contracts.actor import Actor

OWNED: Final[Mapping[str, frozenset[str]]] = {
    "access": frozenset({"organisation_id"}),
    "activations": frozenset({"credential_id"}),
    "additions": frozenset({"person_id"}),
    "agreed_fees": frozenset({"organisation_id"}),
    "applications": frozenset({"organisation_id"}),
    "chain_access": frozenset({"organisation_id"}),
    "chain_authorizations": frozenset({"intermediary_id", "relation.organisation_id", "relation.kvk_number"}),
    "charges": frozenset({"organisation_id"}),
    "credentials": frozenset({"organisation_id", "person_id"}),
    "device_orders": frozenset({"organisation_id"}),
    "document_looks": frozenset({"organisation_id"}),
    "forms": frozenset({"organisation_id"}),
    "grants": frozenset({"organisation_id", "person_id"}),
    "identifications": frozenset({"organisation_id", "person_id"}),
    "identity_documents": frozenset({"organisation_id", "person_id"}),
    "imports": frozenset({"organisation_id"}),
    "login_history": frozenset({"person_id"}),
    "mutations": frozenset({"organisation_id", "person_id"}),
    "notices": frozenset({"organisation_id"}),
    "sessions": frozenset({"credential_id", "person_id"}),
    "subscriptions": frozenset({"organisation_id"}),
}
"""By collection, the fields of which each read must name one."""

_asking: ContextVar[list[str] | None] = ContextVar("asking", default=None)


@contextmanager
def of_one_organisation(message: object) -> Iterator[None]:
    """Fail when what this message's sender, a person at an organisation, makes the service read is not theirs alone."""
    actor = getattr(message, "actor", None)
    if not isinstance(actor, Actor) or actor.organisation_id is None:
        yield
        return
    loose: list[str] = []
    token = _asking.set(loose)
    try:
        yield
    finally:
        _asking.reset(token)
    assert not loose, f"read without naming the organisation: {loose}"


class TenantEar(monitoring.CommandListener):
    """Notes the reads of tenants' collections that name no tenant."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Look at a command before it is sent."""
        loose = _asking.get()
        name = event.command_name
        if loose is None or name not in {"find", "aggregate", "count", "distinct", "delete", "update"}:
            return
        collection = event.command[name]
        if collection in OWNED and not all(_names(one, OWNED[collection]) for one in _filters(name, event.command)):
            loose.append(f"{name} in {collection}: {event.command}")

    def succeeded(self, _: monitoring.CommandSucceededEvent) -> None:
        """Nothing to see in an answer."""

    def failed(self, _: monitoring.CommandFailedEvent) -> None:
        """Nothing to see in a failure."""


def _filters(name: str, command: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if name == "aggregate":
        first = next(iter(command["pipeline"]), {})
        return [first.get("$match", {})]
    if name in {"update", "delete"}:
        return [one["q"] for one in command[f"{name}s"]]
    return [command.get("filter", command.get("query", {}))]


def _names(filters: Mapping[str, Any], fields: frozenset[str]) -> bool:
    """Tell whether every document that fits is of a tenant that is named, or one named by its own id."""
    if any(field in filters for field in (*fields, "_id")):
        return True
    if any(_names(part, fields) for part in filters.get("$and", ())):
        return True
    branches = filters.get("$or", ())
    return bool(branches) and all(_names(branch, fields) for branch in branches)
