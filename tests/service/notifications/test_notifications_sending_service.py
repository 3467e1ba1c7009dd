"""Orders become deliveries that reach a real mail server, SMS provider and print house."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from messages_of_notifications import (
    a_device_letter,
    a_letter,
    a_login_code,
    a_validation_code,
    an_invitation,
)
from pypdf import PdfReader

from contracts.message import Done
from contracts.notifications import Deliver, DeliveryFailed, DeliveryStatus, Purpose
from contracts.values import Language
from tests.harness import NOW, a_record, an_envelope


async def order(service, build, at=NOW, **changes):
    id_ = uuid4()
    command = build(service, id_, **changes)
    assert await service.command(command, id_=id_, at=at) == Done()
    return command


async def stored(service, id_):
    return await service.database["deliveries"].find_one({"_id": id_})


@pytest.mark.rule("NO-17", "NO-19", "MS-10")
async def test_an_invitation_reaches_the_contact_with_sender_services_link_and_last_day(notifications, outside):
    async with notifications() as service:
        command = await order(service, an_invitation, answer_by=datetime(2027, 2, 22, 23, tzinfo=UTC))
        assert outside.mails == []
        await service.settle()

        (mail,) = outside.mails
        assert mail["to"] == ["a.devries@relatie.example"]
        assert mail["message_id"] == f"<{command.notification_id}@volmacht.example>"
        assert mail["from"] == "Z login <noreply@volmacht.example>"
        for part in (mail["text"], mail["html"]):
            for wanted in ("K. Jansen", "k.jansen@kantoor.example", "+31301234567", "Kantoor Jansen", "Aangifte"):
                assert wanted in part
            assert "22 februari 2027" in part
        assert "https://module.example/uitnodiging#geheim" in mail["text"]
        assert 'href="https://module.example/uitnodiging#geheim"' in mail["html"]
        assert b"Reply-To: k.jansen@kantoor.example" in outside.raw[0]
        assert (await stored(service, command.notification_id))["status"] == DeliveryStatus.SENT


@pytest.mark.rule("NO-18", "NO-22")
async def test_an_invitation_is_in_the_language_of_its_row(notifications, outside):
    async with notifications() as service:
        await order(service, an_invitation, language=Language.EN)
        await service.settle()

        assert outside.mails[0]["language"] == "en"
        assert outside.mails[0]["text"].startswith("Dear A. de Vries,")


@pytest.mark.rule("SP-117")
@pytest.mark.security("S28", "S29")
async def test_names_cannot_inject_headers_nor_html(notifications, outside):
    async with notifications() as service:
        name = "Jansen =?UTF-8?Q?=0ABcc:_x@y.example?=\r\nBcc: z@y.example <b>dik</b> {{ link }}"
        await order(service, an_invitation, intermediary_name=name)
        await service.settle()

        head = outside.raw[0].partition(b"\r\n\r\n")[0]
        assert b"\nBcc:" not in head
        assert outside.mails[0]["to"] == ["a.devries@relatie.example"]
        assert "<b>dik</b>" not in outside.mails[0]["html"]
        assert "&lt;b&gt;dik&lt;/b&gt;" in outside.mails[0]["html"]
        assert "{{ link }}" in outside.mails[0]["text"]


@pytest.mark.rule("NO-20")
async def test_an_order_that_comes_twice_is_sent_once(notifications, outside):
    async with notifications() as service:
        command = await order(service, an_invitation)
        again = uuid4()
        link = service.process.sealer.seal(
            "https://module.example/x", to="notifications", message_id=again, field="link"
        )
        await service.command(command.model_copy(update={"link": link}), id_=again)
        await service.settle()
        await service.command(Deliver(actor=command.actor, notification_id=command.notification_id))

        assert len(outside.mails) == 1


@pytest.mark.rule("NO-21", "SP-75", "SP-116")
async def test_a_refused_address_fails_at_once_and_is_told(notifications, outside):
    outside.refuse["a.devries@relatie.example"] = "550 5.1.1 no such mailbox"
    async with notifications() as service:
        command = await order(service, an_invitation)
        await service.settle()

        (event,) = await service.sent(DeliveryFailed)
        assert event.state.id == command.notification_id
        assert event.state.subject_id == command.chain_authorization_id
        assert (event.state.purpose, event.state.status) == (Purpose.INVITATION, DeliveryStatus.FAILED)
        assert await service.database["contents"].count_documents({}) == 0


@pytest.mark.rule("SP-75")
async def test_a_temporary_failure_is_tried_five_times_within_a_day(notifications, outside):
    outside.refuse["a.devries@relatie.example"] = "451 4.7.1 later"
    async with notifications() as service:
        command = await order(service, an_invitation)
        await service.settle()
        for hours in (1, 4, 23):
            await service.tick(NOW + timedelta(hours=hours))
        assert (await stored(service, command.notification_id))["attempts"] == 4
        assert await service.sent(DeliveryFailed) == []

        await service.tick(NOW + timedelta(hours=24))

        assert (await stored(service, command.notification_id))["attempts"] == 5
        assert len(await service.sent(DeliveryFailed)) == 1


@pytest.mark.rule("SP-75")
@pytest.mark.security("R22")
async def test_a_mail_goes_out_when_the_server_takes_it_again(notifications, outside):
    outside.refuse["a.devries@relatie.example"] = "451 4.7.1 later"
    async with notifications() as service:
        command = await order(service, an_invitation)
        await service.settle()
        outside.refuse.clear()
        await service.tick(NOW + timedelta(minutes=5))

        assert [mail["message_id"] for mail in outside.mails] == [f"<{command.notification_id}@volmacht.example>"]
        assert await service.database["timers"].count_documents({}) == 0


@pytest.mark.rule("NO-12", "MS-05")
@pytest.mark.security("R22")
async def test_a_login_code_goes_by_sms_with_the_notification_as_reference(notifications, outside):
    async with notifications() as service:
        command = await order(service, a_login_code)
        await service.settle()

        assert outside.messages == [
            {
                "to": "+31612345678",
                "text": "482913 is uw inlogcode voor Z login. Geef deze code aan niemand.",
                "reference": str(command.notification_id),
            }
        ]


@pytest.mark.rule("NO-12")
async def test_a_login_code_is_never_sent_after_its_end(notifications, outside):
    async with notifications() as service:
        command = await order(service, a_login_code)
        service.process.clock.hear(NOW + timedelta(minutes=5))
        await service.settle()

        assert outside.messages == []
        assert (await stored(service, command.notification_id))["reason"] == "expired"


@pytest.mark.security("R22", "I7")
async def test_a_login_code_whose_try_was_cut_off_is_not_sent_again(notifications, outside):
    async with notifications() as service:
        command = await order(service, a_login_code)
        deliver = Deliver(actor=command.actor, notification_id=command.notification_id)
        envelope = an_envelope(deliver)
        route = service.process.routes.commands[Deliver.type]
        await route.outside(deliver, envelope.id)  # the process dies here, and the record comes again
        await service.process.commands.handle([a_record(deliver, envelope)])

        assert len(outside.messages) == 1
        assert (await stored(service, command.notification_id))["reason"] == "interrupted"


@pytest.mark.security("S8")
async def test_a_number_gets_three_codes_in_ten_minutes(notifications, outside):
    async with notifications() as service:
        for _ in range(4):
            await order(service, a_login_code)
        await order(service, a_login_code, mobile="+31687654321")
        await service.settle()

        assert [message["to"] for message in outside.messages].count("+31612345678") == 3
        assert len(outside.messages) == 4
        assert len(await service.sent(DeliveryFailed)) == 1


@pytest.mark.security("S8")
async def test_a_number_outside_the_allowed_countries_gets_none(notifications, outside):
    async with notifications() as service:
        command = await order(service, a_login_code, mobile="+882161234567")
        await service.settle()

        assert outside.messages == []
        assert (await stored(service, command.notification_id))["reason"] == "sms_country"


@pytest.mark.rule("NO-11", "MS-04")
async def test_a_validation_code_goes_by_mail_in_the_persons_language(notifications, outside):
    async with notifications() as service:
        await order(service, a_validation_code)
        await service.settle()

        assert outside.mails[0]["to"] == ["a@kantoor.example"]
        assert outside.mails[0]["subject"] == "Your validation code"
        assert "739201" in outside.mails[0]["text"]


@pytest.mark.security("S40", "R22")
async def test_secrets_are_encrypted_at_rest_and_gone_after_sending(notifications, outside):
    async with notifications() as service:
        await order(service, a_validation_code)
        waiting = await service.database["contents"].find_one({})
        assert "739201" not in str(waiting)

        await service.settle()

        assert await service.database["contents"].count_documents({}) == 0
        for name in await service.database.list_collection_names():
            assert "739201" not in str(await service.database[name].find().to_list())


@pytest.mark.rule("NO-08", "NO-09", "CF-11", "MS-02")
@pytest.mark.parametrize(("profile", "mails"), [("zlogin", 0), ("weid", 1)])
async def test_the_activation_letter_goes_by_the_profiles_channels(notifications, outside, profile, mails):
    async with notifications(profile) as service:
        await order(service, a_letter)
        await service.settle()

        (letter,) = outside.letters
        assert letter["to"] == {"name": "A. de Vries", "address": "Kantoor Jansen\nDorpsstraat 1\n1234 AB Ons Dorp"}
        document = PdfReader(BytesIO(b64decode(letter["pdf"])))
        text = document.pages[0].extract_text()
        assert "KXQ7-9PLM" in text
        assert "22 december 2026" in text
        assert document.trailer["/Root"]["/Lang"] == "nl"
        assert len(outside.mails) == mails
        assert all("KXQ7-9PLM" in mail["text"] for mail in outside.mails)


@pytest.mark.rule("NO-14", "MS-06", "ID-61")
@pytest.mark.parametrize(
    ("language", "words"), [(Language.NL, "Vanaf dat moment is dit device"), (Language.EN, "From then on this device")]
)
async def test_a_device_is_posted_with_a_letter_that_names_it(notifications, outside, language, words):
    async with notifications() as service:
        await order(service, a_device_letter, language=language, organisation_name="Jansen B.V.")
        await service.settle()

        (letter,) = outside.letters
        assert letter["to"] == {"name": "A. de Vries", "address": "Jansen B.V.\nKade 2\n1000 AA Elders"}
        assert letter["enclosure"] == "AB-1001"
        document = PdfReader(BytesIO(b64decode(letter["pdf"])))
        text = " ".join(document.pages[0].extract_text().split())
        assert "AB-1001" in text
        assert words in text
        assert "Jansen B.V. " in text
        assert ".." not in text
        assert document.trailer["/Root"]["/Lang"] == language


@pytest.mark.rule("SP-116")
async def test_without_a_print_house_a_letter_fails_clearly(notifications, outside):
    async with notifications(letter_url="") as service:
        await order(service, a_letter)
        await service.settle()

        (failed,) = await service.database["deliveries"].find({"status": "failed"}).to_list()
        assert failed["reason"] == "letter_not_configured"
        assert [event.state.purpose for event in await service.sent(DeliveryFailed)] == [Purpose.ACTIVATION_LETTER]


@pytest.mark.rule("SP-116")
@pytest.mark.parametrize(("status", "expected"), [(503, "planned"), (429, "planned"), (400, "failed")])
async def test_what_the_print_house_answers_decides_about_another_try(notifications, outside, status, expected):
    outside.refuse["/letters"] = status
    async with notifications() as service:
        await order(service, a_letter)
        await service.settle()

        (delivery,) = await service.database["deliveries"].find().to_list()
        assert (delivery["status"], delivery["reason"]) == (expected, f"letter_{status}")
