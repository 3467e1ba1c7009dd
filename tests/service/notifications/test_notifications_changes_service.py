"""The e-mails that go with changes of credentials."""

from uuid import uuid4

import pytest

from contracts.identity import (
    CredentialType,
    MobileChanged,
    MutationKind,
    MutationRefused,
    MutationState,
    MutationStatus,
)
from contracts.values import Level, Role
from tests.harness import NOW
from tests.service.notifications.messages_of_notifications import VRIES, a_credential


def a_refusal(organisation, requested_by, credential_id, reason="Kopie onleesbaar"):
    state = MutationState(
        id=uuid4(), kind=MutationKind.UPGRADE, status=MutationStatus.REFUSED, person_id=uuid4(),
        organisation_id=organisation, credential_id=credential_id, requested_by=requested_by, submitted_at=NOW,
        level=Level.EH3, type=CredentialType.REGULAR,
    )  # fmt: skip
    return MutationRefused(state=state, reason=reason)


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
