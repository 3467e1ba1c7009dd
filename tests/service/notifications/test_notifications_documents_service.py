"""The agreement of a request: a PDF in the blob store, announced once."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from agreements import agreement, at_work, bare, let_time_pass, make, plan, planned, text_of, worker_of
from messages_of_notifications import OIN, a_provider, a_request, an_invitation, an_organisation

from contracts.actor import SYSTEM
from contracts.chain import ChainAuthorizationRequested, Relation, Scope
from contracts.message import BlobReference, Command, Done, Refusal
from contracts.notifications import DocumentMade, NotificationsRefusal, Purpose, RecordDocument
from contracts.values import Language
from services.notifications.store import PLANNED_DOCUMENTS
from tests.probes import until


@pytest.mark.rule("CH-63", "MS-10")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.NL, ["Overeenkomst ketenmachtiging", "Belastingdienst: Aangifte", "KvK-nummer", "22 november 2026"]),
        (Language.EN, ["Chain authorization agreement", "Tax Administration: Tax return", "22 November 2026"]),
    ],
)
async def test_the_agreement_names_parties_and_services_in_the_contacts_language(notifications, language, words):
    organisation, service_uuid = uuid4(), uuid4()
    state = a_request(organisation, language=language, period=None, scope=Scope(service_uuids=(service_uuid,)))
    async with notifications() as service:
        await service.hear(an_organisation(organisation), a_provider(service_uuid))
        await service.hear(ChainAuthorizationRequested(state=state))
        await make(service)

        made, document = await agreement(service)
        assert (made.subject_id, made.purpose) == (state.id, Purpose.AGREEMENT)
        assert made.blob.media_type == "application/pdf"
        for wanted in [*words, "Bakkerij De Vries", "12345678", "Kantoor Jansen", "87654321", str(state.id)]:
            assert bare(wanted) in text_of(document)
        assert document.trailer["/Root"]["/Lang"] == language
        assert "/StructTreeRoot" in document.trailer["/Root"]


@pytest.mark.rule("CH-63")
@pytest.mark.parametrize(
    ("term", "words"),
    [
        ({"years": 3}, "Zij duurt 3 jaar vanaf de dag waarop zij ingaat."),
        ({"end": date(2027, 6, 30)}, "Zij duurt tot en met 30 juni 2027, en nooit langer dan 5 jaar."),
    ],
)
async def test_the_agreement_says_the_term_that_was_asked(notifications, term, words):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(ChainAuthorizationRequested(state=a_request(organisation, period=None, **term)))
        await make(service)

        _, document = await agreement(service)
        assert bare(words) in text_of(document)


@pytest.mark.rule("SP-117")
@pytest.mark.security("S34")
async def test_names_are_text_in_the_document_and_fetch_nothing(notifications):
    organisation = uuid4()
    evil = Relation(kvk_number="12345678", name='<img src="file:///etc/passwd"> & <b>Co</b>')
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(ChainAuthorizationRequested(state=a_request(organisation, relation=evil)))
        await make(service)

        _, document = await agreement(service)
        assert bare('<img src="file:///etc/passwd"> & <b>Co</b>') in text_of(document)


async def test_a_request_that_is_heard_before_its_names_waits_for_them(notifications):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(
            ChainAuthorizationRequested(state=a_request(organisation, scope=Scope(provider_oins=(OIN,))))
        )
        await make(service)
        assert await service.sent(DocumentMade) == []
        waiting = await plan(service)
        assert (waiting["status"], waiting["waits"], waiting["tries"]) == ("planned", 1, 0)

        await service.hear(an_organisation(organisation), a_provider(uuid4()))
        await let_time_pass(service)
        await make(service)

        _, document = await agreement(service)
        assert bare("alle diensten van Belastingdienst") in text_of(document)


async def test_a_request_that_is_heard_twice_has_one_document(notifications):
    organisation = uuid4()
    event = ChainAuthorizationRequested(state=a_request(organisation))
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(event, event)
        await make(service)

        await agreement(service)
        assert await service.dead_letters() == []
        assert (
            await service.database.client[f"{service.process.settings.deployment}_blobs"]["blobs"].count_documents(
                {"expires_at": {"$exists": True}}
            )
            == 0
        )


async def test_a_mail_is_not_held_up_by_planned_documents(notifications, outside):
    organisation, id_ = uuid4(), uuid4()
    requests = [ChainAuthorizationRequested(state=a_request(organisation)) for _ in range(12)]
    async with notifications() as service:
        await service.hear(an_organisation(organisation), *requests)
        assert await service.sent(Command) == []
        async with at_work(service):
            assert await service.command(an_invitation(service, id_), id_=id_) == Done()
            await service.settle()
            assert len(outside.mails) == 1
            assert await planned(service) > 0

            await until(lambda: none_planned(service))
        subjects = [event.state.subject_id for event in await service.sent(DocumentMade)]
        assert sorted(subjects) == sorted(request.state.id for request in requests)


async def none_planned(service):
    return await planned(service) == 0


@pytest.mark.security("R22", "I7")
@pytest.mark.parametrize("kept", [False, True])
async def test_a_crash_between_rendering_and_recording_leads_to_one_document(notifications, kept):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(ChainAuthorizationRequested(state=a_request(organisation)))
        worker = worker_of(service)
        taken = await worker.queue.take()
        pdf = await worker.agreements.render(PLANNED_DOCUMENTS.value(taken))
        if kept:
            await worker.agreements.keep(PLANNED_DOCUMENTS.value(taken), pdf)
        # the process dies here
        await make(service)
        assert await service.sent(DocumentMade) == []

        await let_time_pass(service)
        await make(service)

        await agreement(service)
        assert await service.database["planned_documents"].count_documents({}) == 0
        assert await worker.queue.renew(taken) is False


@pytest.mark.security("I7")
async def test_a_document_that_is_recorded_twice_is_announced_once(notifications):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(ChainAuthorizationRequested(state=a_request(organisation)))
        planned = await plan(service)
        id_ = planned["_id"]
        blob = await worker_of(service).agreements.keep(PLANNED_DOCUMENTS.value(planned), b"%PDF")
        command = RecordDocument(actor=SYSTEM, document_id=id_, blob=blob)
        again = uuid4()
        for message_id in (again, again, uuid4()):
            assert await worker_of(service).record(command, message_id) == Done()

        assert [event.state.blob for event in await service.sent(DocumentMade)] == [blob]


async def test_a_document_that_nobody_planned_is_not_recorded(notifications):
    blob = BlobReference(id=uuid4(), sha256="0" * 64, size=1, media_type="application/pdf", name="a.pdf")
    async with notifications() as service:
        outcome = await service.command(RecordDocument(actor=SYSTEM, document_id=uuid4(), blob=blob))

        assert outcome == Refusal(code=NotificationsRefusal.UNKNOWN)
        assert await service.sent(DocumentMade) == []


@pytest.mark.rule("SP-116")
async def test_a_document_that_cannot_be_made_fails_after_three_tries_and_is_told(notifications, caplog):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(
            ChainAuthorizationRequested(state=a_request(organisation)),
            ChainAuthorizationRequested(state=a_request(organisation)),
        )
        spoiled = (await service.database["planned_documents"].find_one({}))["_id"]
        await service.database["planned_documents"].update_one({"_id": spoiled}, {"$unset": {"request": ""}})
        for tries in (1, 2, 3):
            assert (await service.database["planned_documents"].find_one({"_id": spoiled}))["status"] == "planned"
            await make(service)
            assert (await plan(service))["tries"] == tries
            await let_time_pass(service)
        await make(service)

        failed = await plan(service)
        assert (failed["_id"], failed["status"], failed["reason"]) == (spoiled, "failed", "ValidationError")
        assert [record.levelname for record in caplog.records if "could not be made" in record.message] == [
            "WARNING", "WARNING", "ERROR",
        ]  # fmt: skip
        await agreement(service)


async def test_two_workers_never_take_the_same_document(notifications):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(ChainAuthorizationRequested(state=a_request(organisation)))
        queue = worker_of(service).queue
        found = await asyncio.gather(*(queue.take() for _ in range(4)))

        assert sum(row is not None for row in found) == 1
