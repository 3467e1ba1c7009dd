"""Documents and costs of a first application: as those of a request, for each of its persons (ST-01, ID-44)."""

from argparse import Namespace
from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.blobs import BlobMissingError
from chassis.rotation import rotate
from contracts.actor import StaffRole
from contracts.identity import (
    CredentialRequested,
    DocumentType,
    EndCredential,
    GetApplication,
    OrganisationRegistered,
    RejectApplication,
    SecondFactor,
    Side,
    ViewDocument,
)
from contracts.message import Refusal
from contracts.values import Level, Role, add_months, local_date
from profiles.costs import Wanted, application_lines
from profiles.model import load_profile
from services.identity.__main__ import forget
from services.identity.rotation import FIELDS
from tests.harness import a_key
from tests.service.identity.applying import GATEWAY, a_document, quoted
from tests.service.identity.journey import BANK, HANDLER, KVK, REPRESENTATIVE_OF_THE_BANK, an_applicant, staff_actor
from tests.service.identity.requesting import Desk
from tests.service.identity.test_identity_belastingdienst_requests_service import personal


def two():
    return an_applicant(), an_applicant("Peters", level=Level.EH2_PLUS, role=Role.USER, factor=SecondFactor.SMS)


async def with_documents(journey, *applicants):
    """The applicants with a document each, and the files."""
    given = [
        one.model_copy(update={"document": await a_document(journey, f"NR-{one.name.surname}")}) for one in applicants
    ]
    return given, [one.document.files[0].file for one in given]


async def seen(journey, application_id, actor=HANDLER):
    """An application as the back office sees it, and a way to open the numbers in it."""
    id_ = uuid4()
    _, shown = journey.service.process.routes.queries[GetApplication.type]
    detail = await shown(GetApplication(actor=actor, application_id=application_id), journey.now, id_)
    return detail, lambda index: GATEWAY.open(
        detail.credentials[index].document.number, message_id=id_, field=f"credentials.{index}.document.number"
    )


async def gone(journey, file):
    try:
        await journey.service.process.blobs.get(file)
    except BlobMissingError:
        return True
    return False


async def stored(journey):
    names = ("applications", "credentials", "persons", "identity_documents", "reservations")
    return [await journey.service.database[name].count_documents({}) for name in names]


@pytest.mark.rule("ID-44", "ID-45", "ID-67", "SP-20", "SP-24", "ST-01")
@pytest.mark.security("S26", "S41")
async def test_the_back_office_sees_each_persons_document_once_for_a_reason(each_supplier):
    journey = each_supplier
    given, files = await with_documents(journey, *two())
    given[0] = given[0].model_copy(update={"birth_place": "Utrecht", "nationality": "NL"})
    received = await journey.submit(*given, years=3)
    await journey.service.settle()
    detail, number = await seen(journey, received.application_id)
    assert ([number(0), number(1)], detail.document) == (["NR-Jansen", "NR-Peters"], None)
    first, second = (row.document for row in detail.credentials)
    assert (first.type, first.removed, first.too_short, first.files[0].sides) == ("passport", False, False, tuple(Side))
    assert "NR-" not in detail.model_dump_json()
    assert (detail.years, detail.credentials[0].person.birth_place) == (3, "Utrecht")
    assert detail.credentials[0].person.nationality == "NL"
    look = {"document_id": received.application_id, "file_id": second.files[0].file_id, "reason": "Controle"}
    opened = await journey.send(ViewDocument(actor=HANDLER, **look))
    assert opened.blob == files[1]
    (kept,) = await journey.service.database["document_looks"].find().to_list()
    credentials = {row.credential_id: row for row in detail.credentials}
    assert (credentials[kept["document_id"]].email, kept["reason"]) == ("peters@company.example", "Controle")
    (entry,) = await journey.service.database["audit"].find({"collection": "document_looks"}).to_list()
    assert entry["actor"]["person_id"] == str(HANDLER.person_id)
    assert (await journey.send(ViewDocument(actor=HANDLER, **look | {"file_id": uuid4()}))).code == "file_missing"
    auditor = staff_actor(StaffRole.AUDITOR)
    assert (await journey.send(ViewDocument(actor=auditor, **look))).code == "not_allowed"


