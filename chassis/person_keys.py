"""A key for each person, with which the audit values about that person are encrypted: without it they are erased (S39).

The keys lie wrapped by the service's field key. Entries of the audit trail are chained and never changed; forgetting a
person destroys the key alone, so that the chain still verifies while its values can no longer be read.
"""

from base64 import b64encode
from collections.abc import Iterable
from secrets import token_bytes
from uuid import UUID

from pymongo import InsertOne

from chassis.mongo import Database, Session
from chassis.sealed import FieldCipher

NAME = "person_keys"
_KEY_BYTES = 32


def place(person_id: UUID) -> str:
    """Return the place that a wrapped key is bound to."""
    return f"{NAME}:{person_id}:key"


async def ciphers(
    database: Database, fields: FieldCipher, persons: Iterable[UUID], session: Session | None = None
) -> dict[UUID, FieldCipher]:
    """Return the ciphers of persons, with new keys for who had none; of who was forgotten one that nobody can open."""
    wanted = set(persons)
    if not wanted:
        return {}
    rows = database[NAME]
    kept = {row["_id"]: row["key"] async for row in rows.find({"_id": {"$in": list(wanted)}}, session=session)}
    keys = {
        id_: fields.decrypt(kept[id_], place(id_)) if kept.get(id_) else b64encode(token_bytes(_KEY_BYTES)).decode()
        for id_ in wanted
    }
    new = [InsertOne({"_id": id_, "key": fields.encrypt(keys[id_], place(id_))}) for id_ in wanted - set(kept)]
    if new:
        await rows.bulk_write(new, ordered=False, session=session)
    return {id_: FieldCipher({f"person-{id_}": key}) for id_, key in keys.items()}


async def forget(database: Database, person_id: UUID) -> bool:
    """Destroy a person's key for good; False when there was none."""
    done = await database[NAME].update_one({"_id": person_id, "key": {"$ne": None}}, {"$set": {"key": None}})
    return bool(done.modified_count)
