"""A test double of the database's ear: what is read for a person of an organisation is read of that organisation (S20).

It hears every command that the driver sends. While a person of an organisation asks, a read of a collection of
tenants must name the organisation, or one document by its own id (whose owner the rules then judge, S21).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from pymongo import monitoring

from contracts.actor import Actor
from contracts.chain import ListIssuedChainAuthorizations
from contracts.identity import ListMutations
from contracts.message import Message

OWNED: Final[Mapping[str, frozenset[str]]] = {
    "access": frozenset({"organisation_id"}),
    "activations": frozenset({"credential_id"}),
    "additions": frozenset({"person_id"}),
    "agreed_fees": frozenset({"organisation_id"}),
    "applications": frozenset({"organisation_id"}),
    "chain_access": frozenset({"organisation_id"}),
    "chain_authorizations": frozenset({"intermediary_id"}),
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

FROM_THE_OTHER_SIDE: Final[Mapping[type[Message], Mapping[str, frozenset[str]]]] = {
    ListIssuedChainAuthorizations: {
        "chain_authorizations": frozenset({"relation.kvk_number", "fiscal_digest"}),
    },
    ListMutations: {"mutations": frozenset({"organisation_id", "lines.organisation_id"})},
}
"""Questions whose asker is not the owner: what they name instead, and nobody else may."""


@dataclass(frozen=True)
class _Asking:
    """What is being asked, and the reads that it may not do."""

    fields: Mapping[str, frozenset[str]]
    loose: list[str] = field(default_factory=list)


_asking: ContextVar[_Asking | None] = ContextVar("asking", default=None)


@contextmanager
def of_one_organisation(message: object) -> Iterator[None]:
    """Fail when what this message's sender, a person at an organisation, makes the service read is not theirs alone."""
    actor = getattr(message, "actor", None)
    if not isinstance(actor, Actor) or actor.organisation_id is None:
        yield
        return
    asking = _Asking({**OWNED, **FROM_THE_OTHER_SIDE.get(type(message), {})})
    token = _asking.set(asking)
    try:
        yield
    finally:
        _asking.reset(token)
    assert not asking.loose, f"read without naming the organisation: {asking.loose}"


class TenantEar(monitoring.CommandListener):
    """Notes the reads of tenants' collections that name no tenant."""

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Look at a command before it is sent."""
        asking = _asking.get()
        name = event.command_name
        if asking is None or name not in {"find", "aggregate", "count", "distinct", "delete", "update"}:
            return
        collection = event.command[name]
        fields = asking.fields.get(collection)
        if fields is not None and not all(_names(one, fields) for one in _filters(name, event.command)):
            asking.loose.append(f"{name} in {collection}: {event.command}")

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
