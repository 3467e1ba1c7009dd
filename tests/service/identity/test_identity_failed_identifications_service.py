"""A holder is told that the identification did not succeed, and what is possible now (ST-77)."""

from datetime import timedelta

import pytest

from contracts.identity import RecordFailedIdentification
from contracts.notifications import AfterFailure, SendIdentificationFailed
from tests.harness import NOW
from tests.service.identity.journey import REVIEWER
from tests.service.identity.requesting import Desk
from tests.service.identity.test_identity_identification_service import APPOINTMENT, approved
from tests.service.identity.test_identity_upgrade_identification_service import Upgrading

REASON = "Niet verschenen"


async def told(journey):
    return [
        (mail.credential_id, mail.after, mail.by_partner)
        for mail in await journey.service.sent(SendIdentificationFailed)
    ]


@pytest.mark.rule("ST-77", "ST-76")
async def test_each_failure_that_the_partner_reports_is_told_once(ordering):
    desk, id_ = await approved(ordering)
    await desk.report(id_, event="appointed", appointment_at=APPOINTMENT.isoformat())
    assert await told(ordering) == []
    await desk.report(id_, event="failed", reason="not_appeared")
    await desk.report(id_, event="failed", reason="not_appeared")
    (mail,) = await ordering.service.sent(SendIdentificationFailed)
    held = await ordering.service.database["credentials"].find_one({"_id": id_})
    assert (mail.email, mail.name.surname, mail.language.value) == (held["email"], "Bakker", held["language"])
    assert str(mail.appoint_by) == str(held["activate_by"])[:10]
    assert "not_appeared" not in mail.model_dump_json()
    await desk.report(id_, event="appointed", appointment_at=APPOINTMENT.isoformat())
    await desk.report(id_, event="identified", surname="Bakker", birth_date="1990-05-18")
    assert await told(ordering) == [(id_, AfterFailure.APPOINTMENT, True)] * 2


@pytest.mark.rule("ST-77", "ST-06")
async def test_after_the_thirty_days_a_new_letter_is_what_is_left(ordering):
    desk, id_ = await approved(ordering)
    await ordering.service.tick(NOW + timedelta(days=32))
    ordering.now = NOW + timedelta(days=32)
    await desk.report(id_, event="failed", reason="not_appeared")
    assert await told(ordering) == [(id_, AfterFailure.LETTER, True)]


@pytest.mark.rule("ST-77")
async def test_a_failure_that_the_back_office_enters_is_told_and_not_why(journey):
    desk = await Desk.open(journey)
    id_ = (await desk.approved()).credential_ids[0]
    fail = RecordFailedIdentification(actor=REVIEWER, credential_id=id_, reason=REASON)
    assert (await journey.send(fail.model_copy(update={"actor": desk.actor}))).code == "not_allowed"
    assert await told(journey) == []
    await journey.send(fail)
    assert (await journey.send(fail)).code == "wrong_status"
    (mail,) = await journey.service.sent(SendIdentificationFailed)
    assert (mail.credential_id, mail.by_partner, REASON in mail.model_dump_json()) == (id_, False, False)


@pytest.mark.rule("ST-77", "SP-15")
async def test_of_an_upgrade_a_new_appointment_is_what_is_left(ordering):
    upgrade = await Upgrading.asked(ordering)
    await upgrade.desk.report(upgrade.id, event="failed", reason="not_appeared")
    assert await told(ordering) == [(upgrade.user.id, AfterFailure.UPGRADE, True)]
