"""Read copies are only copies: deleted, they are built again from snapshots of their owners."""

import pytest

from chassis.mongo import close, connect, database
from chassis.settings import ChassisSettings
from stack.settings import SERVICES
from stack.system import Stack
from tests.probes import until


async def read_copies(client, settings) -> dict[tuple[str, str], list[dict]]:
    """Return the documents of every read copy; they alone carry the number of the last event and no version."""
    found = {}
    for service in SERVICES:
        own = database(client, settings, service)
        for name in await own.list_collection_names():
            documents = (
                await own[name].find({"last": {"$exists": True}, "v": {"$exists": False}}).sort("_id", 1).to_list()
            )
            if documents:
                found[service, name] = documents
    return found


@pytest.mark.long
@pytest.mark.timeout(200)
@pytest.mark.rule("SP-125")
async def test_every_read_copy_is_deleted_and_comes_back(tmp_path):
    async with Stack(data=tmp_path, demo=True) as stack:
        settings = ChassisSettings(deployment=stack.deployment, mongo_uri=stack.mongo_uri)
        client = connect(settings, "test")
        before = await read_copies(client, settings)
        assert {name for _, name in before} >= {"organisations", "credentials"}
        for service, name in before:
            await database(client, settings, service)[name].delete_many({})

        for service in SERVICES:
            await stack.command(service, "snapshot")

        async def all_back() -> bool:
            return await read_copies(client, settings) == before

        await until(all_back, within_s=40)
        await close(client)
