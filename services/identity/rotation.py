"""Re-encrypts what lies under an old field key, while the service runs (S37)."""

from chassis import person_keys
from chassis.mongo import Database
from chassis.sealed import FieldCipher

FIELDS = (
    ("persons", "mobile"),
    ("persons", "phone"),
    ("persons", "identification_address"),
    ("identifications", "address"),
    ("identity_documents", "number"),
    ("mutations", "mobile"),
    ("mutations", "otp_seed"),
    ("mutations", "identification_address"),
    ("forms", "bsn"),
    ("organisations", "owner_bsn"),
    ("authenticators", "otp_seed"),
    ("activations", "otp_seed"),
    ("otp_devices", "seed"),
    ("device_orders", "address"),
)
"""Collections and fields that are encrypted for their place."""


async def rotate(database: Database, fields: FieldCipher) -> int:
    """Bring every value under the current key; return how many were under an old one.

    A document that a command changes at the same moment is left to the next round: nothing is overwritten. A command
    that had read the document before finds another version and runs again.
    """
    done = 0
    for name, field in FIELDS:
        async for document in database[name].find({field: {"$type": "string"}}, {field: 1}):
            done += await _renew(database, fields, name, field, document["_id"], document[field])
    async for document in database[person_keys.NAME].find({"key": {"$type": "string"}}):
        done += await _renew(database, fields, person_keys.NAME, "key", document["_id"], document["key"])
    return done


async def _renew(database: Database, fields: FieldCipher, name: str, field: str, id_: object, kept: str) -> int:
    if fields.is_current(kept):
        return 0
    renewed = fields.renew(kept, f"{name}:{id_}:{field}")
    versioned = {} if name == person_keys.NAME else {"$inc": {"v": 1}}
    await database[name].update_one({"_id": id_, field: kept}, {"$set": {field: renewed}, **versioned})
    return 1
