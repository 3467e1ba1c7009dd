"""Finding services in the catalogue (AU-03, SP-118)."""

import re
from datetime import datetime

from chassis import paging
from chassis.mongo import Database, Document
from contracts.authorizations import AuthorizationsRefusal, SearchServices, ServicePage, ServiceView
from contracts.message import Refusal
from contracts.values import Language
from services.authorizations.domain.catalogue import fold
from services.authorizations.store import SERVICES


class Catalogue:
    """Answers SearchServices; the catalogue is public, so everybody may ask."""

    def __init__(self, database: Database) -> None:
        self._services = database[SERVICES.name]

    async def search(self, query: SearchServices, now: datetime) -> ServicePage | Refusal:
        """Return the services with a text in their or their provider's name, by name in the actor's language."""
        del now
        order = "order_en" if query.actor.language is Language.EN else "order_nl"
        try:
            after = paging.decode(query.cursor)
        except paging.CursorError:
            return Refusal(code=AuthorizationsRefusal.UNKNOWN)
        filters = _filters(query) | ({order: {"$gt": "".join(after)}} if after is not None else {})
        found = self._services.find(filters, {"view": 1, order: 1}).sort(order, 1).limit(query.limit + 1)
        documents = [document async for document in found]
        shown = documents[: query.limit]
        return ServicePage(
            rows=tuple(ServiceView.model_validate(document["view"]) for document in shown),
            next=paging.encode(shown[-1][order]) if len(documents) > query.limit else None,
        )


def _filters(query: SearchServices) -> Document:
    filters: Document = {"listed": True}
    if text := fold(query.text):
        filters["folded"] = {"$regex": re.escape(text)}
    if query.chain_only:
        filters["view.chain_allowed"] = True
    return filters
