"""A company that ended according to the trade register: nobody reads its message box, nothing in it is lost."""

from uuid import uuid4

import pytest
from messages_of_notifications import a_credential, a_request, an_administrator, an_organisation

from contracts.chain import RenewalDue
from contracts.identity import OrganisationResumed, OrganisationSuspended
from contracts.message import Done, Refusal
from contracts.notifications import ListMessages, MarkRead

NOT_ALLOWED = Refusal(code="not_allowed")


@pytest.mark.rule("NO-02")
@pytest.mark.security("S22")
async def test_the_message_box_of_a_suspended_organisation_is_closed_until_it_is_resumed(notifications):
    id_, person = uuid4(), uuid4()
    actor, registered = an_administrator(id_, person), an_organisation(id_)
    async with notifications("zlogin") as service:
        await service.hear(registered, a_credential(id_, person_id=person))
        ended = registered.state.model_copy(update={"active": False, "suspended": True})
        await service.hear(OrganisationSuspended(state=ended))
        await service.hear(RenewalDue(state=a_request(id_)))
        notice = (await service.database["notices"].find_one({"organisation_id": id_}))["_id"]
        assert await service.query(ListMessages(actor=actor)) == NOT_ALLOWED
        assert await service.command(MarkRead(actor=actor, message_id=notice)) == NOT_ALLOWED

        await service.hear(OrganisationResumed(state=registered.state))
        (row,) = (await service.query(ListMessages(actor=actor))).rows
        assert row.message_id == notice
        assert await service.command(MarkRead(actor=actor, message_id=notice)) == Done()
