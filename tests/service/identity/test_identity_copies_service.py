"""Copies of identity documents: looked at by the back office, kept for thirty days, used once."""

from argparse import Namespace
from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.blobs import BlobMissingError
from chassis.mongo import database
from contracts.actor import StaffRole
from contracts.identity import (
    GetApplication,
    SecondFactor,
    Side,
    ViewDocument,
)
from contracts.values import Level, add_months, local_date
from services.identity.__main__ import forget
from tests.service.identity.journey import HANDLER, staff_actor
from tests.service.identity.organisations import Office
from tests.service.identity.requesting import Desk


@pytest.mark.rule("SP-24", "ID-45")
@pytest.mark.security("S26", "S41")
async def test_the_back_office_looks_at_a_copy_with_a_reason_that_is_audited(journey):
    desk = await Desk.open(journey)
    received = await desk.request()
    shown = await desk.application(received.application_id)
    (file,) = shown.document.files
    assert (shown.document.type, shown.document.too_short, file.sides) == ("passport", False, (Side.FRONT, Side.BACK))
    assert "NRBakker" not in shown.model_dump_json()
    look = {"document_id": received.application_id, "file_id": file.file_id, "reason": "Controle"}
    opened = await journey.send(ViewDocument(actor=HANDLER, **look))
    assert await journey.service.process.blobs.get(opened.blob) == await journey.service.process.blobs.get(
        desk.files[0]
    )
    (entry,) = await journey.service.database["audit"].find({"collection": "document_looks"}).to_list()
    assert (entry["actor"]["person_id"], entry["scope"]) == (str(HANDLER.person_id), str(desk.actor.organisation_id))
    (kept,) = await journey.service.database["document_looks"].find().to_list()
    assert kept["reason"] == "Controle"
    for actor in (desk.actor, staff_actor(StaffRole.AUDITOR)):
        assert (await journey.send(ViewDocument(actor=actor, **look))).code == "not_allowed"
    other = look | {"file_id": uuid4()}
    assert (await journey.send(ViewDocument(actor=HANDLER, **other))).code == "file_missing"


@pytest.mark.rule("SP-24")
@pytest.mark.security("S26")
async def test_copies_are_removed_thirty_days_after_approval_and_the_check_stays(journey):
    desk = await Desk.open(journey)
    blobs, stored = journey.service.process.blobs, journey.service.process.client
    file = await desk.file()
    await blobs.put_shown(file.file, "image/jpeg", b"what it looks like")
    shown = await blobs.shown(file.file)
    received = await desk.approved(document={"files": (file,)})
    unclaimed = await stored[f"{journey.service.process.settings.deployment}_blobs"]["blobs"].count_documents(
        {"expires_at": {"$exists": True}}
    )
    assert unclaimed == 0
    await journey.service.tick(journey.now + timedelta(days=30) - timedelta(seconds=1))
    assert await blobs.get(file.file)
    assert await blobs.get(shown)
    await journey.service.tick(journey.now + timedelta(days=30))
    for gone in (file.file, shown):
        with pytest.raises(BlobMissingError):
            await blobs.get(gone)
    document = (await desk.application(received.application_id)).document
    assert (document.removed, document.files, document.type) == (True, (), "passport")


@pytest.mark.security("S26", "S39")
async def test_forgetting_a_person_removes_the_copies_of_that_person_at_once_and_no_others(journey):
    desk = await Desk.open(journey)
    blobs, settings = journey.service.process.blobs, journey.service.process.settings
    mine, theirs = await desk.file(), await desk.file()
    await blobs.put_shown(mine.file, "image/jpeg", b"what it looks like")
    shown = await blobs.shown(mine.file)
    asked = await desk.request(document={"files": (mine,)})
    other = await desk.request(surname="Visser", email="v@company.example", document={"files": (theirs,)})
    person = await person_of(journey, asked)
    assert (await forget(settings, Namespace(person=person)))[0] == 0
    for gone in (mine.file, shown):
        with pytest.raises(BlobMissingError):
            await blobs.get(gone)
    chunks = database(journey.service.process.client, settings, "blobs")["blob_chunks"]
    assert await chunks.count_documents({"blob": {"$in": [mine.file.id, shown.id]}}) == 0
    assert await blobs.get(theirs.file)
    document = (await desk.application(asked.application_id)).document
    assert (document.removed, document.files) == (True, ())
    assert not (await desk.application(other.application_id)).document.removed


@pytest.mark.security("S26", "S39")
async def test_forgetting_a_person_removes_the_copies_of_an_upgrade_too(journey):
    office, settings = Office(journey), journey.service.process.settings
    here = await office.organisation()
    actor, _ = await office.administrator(here)
    user, copy = await office.user(here, level=Level.EH2, factor=None), await office.copy()
    day = journey.now.date() + timedelta(days=400)
    document = {"type": "passport", "expires_on": day, "issuing_country": "NL", "files": (copy,)}
    given = {"level": Level.EH2_PLUS, "document": document, "second_factor": SecondFactor.OTP}
    assert hasattr(await office.upgrade(actor, user, **given), "mutation_id")
    assert (await forget(settings, Namespace(person=user.person_id)))[0] == 0
    with pytest.raises(BlobMissingError):
        await journey.service.process.blobs.get(copy.file)
    assert (await forget(settings, Namespace(person=uuid4())))[0] == 1
    assert await journey.service.dead_letters() == []


async def person_of(journey, received):
    held = await journey.service.database["credentials"].find_one({"_id": received.credential_ids[0]})
    return held["person_id"]


@pytest.mark.rule("SP-05")
async def test_a_document_that_expires_before_approval_only_warns(each_supplier):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    months = desk.profile.id_document.min_remaining_months
    last = add_months(local_date(each_supplier.now), months)
    received = await desk.request(level=Level.EH2_PLUS, document={"expires_on": last})
    _, shown = each_supplier.service.process.routes.queries[GetApplication.type]
    query = GetApplication(actor=HANDLER, application_id=received.application_id)
    then = each_supplier.now + timedelta(days=1)
    assert not (await shown(query, each_supplier.now, uuid4())).document.too_short
    assert (await shown(query, then, uuid4())).document.too_short
    each_supplier.now = then
    assert (await desk.approve(received)).model_dump() == {}


async def test_a_file_that_is_gone_or_used_is_refused(journey):
    desk = await Desk.open(journey)
    used = await desk.file()
    assert (await desk.request(document={"files": (used,)})).application_id
    assert (await desk.request(document={"files": (used,)}, surname="Visser")).code == "file_missing"
    gone = await desk.file()
    await journey.service.process.blobs.delete(gone.file)
    outcome = await desk.request(document={"files": (gone,)}, surname="Visser")
    assert outcome.code == "file_missing"
