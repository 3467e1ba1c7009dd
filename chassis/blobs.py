"""The blob store: files lie encrypted in a database of their own; messages carry references (claim check)."""

import struct
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import PurePath
from secrets import token_bytes
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.ids import derived, fresh
from chassis.mongo import Client, Database, Document, Index, database
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.message import BlobReference

FILES = "blobs"
CHUNKS = "blob_chunks"
_CHUNK = 255 * 1024
_NONCE = 12
_UNOWNED = timedelta(days=1)
_ENDINGS = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}
INDEXES: dict[str, tuple[Index, ...]] = {
    FILES: (Index((("expires_at", 1),), ttl_s=0),),
    CHUNKS: (Index((("blob", 1), ("n", 1)), unique=True), Index((("expires_at", 1),), ttl_s=0)),
}


class BlobMissingError(Exception):
    """The file is not there any more, or was changed."""


class BlobStore:
    """Puts and gets files by reference; one that nobody has claimed within a day expires."""

    def __init__(self, client: Client, settings: ChassisSettings) -> None:
        self._database: Database = database(client, settings, "blobs")
        self._keys = _keys(settings.blob_keys)
        self._current = next(iter(settings.blob_keys), "")

    async def prepare(self) -> None:
        """Make the indexes."""
        for name, indexes in INDEXES.items():
            for index in indexes:
                await index.ensure(self._database[name])

    async def put(
        self, data: bytes | AsyncIterator[bytes], media_type: str, name: str, *, id_: UUID | None = None
    ) -> BlobReference:
        """Store a file and return its reference; the same `id_` again stores nothing twice."""
        if id_ is not None and (known := await self._database[FILES].find_one({"_id": id_})) is not None:
            return BlobReference.model_validate({**known, "id": id_})
        blob = id_ or fresh()
        expires_at = real_now() + _UNOWNED
        digest, size, n, last = sha256(), 0, 0, b""
        async for piece in _pieces(data):
            digest.update(piece)
            size += len(piece)
            if last:
                await self._put_chunk(blob, n, last, final=False, expires_at=expires_at)
                n += 1
            last = piece
        await self._put_chunk(blob, n, last, final=True, expires_at=expires_at)
        reference = BlobReference(id=blob, sha256=digest.hexdigest(), size=size, media_type=media_type, name=name[:255])
        document: Document = {"_id": blob, **reference.model_dump(exclude={"id"}), "expires_at": expires_at}
        await self._database[FILES].replace_one({"_id": blob}, document, upsert=True)
        return reference

    async def _put_chunk(self, blob: UUID, n: int, piece: bytes, *, final: bool, expires_at: Any) -> None:
        nonce = token_bytes(_NONCE)
        sealed = self._keys[self._current].encrypt(nonce, piece, _bond(blob, n, final=final))
        document = {"blob": blob, "n": n, "final": final, "key": self._current, "data": nonce + sealed}
        await self._database[CHUNKS].replace_one(
            {"blob": blob, "n": n}, {**document, "expires_at": expires_at}, upsert=True
        )

    async def put_shown(self, original: BlobReference, media_type: str, data: bytes) -> None:
        """Store the copy of a stranger's file that is shown in its place; it is kept and removed with it (S26)."""
        name = f"{PurePath(original.name).stem}{_ENDINGS[media_type]}"
        await self.put(data, media_type, name, id_=_shown_id(original))

    async def shown(self, original: BlobReference) -> BlobReference:
        """Return the copy of a file that is shown; the file itself when there is none."""
        id_ = _shown_id(original)
        found = await self._database[FILES].find_one({"_id": id_})
        return BlobReference.model_validate({**found, "id": id_}) if found else original

    async def claim(self, reference: BlobReference) -> None:
        """Keep a file and its shown copy for good: a document refers to it now."""
        both = {"$in": [reference.id, _shown_id(reference)]}
        for name, filters in ((FILES, {"_id": both}), (CHUNKS, {"blob": both})):
            await self._database[name].update_many(filters, {"$unset": {"expires_at": ""}})

    async def stream(self, reference: BlobReference) -> AsyncIterator[bytes]:
        """Yield a file's bytes; raise BlobMissingError when it is gone or was changed."""
        digest, final = sha256(), False
        async for chunk in self._database[CHUNKS].find({"blob": reference.id}).sort("n", 1):
            data, final = bytes(chunk["data"]), chunk["final"]
            try:
                piece = self._keys[chunk["key"]].decrypt(
                    data[:_NONCE], data[_NONCE:], _bond(reference.id, chunk["n"], final=final)
                )
            except (InvalidTag, KeyError) as error:
                raise BlobMissingError(f"file {reference.id} was changed") from error
            digest.update(piece)
            yield piece
        if not final or digest.hexdigest() != reference.sha256:
            raise BlobMissingError(f"file {reference.id} is gone or was changed")

    async def get(self, reference: BlobReference) -> bytes:
        """Return a file's bytes."""
        return b"".join([piece async for piece in self.stream(reference)])

    async def renew(self) -> tuple[int, int]:
        """Bring every piece under the current key (S37); return how many were under another, and how many stay so.

        What no key opens stays as it is.
        """
        renewed = unreadable = 0
        async for chunk in self._database[CHUNKS].find({"key": {"$ne": self._current}}):
            data, bond = bytes(chunk["data"]), _bond(chunk["blob"], chunk["n"], final=chunk["final"])
            try:
                piece = self._keys[chunk["key"]].decrypt(data[:_NONCE], data[_NONCE:], bond)
            except (InvalidTag, KeyError):
                unreadable += 1
                continue
            nonce = token_bytes(_NONCE)
            after = {"key": self._current, "data": nonce + self._keys[self._current].encrypt(nonce, piece, bond)}
            await self._database[CHUNKS].update_one({"_id": chunk["_id"], "key": chunk["key"]}, {"$set": after})
            renewed += 1
        return renewed, unreadable

    async def delete(self, reference: BlobReference) -> None:
        """Remove a file and its shown copy."""
        both = {"$in": [reference.id, _shown_id(reference)]}
        await self._database[CHUNKS].delete_many({"blob": both})
        await self._database[FILES].delete_many({"_id": both})


async def _pieces(data: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Cut data into pieces of one size."""
    waiting = bytearray(data) if isinstance(data, bytes) else bytearray()
    if not isinstance(data, bytes):
        async for some in data:
            waiting += some
            while len(waiting) >= _CHUNK:
                yield bytes(waiting[:_CHUNK])
                del waiting[:_CHUNK]
    for start in range(0, len(waiting), _CHUNK):
        yield bytes(waiting[start : start + _CHUNK])


def _shown_id(original: BlobReference) -> UUID:
    return derived(original.id, "shown")


def _bond(blob: UUID, n: int, *, final: bool) -> bytes:
    return blob.bytes + struct.pack(">Q?", n, final)


def _keys(keys: Mapping[str, str]) -> dict[str, AESGCM]:
    return {id_: AESGCM(b64decode(key)) for id_, key in keys.items()}
