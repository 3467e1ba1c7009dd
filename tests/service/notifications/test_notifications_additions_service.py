"""Contracts of added organisations, and what administrators are told of them (ID-122, SP-31, SP-33)."""

from io import BytesIO
from uuid import uuid4

import pytest
from messages_of_notifications import a_credential, an_organisation
from pypdf import PdfReader
from test_notifications_documents_service import bare, make, text_of

from contracts.identity import (
    AdditionAccepted,
    AdditionRefused,
    AdditionReminded,
    AdditionState,
    AdditionStatus,
    AdditionSubmitted,
    PersonName,
)
from contracts.notifications import DocumentMade, Purpose
from contracts.values import Language, Level


def an_addition(requested_from, language=Language.NL, **more):
    return AdditionState(
        id=uuid4(), person_id=uuid4(), requested_from=requested_from, kvk_number="00000104", name="Van Dijk <Bouw>",
        address="Kerkstraat 1\n1011 AB Amsterdam", administrator=PersonName(initials="A.", surname="Jansen"),
        representative=PersonName(initials="R.", surname="Tekenaar"), level=Level.EH3, years=3, language=language,
        **{"status": AdditionStatus.PENDING_CONTRACT, **more},
    )  # fmt: skip


@pytest.mark.rule("ID-122", "ID-118", "ID-120", "ST-25")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.NL, ["Contract extra organisatie", "Koppelabonnement 3 jaar", "per post", "22 november 2026"]),
        (Language.EN, ["Contract for an extra organisation", "3 years", "by post", "22 November 2026"]),
    ],
)
async def test_the_contract_of_an_addition_is_a_pdf_to_sign(notifications, language, words):
    async with notifications("weid") as service:
        await contract_is_made(service, language, words)


async def contract_is_made(service, language, words):
    second = PersonName(initials="S.", infix="van", surname="Samen")
    state = an_addition(uuid4(), language, co_representatives=(second,))
    await service.hear(AdditionSubmitted(state=state))
    await make(service)
    (event,) = await service.sent(DocumentMade)
    assert (event.state.subject_id, event.state.purpose) == (state.id, Purpose.CONTRACT)
    assert event.state.blob.media_type == "application/pdf"
    text = text_of(PdfReader(BytesIO(await service.process.blobs.get(event.state.blob))))
    for word in [
        *words,
        "Van Dijk <Bouw>",
        "00000104",
        "R. Tekenaar",
        "S. van Samen",
        "A. Jansen",
        "EH3",
        str(state.id),
    ]:
        assert bare(word) in text, word
    await service.hear(AdditionSubmitted(state=state.model_copy(update={"status": AdditionStatus.PENDING_CONTRACT})))
    await make(service)
    assert len(await service.sent(DocumentMade)) == 1


@pytest.mark.rule("SP-31", "SP-33", "ST-27")
async def test_administrators_are_told_of_additions(notifications):
    async with notifications() as service:
        await administrators_are_told(service)


async def administrators_are_told(service):
    customer, own = an_organisation(uuid4()), an_organisation(uuid4(), "Bakkerij")
    await service.hear(customer, own, a_credential(customer.state.id), a_credential(own.state.id))
    state = an_addition(own.state.id, customer_id=customer.state.id)
    await service.hear(AdditionSubmitted(state=state), AdditionReminded(state=state))
    refused = state.model_copy(update={"status": AdditionStatus.REFUSED})
    await service.hear(AdditionRefused(state=refused, reason="Handtekening ontbreekt."))
    notices = await service.database["notices"].find().to_list()
    told = {notice["kind"]: (notice["organisation_id"], notice["body"]["nl"]) for notice in notices}
    assert {kind: organisation for kind, (organisation, _) in told.items()} == {
        "administrator_added": customer.state.id, "contract_missing": own.state.id, "contract_refused": own.state.id,
    }  # fmt: skip
    assert "Handtekening ontbreekt." in told["contract_refused"][1]
    assert "A. Jansen" in told["administrator_added"][1]


async def test_an_addition_of_no_customer_is_told_to_nobody(notifications):
    async with notifications() as service:
        await service.hear(AdditionSubmitted(state=an_addition(uuid4())))
        assert await service.database["notices"].count_documents({}) == 0


@pytest.mark.rule("ID-124", "ST-26")
@pytest.mark.parametrize(
    ("language", "words"), [(Language.NL, "kan worden gebruikt"), (Language.EN, "can be used now")]
)
async def test_who_added_an_organisation_reads_that_it_can_be_used(notifications, outside, language, words):
    async with notifications("weid") as service:
        own = an_organisation(uuid4(), "Bakkerij")
        await service.hear(own, a_credential(own.state.id, language=language))
        await service.hear(AdditionAccepted(state=an_addition(own.state.id, status=AdditionStatus.ACCEPTED)))
        await service.settle()

        (mail,) = outside.mails
        assert (mail["to"], mail["subject"]) == (["beheerder@kantoor.example"], f"Van Dijk <Bouw> {words}")
        assert "A. Jansen" in mail["text"]
