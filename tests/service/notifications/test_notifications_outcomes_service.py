"""What became of a form or an identification, by e-mail (ST-84, SP-37, ST-77)."""

from uuid import uuid4

import pytest

from contracts.actor import SYSTEM
from contracts.identity import FormStatus
from contracts.notifications import SendFormOutcome
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
