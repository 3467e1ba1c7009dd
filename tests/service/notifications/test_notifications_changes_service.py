"""What people hear of changes of credentials."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.identity import (
    CredentialStatus,
    CredentialType,
    EndingPostponed,
    EndingScheduled,
    EndingUndone,
    MobileChanged,
    MutationKind,
    MutationLine,
    MutationRefused,
    MutationState,
    MutationStatus,
)
from contracts.notifications import ListMessages
from contracts.values import Language, Level, Role
from tests.harness import NOW
from tests.service.notifications.messages_of_notifications import (
    VRIES,
    a_credential,
    a_number_notice,
    an_administrator,
    an_organisation,
)
from tests.service.notifications.test_notifications_sending_service import order

REFUSED, PROCESSED, WAITING = MutationStatus.REFUSED, MutationStatus.PROCESSED, MutationStatus.SUBMITTED
NOTHING = {Language.NL: "Er is niets gewijzigd", Language.EN: "Nothing was changed"}


def a_refusal(organisation, requested_by, credential_id, lines=(), now=()):
    """Return the refusal of a change; `lines` are the states of those by organisation, `now` those refused with it."""
    state = MutationState(
        id=uuid4(), kind=MutationKind.UPGRADE, status=REFUSED, person_id=uuid4(),
        organisation_id=organisation, credential_id=credential_id, requested_by=requested_by, submitted_at=NOW,
        level=Level.EH3, type=CredentialType.REGULAR,
        lines=tuple(
            MutationLine(organisation_id=place, credential_id=uuid4(), role=Role.USER, status=status)
            for place, status in lines
        ),
    )  # fmt: skip
    return MutationRefused(state=state, reason="Kopie onleesbaar", organisation_ids=now)


@pytest.mark.rule("SP-17", "SP-18")
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("statuses", "now", "named", "nothing"),
    [
        ((PROCESSED, REFUSED), "", "B", False),
        ((WAITING, REFUSED), "B", "B", False),
        ((REFUSED, REFUSED), "B", "B", True),
        ((REFUSED, REFUSED), "AB", "AB", True),
    ],
)
async def test_a_refusal_names_its_organisations_and_says_nothing_of_the_others(
    notifications, outside, language, statuses, now, named, nothing
):
    here, asker, places = uuid4(), uuid4(), {"A": uuid4(), "B": uuid4()}
    async with notifications("weid") as service:
        await service.hear(*(an_organisation(id_, f"Bakkerij {name}") for name, id_ in places.items()))
        await service.hear(a_credential(here, person_id=asker, language=language))
        lines = tuple(zip(places.values(), statuses, strict=True))
        await service.hear(a_refusal(here, asker, uuid4(), lines, tuple(places[name] for name in now)))
        await service.settle()

        (mail,) = outside.mails
        assert {name for name in places if f"- Bakkerij {name}\n" in mail["text"]} == set(named)
        assert (NOTHING[language] in mail["text"]) is nothing
        assert ("deels" in mail["subject"] or "partly" in mail["subject"]) is not nothing


@pytest.mark.rule("SP-17", "ST-19")
async def test_who_asked_for_a_change_reads_why_it_was_refused(notifications, outside):
    organisation, asker, target = uuid4(), uuid4(), uuid4()
    async with notifications() as service:
        await service.hear(
            a_credential(organisation, "vrager@kantoor.example", person_id=asker),
            a_credential(organisation, "ander@kantoor.example"),
            a_credential(organisation, "gebruiker@kantoor.example", id=target, role=Role.USER),
        )
        await service.hear(a_refusal(organisation, asker, target))
        await service.settle()

        (mail,) = outside.mails
        assert mail["to"][0] == "vrager@kantoor.example"
        assert NOTHING[Language.NL] in mail["text"]
        assert "Kopie onleesbaar" in mail["text"]
        assert VRIES.full in mail["subject"]


@pytest.mark.rule("SP-17")
async def test_the_other_administrators_read_it_when_who_asked_is_gone(notifications, outside):
    organisation = uuid4()
    async with notifications() as service:
        await service.hear(a_credential(organisation, "ander@kantoor.example"))
        await service.hear(a_refusal(organisation, uuid4(), uuid4()))
        await service.settle()

        assert [mail["to"][0] for mail in outside.mails] == ["ander@kantoor.example"]


@pytest.mark.security("S7")
async def test_the_holder_hears_that_codes_go_elsewhere(notifications, outside):
    async with notifications() as service:
        await service.hear(a_credential(uuid4(), "houder@kantoor.example", event=MobileChanged, role=Role.USER))
        await service.settle()

        (mail,) = outside.mails
        assert (mail["to"][0], "mobiele nummer" in mail["text"]) == ("houder@kantoor.example", True)


@pytest.mark.rule("NO-03", "ST-10")
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("event", [EndingScheduled, EndingUndone])
async def test_who_manages_two_organisations_reads_of_which_one_an_ending_is(notifications, outside, event, language):
    person, places = uuid4(), {uuid4(): "Bakkerij A", uuid4(): "Bakkerij B"}
    async with notifications("weid") as service:
        for id_, name in places.items():
            await service.hear(an_organisation(id_, name), a_credential(id_, person_id=person, language=language))
            await service.hear(an_ending(id_, event))
        await service.settle()

        told = {name: [mail for mail in outside.mails if name in mail["text"]] for name in places.values()}
        assert {name: len(mails) for name, mails in told.items()} == {"Bakkerij A": 1, "Bakkerij B": 1}
        assert all(mail["subject"].endswith(name) for name, (mail,) in told.items())


LAST_DAY = date(2026, 12, 31)
ENDINGS = {
    "scheduled": (EndingScheduled, "31 december 2026"),
    "undone": (EndingUndone, "teruggedraaid"),
    "postponed": (EndingPostponed, "geen actieve beheerder meer"),
}


def an_ending(organisation, event, id_=None, ends_on=LAST_DAY):
    status, more = CredentialStatus.ENDING_SCHEDULED, {"id": id_} if id_ else {}
    return a_credential(organisation, event=event, status=status, ends_on=ends_on, role=Role.USER, **more)


@pytest.mark.rule("NO-01", "NO-03", "MS-09", "CF-27", "SP-28")
@pytest.mark.parametrize("what", ENDINGS)
@pytest.mark.parametrize("supplier", ["zlogin", "weid"])
async def test_administrators_hear_of_an_ending_that_is_planned_undone_or_postponed(
    notifications, outside, supplier, what
):
    organisation, (event, text) = uuid4(), ENDINGS[what]
    async with notifications(supplier) as service:
        await service.hear(an_organisation(organisation), a_credential(organisation))
        await service.hear(an_ending(organisation, event))
        await service.settle()

        rows = (await service.query(ListMessages(actor=an_administrator(organisation)))).rows
        (mail,) = [mail for mail in outside.mails if mail["to"] == ["beheerder@kantoor.example"]]
        told = rows[0].body if supplier == "zlogin" else mail["text"]
        assert (text in told, f"{VRIES.full} bij Kantoor Jansen " in told) == (True, True)
        assert (text in mail["text"], len(rows)) == ((False, 1) if supplier == "zlogin" else (True, 0))


@pytest.mark.rule("SP-25")
async def test_the_back_office_hears_of_a_postponed_ending_once_a_week(notifications, outside):
    organisation, id_ = uuid4(), uuid4()
    async with notifications("zlogin") as service:
        await service.hear(an_organisation(organisation), a_credential(organisation))
        monday = date(2026, 12, 7)
        for days in range(9):
            await service.hear(an_ending(organisation, EndingPostponed, id_, monday + timedelta(days=days)))
        await service.settle()

        mails = [mail for mail in outside.mails if mail["to"] == ["backoffice@zlogin.example"]]
        assert [(str(id_) in mail["text"], "Kantoor Jansen" in mail["subject"]) for mail in mails] == [(True, True)] * 2
        rows = (await service.query(ListMessages(actor=an_administrator(organisation)))).rows
        assert len(rows) == 2


@pytest.mark.security("S7", "S8")
async def test_a_number_is_told_that_codes_do_not_come_to_it_any_more(notifications, outside):
    async with notifications() as service:
        await order(service, a_number_notice)
        await service.settle()

        (message,) = outside.messages
        assert message["to"] == "+31612345678"
        assert message["text"].startswith("Dit nummer krijgt geen inlogcodes van Z login meer.")
        for document in await service.database["deliveries"].find().to_list():
            assert "612345678" not in str(document)
