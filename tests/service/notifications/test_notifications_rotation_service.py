"""What waits to be sent moves to a new field key while more comes in and is tried."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from messages_of_notifications import a_login_code, an_invitation, sealed

from services.notifications.app import create_app
from tests.harness import FIELD_KEYS, NOW, a_key, a_record, an_envelope, rotate_keys, under_key

BUSY = "451 4.7.1 later"
LINK = "https://module.example/uitnodiging#nummer-"
ORDERS = 60


def orders(service, numbers):
    """Return invitations with a link of their own each."""
    found = []
    for number in numbers:
        id_ = uuid4()
        command = an_invitation(service, id_, link=sealed(service, f"{LINK}{number}.", "link", id_))
        found.append(a_record(command, an_envelope(command, NOW, id_)))
    return found


@pytest.mark.security("S37", "S40")
async def test_mails_that_wait_move_to_a_new_key_under_load_and_all_go_out_with_the_new_key_alone(
    notifications, outside
):
    outside.refuse["a.devries@relatie.example"] = BUSY
    async with notifications() as service:
        old, new = next(iter(FIELD_KEYS)), {"f2": a_key()}
        await service.process.commands.handle(orders(service, range(ORDERS)))
        id_ = uuid4()
        code = a_login_code(service, id_)
        await service.command(code, id_=id_)
        assert ("contents", "secrets.link") in await under_key(service.database, old)
        assert ("contents", "secrets.mobile") in await under_key(service.database, old)

        settings = service.process.settings
        both = create_app(settings.model_copy(update={"field_keys": {**new, **FIELD_KEYS}}))
        both.assemble()
        both.clock.hear(NOW)
        service.process.commands = both.commands  # who knows one key alone has been started anew by now

        async def goes_on():
            for start in range(ORDERS, 2 * ORDERS, 20):
                await both.commands.handle(orders(service, range(start, start + 20)))
                await service.settle()

        async def rounds():
            return [(await rotate_keys(both))["values"] for _ in range(5)]

        moved, _ = await asyncio.gather(rounds(), goes_on())
        assert sum(moved) >= ORDERS // 2
        await rotate_keys(both)
        assert (await rotate_keys(both))["values"] == 0
        assert await under_key(service.database, old) == set(), "nothing is left under the old key"

        alone = create_app(settings.model_copy(update={"field_keys": new}))
        alone.assemble()
        service.process.commands, service.process.ticks = alone.commands, alone.ticks
        outside.clear()
        alone.clock.hear(NOW + timedelta(minutes=6))
        await service.settle()
        await service.tick(NOW + timedelta(minutes=6))
        texts = [mail["text"] for mail in outside.mails]
        assert len(texts) == 2 * ORDERS
        assert all(sum(f"{LINK}{number}." in text for text in texts) == 1 for number in range(2 * ORDERS))
        assert await service.dead_letters() == []
        for process in (both, alone):
            await process.client.close()
