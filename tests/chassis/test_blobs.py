"""The blob store: encrypted at rest, changes found, unowned files expire, streams in bounded pieces."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from os import urandom
from uuid import uuid4

import pytest
import pytest_asyncio
from bson import encode

from chassis.blobs import CHUNKS, FILES, BlobMissingError, BlobStore
from chassis.mongo import CODEC, close, connect, database
from chassis.time import real_now
from tests.harness import a_key

PIECE = 255 * 1024
TEXT = b"paspoort van Jansen "


class Store:
    """A blob store and the database below it."""

    def __init__(self, settings, client) -> None:
        self.settings, self.client = settings, client
        self.blobs = BlobStore(client, settings)
        place = database(client, settings, "blobs")
        self.files, self.chunks = place[FILES], place[CHUNKS]

    def with_keys(self, keys: dict[str, str]) -> BlobStore:
        return BlobStore(self.client, self.settings.model_copy(update={"blob_keys": keys}))


@pytest_asyncio.fixture(loop_scope="session")
async def store(settings) -> AsyncIterator[Store]:
    client = connect(settings, "test")
    made = Store(settings, client)
    await made.blobs.prepare()
    yield made
    await client.drop_database(f"{settings.deployment}_blobs")
    await close(client)


async def in_pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
async def test_what_was_put_is_got(store, size):
    data = urandom(size)
    reference = await store.blobs.put(data, "application/pdf", "a.pdf")
    again = await store.blobs.put(in_pieces(data, 1000), "application/pdf", "a.pdf")

    assert await store.blobs.get(reference) == data
    assert await store.blobs.get(again) == data
    assert (reference.size, reference.sha256) == (again.size, again.sha256) == (size, sha256(data).hexdigest())


async def test_no_stored_document_holds_the_plain_text(store):
    await store.blobs.put(TEXT * 40_000, "image/png", "scan.png")

    documents = [document for place in (store.files, store.chunks) async for document in place.find()]
    assert len(documents) == 5
    assert all(TEXT[:8] not in encode(document, codec_options=CODEC) for document in documents)


async def test_three_megabytes_stream_in_bounded_pieces_both_ways(store):
    data = urandom(3 * 1024 * 1024)
    asked = []

    async def source() -> AsyncIterator[bytes]:
        async for piece in in_pieces(data, 64 * 1024):
            asked.append(await store.chunks.count_documents({}))
            yield piece

    reference = await store.blobs.put(source(), "application/octet-stream", "big")
    pieces = [piece async for piece in store.blobs.stream(reference)]

    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= PIECE
    assert asked[-1] >= 10  # earlier pieces were stored while later ones were still to come
    assert max([len(chunk["data"]) async for chunk in store.chunks.find()]) <= PIECE + 28


async def broken(store: Store, reference) -> None:
    with pytest.raises(BlobMissingError):
        await store.blobs.get(reference)


async def test_a_changed_chunk_is_found(store):
    reference = await store.blobs.put(urandom(3 * PIECE), "x/y", "n")
    for n in range(3):
        chunk = await store.chunks.find_one({"n": n})
        changed = bytearray(chunk["data"])
        changed[len(changed) // 2] ^= 1
        await store.chunks.update_one({"_id": chunk["_id"]}, {"$set": {"data": bytes(changed)}})
        await broken(store, reference)
        await store.chunks.replace_one({"_id": chunk["_id"]}, chunk)
    assert len(await store.blobs.get(reference)) == 3 * PIECE


async def test_a_cut_off_end_is_found_even_when_the_last_chunk_is_called_final(store):
    reference = await store.blobs.put(urandom(3 * PIECE), "x/y", "n")
    await store.chunks.delete_one({"n": 2})
    await broken(store, reference)
    await store.chunks.update_one({"n": 1}, {"$set": {"final": True}})
    await broken(store, reference)


async def test_a_missing_middle_is_found(store):
    reference = await store.blobs.put(urandom(3 * PIECE), "x/y", "n")
    await store.chunks.delete_one({"n": 1})
    await broken(store, reference)


async def test_swapped_chunks_of_one_file_or_of_two_are_found(store):
    mine = await store.blobs.put(urandom(2 * PIECE), "x/y", "n")
    yours = await store.blobs.put(urandom(2 * PIECE), "x/y", "n")

    async def swapped(first: dict, second: dict) -> None:
        one, two = await store.chunks.find_one(first), await store.chunks.find_one(second)
        for chunk, data in ((one, two["data"]), (two, one["data"])):
            await store.chunks.update_one({"_id": chunk["_id"]}, {"$set": {"data": data}})

    for first, second in (
        ({"blob": mine.id, "n": 0}, {"blob": mine.id, "n": 1}),
        ({"blob": mine.id, "n": 0}, {"blob": yours.id, "n": 0}),
    ):
        await swapped(first, second)
        await broken(store, mine)
        await swapped(first, second)
    assert len(await store.blobs.get(mine)) == 2 * PIECE


async def test_a_reference_with_another_digest_gets_nothing(store):
    reference = await store.blobs.put(b"abc", "x/y", "n")
    await broken(store, reference.model_copy(update={"sha256": "0" * 64}))


async def test_a_file_without_an_owner_expires_and_a_claimed_one_does_not(store):
    reference = await store.blobs.put(urandom(2 * PIECE), "x/y", "n")
    day = real_now() + timedelta(days=1)
    for place in (store.files, store.chunks):
        expiring = [document["expires_at"] async for document in place.find()]
        assert all(day - timedelta(minutes=1) < moment <= day for moment in expiring)
        indexes = await place.index_information()
        assert indexes["expires_at_1"]["expireAfterSeconds"] == 0

    await store.blobs.claim(reference)

    for place in (store.files, store.chunks):
        assert await place.count_documents({"expires_at": {"$exists": True}}) == 0
    assert len(await store.blobs.get(reference)) == 2 * PIECE


async def test_the_same_id_twice_stores_one_file(store):
    data, id_ = urandom(2 * PIECE), uuid4()
    first = await store.blobs.put(data, "x/y", "n", id_=id_)
    assert await store.blobs.put(data, "x/y", "n", id_=id_) == first
    assert (await store.files.count_documents({}), await store.chunks.count_documents({})) == (1, 2)
    assert await store.blobs.get(first) == data


async def test_a_deleted_file_is_gone(store):
    reference = await store.blobs.put(urandom(2 * PIECE), "x/y", "n")
    await store.blobs.delete(reference)
    await broken(store, reference)
    assert await store.chunks.count_documents({}) == 0


async def test_the_copy_that_is_shown_lives_and_goes_with_its_file(store):
    original = await store.blobs.put(b"as it came", "image/png", "pas.png")
    assert await store.blobs.shown(original) == original
    await store.blobs.put_shown(original, "image/jpeg", b"as it looks")
    shown = await store.blobs.shown(original)
    assert (await store.blobs.get(shown), shown.name, shown.media_type) == (b"as it looks", "pas.jpg", "image/jpeg")
    assert await store.blobs.get(original) == b"as it came"

    await store.blobs.claim(original)
    for place in (store.files, store.chunks):
        assert await place.count_documents({"expires_at": {"$exists": True}}) == 0

    await store.blobs.delete(original)
    await broken(store, original)
    await broken(store, shown)
    assert await store.files.count_documents({}) == 0


async def test_a_file_under_an_older_key_is_read_and_one_whose_key_is_gone_is_not(store):
    reference = await store.blobs.put(b"old", "x/y", "n")

    assert await store.with_keys({"b2": a_key(), **store.settings.blob_keys}).get(reference) == b"old"
    with pytest.raises(BlobMissingError):
        await store.with_keys({"b2": a_key()}).get(reference)


@pytest.mark.security("S37")
async def test_files_move_to_a_new_key_while_others_are_put_read_and_deleted(store):
    old, new = store.settings.blob_keys, {"b2": a_key()}
    mixed = store.with_keys({**new, **old})
    files = {await store.blobs.put(data, "x/y", "n"): data for data in (urandom(PIECE + n) for n in range(20))}
    gone, *kept = files

    async def work() -> None:
        await store.blobs.delete(gone)
        for reference in kept:
            assert await mixed.get(reference) == files[reference]
        for data in (b"beside", b"it"):
            files[await store.blobs.put(data, "x/y", "n")] = data

    await asyncio.gather(mixed.renew(), work(), mixed.renew())
    await mixed.renew()
    assert await mixed.renew() == (0, 0)
    assert await store.chunks.count_documents({"key": {"$ne": "b2"}}) == 0
    for reference in files.keys() - {gone}:
        assert await store.with_keys(new).get(reference) == files[reference]
    await broken(store, gone)


@pytest.mark.security("S37")
async def test_a_piece_that_no_key_opens_stays_as_it_is_and_is_counted(store):
    changed, lost, whole = [await store.blobs.put(b"x", "x/y", "n") for _ in range(3)]
    await store.chunks.update_one({"blob": changed.id}, {"$set": {"data": b"y" * 40}})
    await store.chunks.update_one({"blob": lost.id}, {"$set": {"key": "b0"}})
    before = await store.chunks.find({"blob": {"$in": [changed.id, lost.id]}}).to_list()
    mixed = store.with_keys({"b2": a_key(), **store.settings.blob_keys})
    assert await mixed.renew() == (1, 2)
    assert await store.chunks.find({"blob": {"$in": [changed.id, lost.id]}}).to_list() == before
    assert await mixed.get(whole) == b"x"
