"""The agreement of a request: a PDF in the blob store, announced once."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from messages_of_notifications import OIN, a_chain_state, a_provider, an_organisation
from pypdf import PdfReader

from contracts.chain import ChainAuthorizationRequested, Relation, Scope
from contracts.notifications import DocumentMade, Purpose
from contracts.values import Language
from tests.harness import NOW


async def agreement(service):
    """Return the event and the document of the one agreement that was made."""
    (event,) = await service.sent(DocumentMade)
    return event.state, PdfReader(BytesIO(await service.process.blobs.get(event.state.blob)))


def bare(text):
    """Return text without white space: kerning parts letters in what is read back from a PDF."""
    return "".join(text.split())


def text_of(document):
    return bare("".join(page.extract_text() for page in document.pages))


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
    state = a_chain_state(organisation, language=language, period=None, scope=Scope(service_uuids=(service_uuid,)))
    async with notifications() as service:
        await service.hear(an_organisation(organisation), a_provider(service_uuid))
        await service.hear(ChainAuthorizationRequested(state=state))
        await service.settle()

        made, document = await agreement(service)
        assert (made.subject_id, made.purpose) == (state.id, Purpose.AGREEMENT)
        assert made.blob.media_type == "application/pdf"
        for wanted in [*words, "Bakkerij De Vries", "12345678", "Kantoor Jansen", "87654321", str(state.id)]:
            assert bare(wanted) in text_of(document)
        assert document.trailer["/Root"]["/Lang"] == language
        assert "/StructTreeRoot" in document.trailer["/Root"]


@pytest.mark.rule("SP-117")
@pytest.mark.security("S34")
async def test_names_are_text_in_the_document_and_fetch_nothing(notifications):
    organisation = uuid4()
    evil = Relation(kvk_number="12345678", name='<img src="file:///etc/passwd"> & <b>Co</b>')
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(ChainAuthorizationRequested(state=a_chain_state(organisation, relation=evil)))
        await service.settle()

        _, document = await agreement(service)
        assert bare('<img src="file:///etc/passwd"> & <b>Co</b>') in text_of(document)


async def test_a_request_that_is_heard_before_its_names_waits_for_them(notifications):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(
            ChainAuthorizationRequested(state=a_chain_state(organisation, scope=Scope(provider_oins=(OIN,))))
        )
        await service.settle()
        assert await service.sent(DocumentMade) == []

        await service.hear(an_organisation(organisation), a_provider(uuid4()))
        await service.tick(NOW + timedelta(seconds=2))

        _, document = await agreement(service)
        assert bare("alle diensten van Belastingdienst") in text_of(document)


async def test_a_request_that_is_heard_twice_has_one_document(notifications):
    organisation = uuid4()
    event = ChainAuthorizationRequested(state=a_chain_state(organisation))
    async with notifications() as service:
        await service.hear(an_organisation(organisation))
        await service.hear(event, event)
        await service.settle()

        await agreement(service)
        assert await service.dead_letters() == []
        assert (
            await service.database.client[f"{service.process.settings.deployment}_blobs"]["blobs"].count_documents(
                {"expires_at": {"$exists": True}}
            )
            == 0
        )
