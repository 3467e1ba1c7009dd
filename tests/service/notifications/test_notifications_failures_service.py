"""What could not be delivered, as the back office sees it (SP-116)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from messages_of_notifications import a_device_letter, a_letter, a_login_code, an_invitation

from contracts.actor import ANYONE, Actor, ActorKind, StaffRole
from contracts.message import Done
from contracts.notifications import ListFailedDeliveries, Purpose
from contracts.values import Level, Role
from tests.harness import NOW

AUDITOR = Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({StaffRole.AUDITOR}))
ADMINISTRATOR = Actor(
    kind=ActorKind.PERSON, person_id=uuid4(), organisation_id=uuid4(), role=Role.ADMINISTRATOR, level=Level.EH3
)


async def order(service, build, at=NOW):
    id_ = uuid4()
    command = build(service, id_)
    assert await service.command(command, id_=id_, at=at) == Done()
    await service.settle()
    return command


async def failed(service, actor=AUDITOR, **more):
    return await service.query(ListFailedDeliveries(actor=actor, **more))


@pytest.mark.rule("SP-116", "MS-02", "MS-06", "NO-21")
async def test_the_back_office_sees_letters_and_mails_that_could_not_be_delivered_newest_first(notifications, outside):
    outside.refuse = {"/letters": 422, "/messages": 422, "a.devries@relatie.example": "550 5.1.1 no such mailbox"}
    async with notifications() as service:
        assert (await failed(service)).rows == ()
        letter = await order(service, a_letter)
        await order(service, a_login_code, NOW + timedelta(seconds=1))
        device = await order(service, a_device_letter, NOW + timedelta(minutes=1))
        mail = await order(service, an_invitation, NOW + timedelta(minutes=2))
        rows = (await failed(service)).rows
        assert [(row.purpose, row.channel, row.subject_id) for row in rows] == [
            ("invitation", "email", mail.chain_authorization_id), ("device_letter", "post", device.order_id),
            ("activation_letter", "post", letter.credential_id),
        ]  # fmt: skip
        assert all(row.reason and row.attempts == 1 and row.failed_at >= row.planned_at for row in rows)
        assert "devries" not in str(rows)
        (only,) = (await failed(service, purpose=Purpose.DEVICE_LETTER)).rows
        assert only == rows[1]
        first = await failed(service, limit=2)
        assert first.rows + (await failed(service, limit=2, cursor=first.next)).rows == rows
        assert (await failed(service, cursor="x")).code == "unknown"


@pytest.mark.security("S22")
async def test_only_the_back_office_sees_what_could_not_be_delivered(notifications):
    async with notifications() as service:
        for actor in (ANYONE, ADMINISTRATOR):
            assert (await failed(service, actor)).code == "not_allowed"
