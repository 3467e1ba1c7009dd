"""Reading the overview of users: by index, at the same cost however many there are (SP-118)."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from chassis.mongo import Database, Document
from chassis.together import Together
from contracts.identity import CredentialStatus, CredentialView
from contracts.values import Level, Role
from services.identity.domain.listing import Listed
from services.identity.domain.searching import GRAM, fold, is_like_an_id, pieces
from services.identity.store.collections import CREDENTIALS, OVERVIEW_INDEX

_FREQUENT: Final = 2000
"""What so many users have narrows no search."""

_ROWS: Final = TypeAdapter(list[CredentialView])
_SHOWN: Final = {"_id": False, "order": True, "row": True}

_TRIED: Final = 8
"""So many pieces of a long search are counted, to begin with the rarest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which users of an organisation are asked for."""

    organisation_id: UUID
    text: str = ""
    status: CredentialStatus | None = None
    level: Level | None = None
    role: Role | None = None


_Page = tuple[Wanted, str | None, int]


class Overview:
    """The users of organisations."""

    def __init__(self, database: Database) -> None:
        self._rows = database[CREDENTIALS.name]
        self._pages = Together(self._read_pages)

    async def page(self, wanted: Wanted, after: str | None, limit: int) -> list[Listed]:
        """Return users in the order of the overview."""
        found = await self._pages.get((wanted, after, limit))
        if isinstance(found, BaseException):
            raise found
        return found or []

    async def _read_pages(self, pages: Collection[_Page]) -> dict[_Page, list[Listed] | BaseException]:
        """Return equal pages once; what fails for one organisation fails for no other that asked at the same moment."""
        found = await asyncio.gather(*(self._read(*page) for page in pages), return_exceptions=True)
        return dict(zip(pages, found, strict=True))

    async def _read(self, wanted: Wanted, after: str | None, limit: int) -> list[Listed]:
        place: Document = {} if after is None else {"order": {"$gt": after}}
        filters = {**await self._filters(wanted), **place}
        found = self._rows.find(filters, _SHOWN).sort([("order", 1)]).limit(limit)
        if "grams" not in filters:
            found = found.hint(list(OVERVIEW_INDEX))  # text and order stand in it: nothing else is read to compare
        documents = await found.to_list(limit)
        rows = _ROWS.validate_json(f"[{','.join(document['row'] for document in documents)}]")
        return [Listed(row, document["order"]) for row, document in zip(rows, documents, strict=True)]

    async def _filters(self, wanted: Wanted) -> Document:
        own: Document = {"organisation_id": wanted.organisation_id, "open": True}
        closer = {"level": wanted.level, "role": wanted.role, "status": wanted.status}
        chosen = {name: value for name, value in closer.items() if value is not None}
        return {**own, **chosen, **await self._searched(fold(wanted.text), own)}

    async def _searched(self, folded: str, own: Mapping[str, Any]) -> Document:
        """Return the filter of a search: by its rarest piece; frequent ones alone soon fill a page in order."""
        if not folded:
            return {}
        whole = {"text": {"$regex": re.escape(folded)}}
        if is_like_an_id(folded):
            return {"$or": [whole, {"order": {"$regex": re.escape(folded)}}]}
        rarest = await self._rarest(pieces(folded), own)
        return whole if rarest is None else {**whole, "grams": _begins(rarest)}

    async def _rarest(self, asked: list[str], own: Mapping[str, Any]) -> str | None:
        """Return the piece that the fewest users have, None when even that one is frequent."""
        tried = asked[:: -(-len(asked) // _TRIED)]
        counts = await asyncio.gather(*(self._count(piece, own) for piece in tried))
        count, rarest = min(zip(counts, tried, strict=True))
        return rarest if count < _FREQUENT else None

    async def _count(self, piece: str, own: Mapping[str, Any]) -> int:
        return await self._rows.count_documents({**own, "grams": _begins(piece)}, limit=_FREQUENT)


def _begins(piece: str) -> str | Document:
    """Return what a piece is compared with: a short one is the beginning of others."""
    return piece if len(piece) == GRAM else {"$regex": f"^{re.escape(piece)}"}
