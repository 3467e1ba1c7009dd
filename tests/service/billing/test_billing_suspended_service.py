"""A company that ended according to the trade register: nobody asks for it, what runs goes on."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.billing import Item, ListCharges, ListSubscriptions, Quote
from contracts.chain import ChainAuthorizationActivated
from contracts.identity import OrganisationResumed, OrganisationState, OrganisationSuspended
from contracts.message import Refusal
from tests.harness import NOW
from tests.service.billing.billing_world import a_state, administrator, charges


@pytest.mark.rule("BI-01", "BI-12", "BI-34")
async def test_nobody_asks_for_a_suspended_organisation_and_its_years_go_on_until_something_is_ended(billing):
    id_ = uuid4()
    company = OrganisationState(id=id_, kvk_number="68750110", name="Kantoor")
    async with billing("weid") as service:
        await service.hear(ChainAuthorizationActivated(state=a_state(id_)))
        ended = company.model_copy(update={"active": False, "suspended": True})
        await service.hear(OrganisationSuspended(state=ended))
        actor = administrator(id_)
        for asked in (
            Quote(actor=actor, item=Item.CHAIN_AUTHORIZATION), ListCharges(actor=actor), ListSubscriptions(actor=actor)
        ):  # fmt: skip
            assert await service.query(asked) == Refusal(code="not_allowed")
        assert not isinstance(await service.query(ListCharges(actor=administrator(uuid4()))), Refusal)

        await service.tick(NOW + timedelta(days=366))
        await service.hear(OrganisationResumed(state=company))
        assert len(await charges(service, id_)) == 2
        assert not isinstance(
            await service.query(Quote(actor=actor, item=Item.CHAIN_AUTHORIZATION)), Refusal
        )  # fmt: skip