@pytest.mark.rule("SP-24")
@pytest.mark.security("S26", "S37")
async def test_numbers_lie_encrypted_and_are_brought_under_a_new_key(journey):
    given, _ = await with_documents(journey, *two())
    received = await journey.submit(*given)
    before = await journey.service.database["identity_documents"].find().to_list()
    assert len(before) == 2
    assert not any("NR-" in str(document) for document in before)
    fields = journey.service.process.fields
    current = type(fields)({"new": a_key(), **journey.service.process.settings.field_keys})
    assert (await rotate(journey.service.database, current, FIELDS)).renewed >= 2
    after = await journey.service.database["identity_documents"].find().to_list()
    assert {one["number"] for one in after}.isdisjoint(one["number"] for one in before)
    places = [f"identity_documents:{one['_id']}:number" for one in after]
    numbers = {current.decrypt(one["number"], place) for one, place in zip(after, places, strict=True)}
    assert numbers == {"NR-Jansen", "NR-Peters"}
    assert received.application_id


@pytest.mark.rule("ST-03", "ID-72", "ID-74", "SP-24", "BI-27")
async def test_a_rejection_removes_every_copy_at_once_and_hinders_nobody(journey):
    given, files = await with_documents(journey, *two())
    received = await journey.submit(*given)
    await journey.service.settle()
    reject = RejectApplication(actor=HANDLER, application_id=received.application_id, reason="Onleesbaar")
    assert (await journey.send(reject)).model_dump() == {}
    await journey.service.settle()
    assert [await gone(journey, file) for file in files] == [True, True]
    detail, _ = await seen(journey, received.application_id)
    assert [row.document.removed for row in detail.credentials] == [True, True]
    fresh, _ = await with_documents(journey, *two())
    assert (await journey.submit(*fresh)).application_id


@pytest.mark.rule("SP-24", "ST-02")
async def test_after_approval_the_copies_are_kept_for_thirty_days(journey):
    given, files = await with_documents(journey, *two())
    received = await journey.submit(*given)
    await journey.service.settle()
    blobs = journey.service.process.client[f"{journey.service.process.settings.deployment}_blobs"]["blobs"]
    assert await blobs.count_documents({"expires_at": {"$exists": True}}) == 0
    await journey.approve(received.application_id)
    await journey.service.tick(journey.now + timedelta(days=30) - timedelta(seconds=1))
    assert [await gone(journey, file) for file in files] == [False, False]
    await journey.service.tick(journey.now + timedelta(days=30))
    assert [await gone(journey, file) for file in files] == [True, True]
    detail, number = await seen(journey, received.application_id)
    assert [(row.document.removed, row.document.files) for row in detail.credentials] == [(True, ())] * 2
    assert number(0) == "NR-Jansen"


@pytest.mark.security("S26", "S39")
async def test_forgetting_one_person_of_a_first_application_removes_that_persons_copy(journey):
    given, files = await with_documents(journey, *two())
    await journey.submit(*given)
    person = (await journey.service.database["persons"].find_one({"email": given[0].email}))["_id"]
    assert (await forget(journey.service.process.settings, Namespace(person=person)))[0] == 0
    assert [await gone(journey, file) for file in files] == [True, False]


@pytest.mark.rule("ID-44", "ID-47", "ID-50", "ID-58", "ID-62", "ID-63", "ST-01")
async def test_what_is_refused_leaves_nothing_behind(each_supplier):
    journey, person = each_supplier, an_applicant()
    months = load_profile(journey.profile).id_document.min_remaining_months
    early = add_months(local_date(journey.now), months) - timedelta(days=1)
    card = await a_document(journey, "X1", type_=DocumentType.IDENTITY_CARD, sides=(Side.FRONT,))
    short = await a_document(journey, "X1", expires_on=early)
    before = await stored(journey)

    async def code(applicant=person, **more):
        return (await journey.submit(applicant, **more)).code

    assert await code(documents=False) == "identity_data_missing"
    assert await code(person.model_copy(update={"document": card})) == "document_side_missing"
    assert await code(person.model_copy(update={"document": short})) == "document_expires"
    unborn = local_date(journey.now) + timedelta(days=1)
    assert await code(person.model_copy(update={"birth_date": unborn})) == "birth_date_in_future"
    assert await code(person.model_copy(update={"second_factor": None})) == "second_factor_missing"
    assert await code(agreed=False) == "agreement_missing"
    assert await code(years=None, quotation="x") == "quotation_invalid"
    assert await stored(journey) == before
    assert await journey.service.sent() == []
    assert (await journey.submit(person)).application_id


@pytest.mark.rule("ID-43", "ID-44")
async def test_a_user_at_eh2_needs_no_document_beside_an_administrator_who_does(journey):
    user = an_applicant("Peters", level=Level.EH2, role=Role.USER, factor=None)
    administrator = an_applicant(level=Level.EH2, factor=None)
    assert (await journey.submit(administrator, user, documents=False)).code == "identity_data_missing"
    received = await journey.submit(administrator, user)
    detail, _ = await seen(journey, received.application_id)
    assert [row.document is None for row in detail.credentials] == [False, True]
    assert [row.second_factor for row in detail.credentials] == [None, None]


