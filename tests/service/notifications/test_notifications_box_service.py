"""What organisations are told: message box, e-mails, and what nobody is told."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from messages_of_notifications import VRIES, a_credential, a_request, an_administrator

from contracts.chain import (
    AccessStatus,
    ChainAccessChanged,
    ChainAccessState,
    ChainAuthorizationActivated,
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    InvitationExpired,
    InvitationFailed,
    RenewalDue,
)
from contracts.identity import CredentialEnded, CredentialRejected, CredentialStatus
from contracts.message import Done, Refusal
from contracts.notifications import BoxPage, ListMessages, MarkRead
from contracts.values import Language, Period, Role
from tests.harness import NOW

EVENTS = {
    "renewal_due": RenewalDue,
    "chain_activated": ChainAuthorizationActivated,
    "chain_expired": ChainAuthorizationExpired,
    "invitation_expired": InvitationExpired,
    "invitation_failed": InvitationFailed,
}


async def box(service, actor, **more):
    return await service.query(ListMessages(actor=actor, **more))


@pytest.mark.rule("NO-01", "NO-04", "NO-05", "CF-27", "MS-09", "MS-11", "MS-12")
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
async def test_with_a_message_box_the_mail_says_only_that_a_message_is_ready(notifications, outside, event):
    organisation = uuid4()
    async with notifications("zlogin") as service:
        await service.hear(a_credential(organisation))
        await service.hear(event(state=a_request(organisation)))
        await service.settle()

        (row,) = (await box(service, an_administrator(organisation))).rows
        assert "Bakkerij De Vries" in row.subject
        (mail,) = outside.mails
        assert mail["to"] == ["beheerder@kantoor.example"]
        assert mail["subject"] == "Er staat een bericht voor u klaar"
        assert "Bakkerij" not in mail["text"] + mail["html"]


@pytest.mark.rule("CF-27")
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
async def test_without_a_message_box_the_mail_says_it_all(notifications, outside, event):
    organisation = uuid4()
    async with notifications("weid") as service:
        await service.hear(a_credential(organisation, language=Language.EN))
        await service.hear(event(state=a_request(organisation)))
        await service.settle()

        assert await box(service, an_administrator(organisation)) == BoxPage.empty()
        (mail,) = outside.mails
        assert "Bakkerij De Vries" in mail["text"]
        assert mail["text"].startswith("Dear A. de Vries,")
        assert "https://module.example" in mail["text"]


@pytest.mark.rule("NO-06")
async def test_a_warning_is_sent_once_for_an_end_date_and_again_for_another(notifications, outside):
    organisation = uuid4()
    state = a_request(organisation)
    later = state.model_copy(update={"period": Period(start=date(2027, 2, 22), end=date(2032, 2, 22))})
    async with notifications("weid") as service:
        await service.hear(a_credential(organisation))
        await service.hear(RenewalDue(state=state))
        await service.hear(RenewalDue(state=state), at=NOW + timedelta(days=9))
        await service.settle()
        assert len(outside.mails) == 1

        await service.hear(RenewalDue(state=later))
        await service.settle()

        assert len(outside.mails) == 2
        assert "22 februari 2032" in outside.mails[1]["text"]


@pytest.mark.rule("NO-05", "MS-12", "SP-114")
async def test_each_active_administrator_gets_the_mail_and_nobody_else(notifications, outside):
    organisation = uuid4()
    async with notifications("zlogin") as service:
        await service.hear(
            a_credential(organisation, "een@kantoor.example"),
            a_credential(organisation, "twee@kantoor.example", status=CredentialStatus.ENDING_SCHEDULED),
            a_credential(organisation, "twee@kantoor.example"),
            a_credential(organisation, "gebruiker@kantoor.example", role=Role.USER),
            a_credential(organisation, "oud@kantoor.example", event=CredentialEnded, status=CredentialStatus.ENDED),
            a_credential(uuid4(), "ander@elders.example"),
        )
        await service.hear(RenewalDue(state=a_request(organisation)))
        await service.settle()

        assert sorted(mail["to"][0] for mail in outside.mails) == ["een@kantoor.example", "twee@kantoor.example"]


@pytest.mark.rule("NO-24", "MS-20")
@pytest.mark.parametrize("profile", ["zlogin", "weid"])
async def test_of_a_deletion_nobody_is_told(notifications, outside, profile):
    organisation = uuid4()
    async with notifications(profile) as service:
        await service.hear(a_credential(organisation))
        await service.hear(ChainAuthorizationRemoved(state=a_request(organisation)))
        await service.settle()

        assert outside.mails == []
        assert (await box(service, an_administrator(organisation))).rows == ()


@pytest.mark.rule("NO-26", "CF-33", "MS-15")
@pytest.mark.parametrize(
    ("profile", "subject"),
    [("zlogin", "Er staat een bericht voor u klaar"), ("weid", "De ketenmodule staat voor u klaar")],
)
async def test_when_access_opens_the_profile_says_which_mail_goes(notifications, outside, profile, subject):
    organisation = uuid4()
    async with notifications(profile) as service:
        await service.hear(a_credential(organisation))
        for status in (AccessStatus.OFFER_REQUESTED, AccessStatus.OFFER_SENT, AccessStatus.OPEN):
            await service.hear(ChainAccessChanged(state=ChainAccessState(id=organisation, status=status)))
        await service.settle()

        assert [mail["subject"] for mail in outside.mails] == [subject]
        assert "https://module.example" in outside.mails[0]["text"]


@pytest.mark.rule("NO-02")
@pytest.mark.security("S21")
async def test_only_administrators_of_the_organisation_read_its_box(notifications):
    organisation, person = uuid4(), uuid4()
    async with notifications("zlogin") as service:
        await service.hear(RenewalDue(state=a_request(organisation)))
        user = an_administrator(organisation, role=Role.USER)
        former = an_administrator(organisation, person)
        ended = {"person_id": person, "status": CredentialStatus.ENDED}
        await service.hear(a_credential(organisation, event=CredentialEnded, **ended))
        (row,) = (await box(service, an_administrator(organisation))).rows

        for actor in (user, former):
            assert await box(service, actor) == Refusal(code="not_allowed")
            assert await service.command(MarkRead(actor=actor, message_id=row.message_id)) == Refusal(
                code="not_allowed"
            )
        stranger = an_administrator(uuid4())
        assert (await box(service, stranger)).rows == ()
        assert await service.command(MarkRead(actor=stranger, message_id=row.message_id)) == Refusal(code="unknown")
        assert await service.command(MarkRead(actor=stranger, message_id=uuid4())) == Refusal(code="unknown")


@pytest.mark.rule("SP-114", "SP-115")
async def test_read_is_kept_per_person_and_the_language_is_the_readers(notifications):
    organisation = uuid4()
    one, other = an_administrator(organisation), an_administrator(organisation, language=Language.EN)
    async with notifications("zlogin") as service:
        await service.hear(RenewalDue(state=a_request(organisation)))
        (row,) = (await box(service, one)).rows
        for _ in range(2):
            assert await service.command(MarkRead(actor=one, message_id=row.message_id)) == Done()

        (mine,) = (await box(service, one)).rows
        (theirs,) = (await box(service, other)).rows
        assert (mine.read, theirs.read) == (True, False)
        assert "eindigt op 22 februari 2027" in mine.body
        assert "ends on 22 February 2027" in theirs.body


async def test_the_box_comes_in_pages_newest_first(notifications):
    organisation = uuid4()
    async with notifications("zlogin") as service:
        for days in range(5):
            state = a_request(organisation)
            await service.hear(InvitationExpired(state=state), at=NOW + timedelta(days=days))
        actor, seen, cursor = an_administrator(organisation), [], None
        while True:
            page = await box(service, actor, limit=2, cursor=cursor)
            seen += [row.sent_at for row in page.rows]
            if (cursor := page.next) is None:
                break

        assert seen == [NOW + timedelta(days=days) for days in (4, 3, 2, 1, 0)]
        assert isinstance(await box(service, actor, cursor="geen cursor"), Refusal)


@pytest.mark.rule("NO-07", "MS-01")
async def test_a_rejection_is_told_with_its_reason_to_the_administrators(notifications, outside):
    organisation = uuid4()
    async with notifications() as service:
        first = {"event": CredentialRejected, "reason": "Kopie onleesbaar", "status": CredentialStatus.REJECTED}
        await service.hear(a_credential(organisation, "eerste@kantoor.example", **first))
        await service.hear(a_credential(organisation, "beheerder@kantoor.example"))
        await service.hear(a_credential(organisation, "nieuw@kantoor.example", role=Role.USER, **first))
        await service.settle()

        assert {mail["to"][0] for mail in outside.mails} == {"eerste@kantoor.example", "beheerder@kantoor.example"}
        assert all("Kopie onleesbaar" in mail["text"] and VRIES.full in mail["subject"] for mail in outside.mails)


@pytest.mark.rule("ID-73", "NO-07", "MS-01")
async def test_the_rejection_of_a_request_is_told_once_and_to_its_requester_alone(notifications, outside):
    organisation, requester, application = uuid4(), uuid4(), uuid4()
    async with notifications() as service:
        rejected = {
            "event": CredentialRejected, "reason": "Kopie onleesbaar", "status": CredentialStatus.REJECTED,
            "requested_by": requester, "application_id": application, "role": Role.USER,
        }  # fmt: skip
        await service.hear(a_credential(organisation, "vrager@kantoor.example", person_id=requester))
        await service.hear(a_credential(organisation, "ander@kantoor.example"))
        await service.hear(a_credential(organisation, "nieuw@kantoor.example", **rejected))
        await service.hear(a_credential(organisation, "nieuw@kantoor.example", **rejected))
        await service.settle()

        assert [mail["to"] for mail in outside.mails] == [["vrager@kantoor.example"]]
        assert "Kopie onleesbaar" in outside.mails[0]["text"]
