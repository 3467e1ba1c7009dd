"""Access to the functionality: asked for, offered, opened."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.chain import (
    AccessStatus,
    AskForOffer,
    ChainAccessChanged,
    GetAccess,
    ListAccessRequests,
    RecordOffer,
    SendOffer,
    Tab,
)
from contracts.message import Refusal
from tests.harness import NOW
from tests.service.chain.chain_world import FOREIGNER, STAFF
from tests.unit.chain.chain_builders import ORGANISATION, an_admin


def code(outcome):
    return outcome.code if isinstance(outcome, Refusal) else None


@pytest.mark.rule("GW-25", "CH-07", "CH-08", "CF-33", "ST-42", "ST-43", "ST-44", "ST-45", "BI-31")
@pytest.mark.parametrize("profile", ["zlogin", "weid"])
async def test_access_opens_by_an_accepted_offer(world, profile):
    unasked = an_admin(organisation_id=uuid4())
    assert code(await world.command(AskForOffer(actor=unasked))) == "not_allowed"
    changed = await world.sent(ChainAccessChanged)

    assert [event.state.status for event in changed if event.state.id == ORGANISATION] == [
        AccessStatus.OFFER_REQUESTED,
        AccessStatus.OFFER_SENT,
        AccessStatus.OPEN,
    ]
    assert changed[-1].state.price_per_year == 1995
    assert (await world.query(GetAccess(actor=an_admin()))).status is AccessStatus.OPEN
    assert code(await world.command(AskForOffer(actor=an_admin()))) == "wrong_status"


@pytest.mark.rule("CH-08")
async def test_without_access_every_action_is_refused(bare):
    world = await bare.furnish(opened=False)

    assert code(await world.ask()) == "no_access"
    assert code(await world.tab(Tab.ACTIVE)) == "no_access"
    assert code(await world.one(uuid4())) == "no_access"
    assert (await world.query(GetAccess(actor=an_admin()))).status is AccessStatus.NONE


@pytest.mark.rule("ST-43", "ST-45")
async def test_offers_are_the_back_offices_queue(bare):
    world = await bare.furnish(opened=False)
    await world.command(AskForOffer(actor=an_admin()))
    await world.command(AskForOffer(actor=FOREIGNER), at=NOW + timedelta(minutes=1))

    first = await world.query(ListAccessRequests(actor=STAFF, limit=1))
    second = await world.query(ListAccessRequests(actor=STAFF, limit=1, cursor=first.next))

    assert [(row.name, row.kvk_number, row.status) for page in (first, second) for row in page.rows] == [
        ("Kantoor De Boer", "68750110", AccessStatus.OFFER_REQUESTED),
        ("Ander Kantoor", "90000102", AccessStatus.OFFER_REQUESTED),
    ]
    assert second.next is None
    assert code(await world.query(ListAccessRequests(actor=an_admin()))) == "not_allowed"
    assert code(await world.command(SendOffer(actor=an_admin(), organisation_id=ORGANISATION))) == "not_allowed"
    await world.command(SendOffer(actor=STAFF, organisation_id=ORGANISATION))
    await world.command(RecordOffer(actor=STAFF, organisation_id=ORGANISATION, accepted=False))
    assert (await world.query(GetAccess(actor=an_admin()))).status is AccessStatus.NONE