@pytest.mark.rule("BI-12", "BI-16", "BI-22", "SP-111", "ST-01", "ST-24")
async def test_each_credential_tells_what_was_agreed_to_and_the_new_organisation_pays(each_supplier):
    journey, people = each_supplier, two()
    received = await journey.submit(*people, years=3)
    events = await journey.service.sent(CredentialRequested)
    wanted = [Wanted(one.level, 3, one.second_factor) for one in people]
    listed = application_lines(load_profile(journey.profile), wanted, local_date(journey.now))
    told = [[(cost.item, cost.amount, cost.years) for cost in event.costs] for event in events]
    assert told == [[(line.item, line.amount, line.years) for line in lines] for lines in listed]
    assert [event.state.years for event in events] == [3, 3]
    (kept,) = await journey.service.database["applications"].find().to_list()
    assert kept["agreed"]["total"] == sum(line.amount for lines in listed for line in lines)
    await journey.approve(received.application_id)
    (registered,) = await journey.service.sent(OrganisationRegistered)
    assert {event.paid_by for event in events} == {registered.state.id}


@pytest.mark.rule("SP-111", "ID-63")
async def test_a_quotation_holds_for_one_application_of_its_number_and_persons(journey):
    people = two()

    def token(kvk=KVK, applicants=people, **more):
        return quoted("zlogin", kvk, applicants, 1, journey.now, **more)

    for wrong in (
        "x", token() + "x", token(BANK), token(applicants=people[:1]), token(applicants=people[::-1]),
        token(organisation_id=uuid4()), quoted("zlogin", KVK, people, 3, journey.now),
    ):  # fmt: skip
        assert (await journey.submit(*people, quotation=wrong)).code == "quotation_invalid"
    over = await journey.submit(*people, quotation=token(expires_at=journey.now))
    assert (over.code, over.details) == ("quotation_expired", {"total": 4_500 + 2_000})
    good = token()
    received = await journey.submit(*people, quotation=good)
    reject = RejectApplication(actor=HANDLER, application_id=received.application_id, reason="Onleesbaar")
    assert (await journey.send(reject)).model_dump() == {}
    assert (await journey.submit(*people, quotation=good)).code == "quotation_used"
    assert (await journey.submit(*people)).application_id


@pytest.mark.security("S26")
async def test_a_file_that_is_gone_or_used_is_refused(journey):
    given, files = await with_documents(journey, *two())
    shared = [given[0], given[1].model_copy(update={"document": given[0].document})]
    other = shared[1].document.model_copy(update={"number": "NR-OTHER"})
    shared[1] = shared[1].model_copy(update={"document": other})
    before = await stored(journey)
    assert (await journey.submit(*shared)).code == "file_missing"
    await journey.service.process.blobs.delete(files[1])
    assert (await journey.submit(*given)).code == "file_missing"
    assert await stored(journey) == before
    assert (await journey.submit(given[0])).application_id
    at_the_bank = {"kvk": BANK, "representative": REPRESENTATIVE_OF_THE_BANK}
    assert (await journey.submit(given[0], **at_the_bank)).code == "file_missing"


@pytest.mark.rule("SP-19")
async def test_who_is_in_the_first_application_is_not_requested_again_by_the_document(journey):
    given, _ = await with_documents(journey, an_applicant())
    desk = await Desk.open(journey, *given)
    assert await desk.request(document={"number": "nr jansen"}) == Refusal(code="already_requested")
    assert (await desk.request()).application_id


@pytest.mark.rule("ST-12", "BI-20", "SP-24", "SP-34")
async def test_a_customer_pays_for_an_added_credential_and_its_copies_go_when_it_is_withdrawn(each_supplier):
    journey = each_supplier
    desk = await Desk.open(journey, profile=journey.profile)
    (given,), (file,) = await with_documents(journey, personal())
    assert (await journey.submit(given, years=3)).application_id
    await journey.service.settle()
    event = (await journey.service.sent(CredentialRequested))[-1]
    tax = {"zlogin": 9_000, "weid": 7_500}[journey.profile]
    device = [4_000] if journey.profile == "weid" else []
    assert ([cost.amount for cost in event.costs], event.paid_by) == ([tax, *device], desk.actor.organisation_id)
    assert not await gone(journey, file)
    end = EndCredential(actor=desk.actor, credential_id=event.state.id, confirmed=True)
    assert (await journey.send(end)).model_dump() == {}
    await journey.service.settle()
    assert await gone(journey, file)
