"""What became of a form or an identification, by e-mail (ST-84, SP-37, ST-77)."""

from datetime import date
from uuid import uuid4

import pytest
from messages_of_notifications import VRIES

from contracts.actor import SYSTEM
from contracts.identity import FormStatus
from contracts.notifications import AfterFailure, SendFormOutcome, SendIdentificationFailed
from contracts.values import Language, Localized

TITLE = Localized(nl="Verwijderen vestigingsnummer", en="Remove branch number")


@pytest.mark.rule("ST-84", "SP-37")
@pytest.mark.parametrize("supplier", ["zlogin", "weid"])
@pytest.mark.parametrize(
    ("language", "status", "words"),
    [
        (Language.NL, FormStatus.HANDLED, "is afgehandeld"),
        (Language.NL, FormStatus.REFUSED, "is afgewezen"),
        (Language.EN, FormStatus.HANDLED, "has been handled"),
        (Language.EN, FormStatus.REFUSED, "has been refused"),
    ],
)
async def test_who_sent_a_form_in_reads_what_became_of_it(notifications, outside, supplier, language, status, words):
    async with notifications(supplier) as service:
        await service.command(SendFormOutcome(
            actor=SYSTEM, notification_id=uuid4(), form_id=uuid4(), email="wv@company.example", name="R. Tekenaar",
            title=TITLE, kvk_number="00000103", status=status, reason="Bewijs ontbreekt.", language=language,
        ))  # fmt: skip
        await service.settle()

        (mail,) = outside.mails
        assert (mail["to"], mail["language"]) == (["wv@company.example"], language.value)
        assert (TITLE.in_(language) in mail["subject"], words in mail["subject"]) == (True, True)
        assert (words in mail["text"], "00000103" in mail["text"]) == (True, True)
        assert ("Bewijs ontbreekt." in mail["text"]) is (status is FormStatus.REFUSED)


PHRASES = {
    AfterFailure.APPOINTMENT: ("nieuwe afspraak", "22 februari 2027", "nieuwe activeringsbrief"),
    AfterFailure.LETTER: ("nieuwe activeringsbrief",),
    AfterFailure.UPGRADE: ("nieuwe afspraak", "zoals het nu is"),
}


@pytest.mark.rule("ST-77", "SP-15")
@pytest.mark.parametrize("by_partner", [True, False])
@pytest.mark.parametrize("after", AfterFailure)
async def test_a_holder_reads_what_is_possible_after_a_failed_identification(notifications, outside, after, by_partner):
    async with notifications() as service:
        await service.command(a_failure(after, by_partner=by_partner, language=Language.NL))
        await service.settle()

        (mail,) = outside.mails
        assert mail["to"] == ["holder@kantoor.example"]
        assert ("Bakkerij" in mail["subject"], VRIES.full in mail["text"]) == (True, True)
        every = {phrase for phrases in PHRASES.values() for phrase in phrases}
        assert {phrase for phrase in every if phrase in mail["text"]} == set(PHRASES[after])
        appointed = after is not AfterFailure.LETTER
        assert ("AMP Groep" in mail["text"]) is (appointed and by_partner)
        assert ("Neem daarvoor contact met ons op" in mail["text"]) is (appointed and not by_partner)


@pytest.mark.rule("ST-77", "SP-115")
async def test_a_holder_reads_of_a_failed_identification_in_the_own_language(notifications, outside):
    async with notifications() as service:
        await service.command(a_failure(AfterFailure.APPOINTMENT, by_partner=True, language=Language.EN))
        await service.settle()

        (mail,) = outside.mails
        assert "up to and including 22 February 2027." in mail["text"]
        assert mail["language"] == "en"


def a_failure(after, *, by_partner, language):
    return SendIdentificationFailed(
        actor=SYSTEM, notification_id=uuid4(), credential_id=uuid4(), email="holder@kantoor.example", name=VRIES,
        organisation_name="Bakkerij", after=after, appoint_by=date(2027, 2, 22), by_partner=by_partner,
        language=language,
    )  # fmt: skip
