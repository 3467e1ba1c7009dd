"""The back office sends again what could not be delivered, while what it said is kept (SP-116)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from messages_of_notifications import (
    a_credential,
    a_device_letter,
    a_letter,
    a_login_code,
    a_validation_code,
    an_administrator,
    an_invitation,
)

from contracts.actor import ANYONE, Actor, ActorKind, StaffRole
from contracts.identity import CredentialRejected, CredentialStatus
from contracts.message import Done
from contracts.notifications import DeliveryFailed, DeliveryStatus, ListFailedDeliveries, Purpose, SendAgain
from services.notifications.domain.deliveries import KEPT
from tests.harness import NOW

ADDRESS = "beheerder@kantoor.example"
NO_MAILBOX = "550 5.1.1 no such mailbox"
LATER = NOW + timedelta(days=1)


def staff(role):
    return Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset({role}))


HANDLER, AUDITOR = staff(StaffRole.HANDLER), staff(StaffRole.AUDITOR)


async def rejected(service):
    """Tell an administrator of a rejection, and give the mail's failed row."""
    organisation = uuid4()
    await service.hear(a_credential(organisation, ADDRESS))
    refused = {"event": CredentialRejected, "reason": "Kopie onleesbaar", "status": CredentialStatus.REJECTED}
    await service.hear(a_credential(organisation, "nieuw@kantoor.example", **refused))
    await service.settle()
    (row,) = await failed(service)
    return row


async def ordered(service, build, at=NOW, **changes):
    id_ = uuid4()
    command = build(service, id_, **changes)
    assert await service.command(command, id_=id_, at=at) == Done()
    await service.settle()
    return command


async def failed(service):
    return (await service.query(ListFailedDeliveries(actor=AUDITOR))).rows


async def again(service, id_, actor=HANDLER, at=LATER):
    service.process.clock.hear(at)
    outcome = await service.command(SendAgain(actor=actor, notification_id=id_), at=at)
    await service.settle()
    return outcome


async def contents(service):
    return await service.database["contents"].find().to_list()


@pytest.mark.rule("SP-116", "NO-07")
@pytest.mark.security("S41")
async def test_a_rejection_mail_that_failed_is_sent_again_as_it_was_and_audited(notifications, outside):
    outside.refuse[ADDRESS] = NO_MAILBOX
    async with notifications() as service:
        row = await rejected(service)
        assert (row.purpose, row.again_until) == (Purpose.APPLICATION_REJECTED, NOW + KEPT)
        outside.clear()
        assert await again(service, row.notification_id) == Done()
        (mail,) = outside.mails
        assert (mail["to"], "Kopie onleesbaar" in mail["text"]) == ([ADDRESS], True)
        assert (await failed(service), await contents(service)) == ((), [])
        changes = await service.database["audit"].find({"subject": row.notification_id}).to_list()
        by = [change["actor"] for change in changes if change["actor"]["kind"] == "staff"]
        assert [actor["person_id"] for actor in by] == [str(HANDLER.person_id)]
        assert (await again(service, row.notification_id)).code == "wrong_status"
        assert len(outside.mails) == 1


@pytest.mark.rule("SP-116", "SP-75", "NO-08")
@pytest.mark.security("S37", "S40", "R22")
async def test_a_letter_that_failed_keeps_its_code_encrypted_and_goes_out_under_a_reference_of_its_own(
    notifications, outside
):
    outside.refuse["/letters"] = 422
    async with notifications() as service:
        letter = await ordered(service, a_letter)
        (row,) = await failed(service)
        (kept,) = await contents(service)
        assert "KXQ7" not in str(kept)
        assert kept["forget_at"] is not None
        assert await again(service, row.notification_id) == Done()
        (row,) = await failed(service)
        assert (row.failed_at, row.planned_at, row.attempts) == (LATER, LATER, 1)
        assert row.again_until == letter.activate_by
        assert len(await service.sent(DeliveryFailed)) == 2
        outside.clear()
        assert await again(service, row.notification_id, at=LATER + timedelta(days=1)) == Done()
        assert [sent["reference"] for sent in outside.letters] == [f"{row.notification_id}-3"]
        assert (await failed(service), await contents(service)) == ((), [])


