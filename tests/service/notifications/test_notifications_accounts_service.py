"""E-mails about the account: recovery link and user name, and what happened to it (ID-188, S7, S10)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from messages_of_notifications import VRIES, sealed

from contracts.actor import SYSTEM
from contracts.notifications import AccountNotice, SendAccountNotice, SendRecoveryLink
from contracts.values import Language
from tests.harness import NOW

LINK = "https://module.example/inloggegevens#" + "t" * 43
WORDS = {
    AccountNotice.PASSWORD_CHANGED: (
        "Het wachtwoord van uw account is gewijzigd",
        "The password of your account was changed",
    ),
    AccountNotice.DEVICE_ASSIGNED: ("OTP device", "OTP device"),
    AccountNotice.LOGIN_OFF: ("uitgezet", "turned off"),
    AccountNotice.SESSION_REUSED: ("twee plaatsen", "two places"),
    AccountNotice.EMAIL_CHANGED: (
        "e-mailadres van uw account is gewijzigd",
        "e-mail address of your account was changed",
    ),
}


@pytest.mark.rule("ID-188")
@pytest.mark.security("S10", "S40")
@pytest.mark.parametrize("language", Language)
async def test_user_name_and_link_go_by_mail_and_lie_nowhere_in_clear(notifications, outside, language):
    async with notifications() as service:
        id_ = uuid4()
        command = SendRecoveryLink(
            actor=SYSTEM, notification_id=uuid4(), person_id=uuid4(), email="a@kantoor.example", name=VRIES,
            user_name=sealed(service, "anna.vries", "user_name", id_), link=sealed(service, LINK, "link", id_),
            language=language, expires_at=NOW + timedelta(minutes=30),
        )  # fmt: skip
        await service.command(command, id_=id_)
        stored = [str(row) async for row in service.database["contents"].find()]
        assert stored
        assert all("anna.vries" not in row and "t" * 43 not in row for row in stored)
        await service.settle()
        (mail,) = outside.mails
        assert (mail["to"], mail["language"]) == (["a@kantoor.example"], language.value)
        assert "anna.vries" in mail["text"]
        assert LINK in mail["text"]
        assert "30 min" in mail["text"]


@pytest.mark.security("S10")
async def test_a_link_that_is_over_is_never_sent(notifications, outside):
    async with notifications() as service:
        id_ = uuid4()
        command = SendRecoveryLink(
            actor=SYSTEM, notification_id=uuid4(), person_id=uuid4(), email="a@kantoor.example", name=VRIES,
            user_name=sealed(service, "anna", "user_name", id_), link=sealed(service, LINK, "link", id_),
            language=Language.NL, expires_at=NOW,
        )  # fmt: skip
        await service.command(command, id_=id_)
        await service.settle()
        assert outside.mails == []


@pytest.mark.security("S7", "S10", "S12", "S15")
@pytest.mark.parametrize("notice", AccountNotice)
async def test_a_holder_is_told_what_happened_to_the_account_in_the_own_language(notifications, outside, notice):
    async with notifications() as service:
        for language, word in zip((Language.NL, Language.EN), WORDS[notice], strict=True):
            await service.command(SendAccountNotice(
                actor=SYSTEM, notification_id=uuid4(), person_id=uuid4(), email="a@kantoor.example", name=VRIES,
                notice=notice, language=language,
            ))  # fmt: skip
            await service.settle()
            assert word in outside.mails[-1]["text"]
            assert outside.mails[-1]["language"] == language.value
            others = {words[language is Language.EN] for kind, words in WORDS.items() if kind is not notice}
            assert not [other for other in others if other in outside.mails[-1]["text"].split("\n\n")[1]]
