"""Fiscal numbers of relations on their way out: each is opened in its place of one answer, and shown in clear (S38)."""

from typing import Any, TypeVar
from uuid import UUID

from contracts.chain import Relation
from contracts.message import Model
from gateway.caller import Caller
from gateway.schemas.chain import RelationOut

View = TypeVar("View", bound=Model)


def readable(caller: Caller, relation: Relation, place: str, *, id_: UUID) -> RelationOut:
    """Return a relation of the answer to the query `id_` as it goes out."""
    sealed = relation.fiscal_number
    number = None if sealed is None else caller.open(sealed, f"{place}.fiscal_number", id_=id_)
    return RelationOut(kvk_number=relation.kvk_number, fiscal_number=number, name=relation.name)


def with_relation(caller: Caller, view: Any, *, id_: UUID) -> dict[str, Any]:
    """Return what an answer shows of one relation."""
    return {**dict(view), "relation": readable(caller, view.relation, "relation", id_=id_)}


def with_relations(caller: Caller, page: View, *, id_: UUID) -> View:
    """Return a part of a list, each row of which is about a relation."""
    rows: tuple[Any, ...] = getattr(page, "rows", ())
    shown = tuple(
        row.model_copy(update={"relation": readable(caller, row.relation, f"rows.{place}.relation", id_=id_)})
        for place, row in enumerate(rows)
    )
    return page.model_copy(update={"rows": shown})