@pytest.mark.rule("SP-75", "SP-116")
async def test_what_is_sent_again_is_tried_five_times_again(notifications, outside):
    outside.refuse[ADDRESS] = NO_MAILBOX
    async with notifications() as service:
        row = await rejected(service)
        outside.refuse[ADDRESS] = "451 4.7.1 later"
        await again(service, row.notification_id)
        (waiting,) = await service.database["deliveries"].find({"_id": row.notification_id}).to_list()
        assert (waiting["status"], waiting["attempts"], waiting["round"]) == (DeliveryStatus.PLANNED, 1, 2)
        assert [content["forget_at"] for content in await contents(service)] == [None]
        outside.clear()
        service.process.clock.hear(LATER + timedelta(minutes=6))
        await service.tick(LATER + timedelta(minutes=6))
        assert ([mail["to"] for mail in outside.mails], await contents(service)) == ([[ADDRESS]], [])


@pytest.mark.rule("SP-116", "NO-21", "MS-06")
@pytest.mark.security("S40")
@pytest.mark.parametrize("build", [an_invitation, a_device_letter, a_validation_code, a_login_code])
async def test_what_has_a_way_of_its_own_keeps_nothing_and_is_not_sent_again(notifications, outside, build):
    outside.refuse = {"/letters": 422, "/messages": 422, "a@kantoor.example": NO_MAILBOX,
                      "a.devries@relatie.example": NO_MAILBOX}  # fmt: skip
    async with notifications() as service:
        command = await ordered(service, build)
        assert await contents(service) == []
        (delivery,) = await service.database["deliveries"].find().to_list()
        assert delivery["status"] == DeliveryStatus.FAILED
        assert all(row.again_until is None for row in await failed(service))
        assert (await again(service, command.notification_id)).code == "not_sent_again"


@pytest.mark.rule("SP-116")
async def test_it_is_not_sent_again_when_what_it_said_is_gone_or_too_late(notifications, outside):
    outside.refuse = {"/letters": 422, ADDRESS: NO_MAILBOX}
    async with notifications() as service:
        row = await rejected(service)
        assert (await again(service, row.notification_id, at=NOW + KEPT)).code == "content_gone"
        letter = await ordered(service, a_letter, activate_by=NOW + timedelta(days=3))
        (late,) = [found for found in await failed(service) if found.purpose is Purpose.ACTIVATION_LETTER]
        assert late.again_until == letter.activate_by
        assert (await again(service, late.notification_id, at=letter.activate_by)).code == "content_gone"
        await service.database["contents"].delete_many({})
        assert (await again(service, row.notification_id)).code == "content_gone"


@pytest.mark.rule("SP-116", "NO-10")
async def test_a_letter_that_a_newer_one_replaces_is_not_sent_again(notifications, outside):
    outside.refuse["/letters"] = 422
    async with notifications("weid") as service:
        first = await ordered(service, a_letter)
        newer = {"credential_id": first.credential_id}
        (old,) = await failed(service)
        outside.clear()
        await ordered(service, a_letter, at=NOW + timedelta(hours=1), **newer)
        assert (await again(service, old.notification_id)).code == "superseded"
        assert len(outside.letters) == 1


@pytest.mark.rule("SP-128")
@pytest.mark.security("S22")
async def test_only_who_decides_in_the_back_office_sends_again(notifications, outside):
    outside.refuse[ADDRESS] = NO_MAILBOX
    async with notifications() as service:
        row = await rejected(service)
        outside.clear()
        for actor in (ANYONE, AUDITOR, an_administrator(uuid4())):
            assert (await again(service, row.notification_id, actor)).code == "not_allowed"
        assert (await again(service, uuid4())).code == "unknown"
        assert outside.mails == []
