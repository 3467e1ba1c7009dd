"""Brings what is encrypted at rest under the current keys, while the service runs (S37).

A document that a command changes at the same moment is left to the next round: nothing is overwritten. A command that
had read the document before finds another version and runs again. The audit trail keeps the keys it was written with:
its entries are chained and never change.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from chassis import person_keys
from chassis.mongo import Database, Document
from chassis.sealed import FieldCipher, SealError

log = logging.getLogger(__name__)
Fields = Sequence[tuple[str, str]]
"""Collections and fields that are encrypted for their place; a field may hold several values by name."""

_OF_PERSONS: Final = ((person_keys.NAME, "key"),)
_KINDS: Final = {"$type": ["string", "object"]}


@dataclass(slots=True)
class Rotated:
    """What a round did."""

    renewed: int = 0
    """Values that were under another key."""

    unreadable: int = 0
    """Values that no key opens: their key is gone, or they were changed."""


async def rotate(database: Database, cipher: FieldCipher, fields: Fields) -> Rotated:
    """Bring every value of these fields, and the keys of persons, under the current field key."""
    rotated = Rotated()
    for name, field in (*fields, *_OF_PERSONS):
        async for document in database[name].find({field: _KINDS}, {field: 1}):
            await _renew(database, cipher, (name, field), document, rotated)
    return rotated


async def _renew(
    database: Database, cipher: FieldCipher, place: tuple[str, str], document: Document, rotated: Rotated
) -> None:
    name, field = place
    id_, kept = document["_id"], document[field]
    try:
        renewed = _renewed(cipher, f"{name}:{id_}", field, kept)
    except SealError:
        rotated.unreadable += 1
        log.warning("a stored value cannot be read", extra={"collection": name, "field": field, "id": str(id_)})
        return
    if renewed == kept:
        return
    versioned = {} if name == person_keys.NAME else {"$inc": {"v": 1}}
    await database[name].update_one({"_id": id_, field: kept}, {"$set": {field: renewed}, **versioned})
    rotated.renewed += 1


def _renewed(cipher: FieldCipher, place: str, field: str, kept: Any) -> Any:
    """Return a value under the current key, or several by their names; raise SealError."""
    if isinstance(kept, str):
        return kept if cipher.is_current(kept) else cipher.renew(kept, f"{place}:{field}")
    return {name: _renewed(cipher, place, name, text) for name, text in kept.items()}
