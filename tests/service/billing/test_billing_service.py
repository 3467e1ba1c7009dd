"""Billing with a real database: one charge for each year, subscriptions, and who sees them."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from contracts.billing import (
    Charged,
    Item,
    ListCharges,
    ListSubscriptions,
    Quote,
    SubscriptionEnded,
    SubscriptionStarted,
)
from contracts.chain import (
    ChainAuthorizationActivated,
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainAuthorizationRequested,
    ChainStatus,
    InvitationFailed,
    RemovalScheduled,
)
from contracts.identity import CredentialEnded, CredentialState, CredentialStatus
from contracts.message import Refusal
from contracts.values import Level, Period, Role, end_of_day, start_of_day
from tests.harness import NOW, types_of
from tests.service.billing.billing_world import NAME, TODAY, a_state, administrator, an_offer, charges
from tests.states import PERIOD


@pytest.mark.rule("ST-53", "BI-29", "SP-105", "SP-106", "CF-39")
@pytest.mark.parametrize(("profile", "price", "amounts"), [("weid", None, (1995, 419)), ("zlogin", 1250, (1250, 263))])
async def test_an_activation_starts_a_subscription_and_charges_its_first_year(billing, profile, price, amounts):
    organisation = uuid4()
    async with billing(profile) as service:
        await service.hear(an_offer(organisation, price))
        state = a_state(organisation)
        await service.hear(ChainAuthorizationActivated(state=state))

        assert types_of(await service.sent()) == ["SubscriptionStarted", "Charged"]
        (started,) = await service.sent(SubscriptionStarted)
        assert (started.state.subject_id, started.state.start, started.state.end) == (state.id, TODAY, None)
        assert await charges(service, organisation) == [(*amounts, TODAY, date(2027, 11, 21))]


@pytest.mark.rule("BI-33", "SP-96", "ST-61")
async def test_each_year_is_charged_once_until_the_end(billing):
    organisation = uuid4()
    state = a_state(organisation)
    async with billing() as service:
        await service.hear(ChainAuthorizationActivated(state=state))
        await service.tick(start_of_day(date(2027, 11, 22)) - timedelta(milliseconds=1))
        assert len(await charges(service, organisation)) == 1
        await service.tick(start_of_day(date(2027, 11, 22)))
        await service.tick(start_of_day(date(2027, 11, 22)))
        assert len(await charges(service, organisation)) == 2
        await service.tick(end_of_day(PERIOD.end))
        await service.hear(ChainAuthorizationExpired(state=state), at=end_of_day(PERIOD.end))
        await service.tick(datetime(2040, 1, 1, tzinfo=UTC))

        starts = [period_start.year for _, _, period_start, _ in await charges(service, organisation)]
        assert starts == [2030, 2029, 2028, 2027, 2026]
        (gone,) = await service.sent(SubscriptionEnded)
        assert gone.state.end == PERIOD.end
        assert await service.database["timers"].count_documents({}) == 0


@pytest.mark.rule("BI-34", "SP-104", "ST-63")
async def test_a_deletion_stops_the_subscription_without_refund(billing):
    organisation = uuid4()
    state = a_state(organisation)
    async with billing() as service:
        await service.hear(ChainAuthorizationActivated(state=state))
        await service.hear(ChainAuthorizationRemoved(state=state), at=NOW + timedelta(days=40))
        await service.tick(NOW + timedelta(days=900))

        assert len(await charges(service, organisation)) == 1
        (row,) = (await service.query(ListSubscriptions(actor=administrator(organisation)))).rows
        assert (row.subject_id, row.end) == (state.id, date(2027, 1, 1))


@pytest.mark.rule("BI-34", "ST-64", "ST-65")
async def test_a_deletion_on_the_anniversary_charges_no_new_year(billing):
    organisation, day = uuid4(), date(2027, 11, 22)
    state = a_state(organisation)
    async with billing() as service:
        await service.hear(ChainAuthorizationActivated(state=state))
        scheduled = state.model_copy(update={"ends_on": day, "status": ChainStatus.END_SCHEDULED})
        await service.hear(RemovalScheduled(state=scheduled), at=NOW + timedelta(days=9))
        await service.tick(start_of_day(day) + timedelta(seconds=1))
        await service.hear(ChainAuthorizationRemoved(state=scheduled), at=start_of_day(day))

        assert len(await charges(service, organisation)) == 1
        (gone,) = await service.sent(SubscriptionEnded)
        assert gone.state.end == date(2027, 11, 21)


@pytest.mark.rule("ST-60")
async def test_a_renewal_keeps_the_subscription_running_at_the_price_then_agreed(billing):
    organisation = uuid4()
    state = a_state(organisation)
    renewal = a_state(organisation, status=ChainStatus.SENT, period=None, renewal_of=state.id)
    new = state.model_copy(update={"period": Period(start=TODAY, end=date(2036, 11, 22))})
    async with billing("zlogin") as service:
        await service.hear(an_offer(organisation, 1250))
        await service.hear(ChainAuthorizationActivated(state=state))
        await service.hear(an_offer(organisation, 1400))
        await service.tick(start_of_day(date(2031, 11, 1)))
        asked = datetime(2031, 11, 1, 12, tzinfo=UTC)
        await service.hear(ChainAuthorizationRequested(state=renewal), at=asked)
        await service.hear(ChainAuthorizationActivated(state=new), at=asked + timedelta(days=9))
        await service.hear(ChainAuthorizationRemoved(state=renewal), at=asked + timedelta(days=9))
        await service.tick(start_of_day(date(2031, 11, 22)))

        assert len(await service.sent(SubscriptionStarted)) == 1
        assert await service.sent(SubscriptionEnded) == []
        assert [row[0] for row in await charges(service, organisation)] == [1400, 1250, 1250, 1250, 1250, 1250]


@pytest.mark.rule("SP-111", "BI-22")
async def test_what_was_agreed_to_counts_and_not_the_price_of_later(billing):
    organisation = uuid4()
    asked = a_state(organisation, status=ChainStatus.SENT, period=None)
    active = asked.model_copy(update={"status": ChainStatus.ACTIVE, "period": PERIOD})
    async with billing("zlogin") as service:
        await service.hear(an_offer(organisation, 1250))
        await service.hear(ChainAuthorizationRequested(state=asked), at=NOW - timedelta(days=30))
        await service.hear(an_offer(organisation, 9900))
        await service.hear(ChainAuthorizationActivated(state=active))

        assert [row[0] for row in await charges(service, organisation)] == [1250]


@pytest.mark.rule("SP-75", "BI-27")
async def test_a_request_that_never_was_active_costs_nothing(billing):
    organisation = uuid4()
    state = a_state(organisation, status=ChainStatus.FAULT, period=None)
    async with billing() as service:
        await service.hear(ChainAuthorizationRequested(state=state), InvitationFailed(state=state))
        await service.hear(ChainAuthorizationRemoved(state=state))

        assert await service.sent() == []
        assert await service.dead_letters() == []


@pytest.mark.rule("BI-01")
@pytest.mark.security("S21")
async def test_only_administrators_of_the_organisation_see_what_it_pays(billing):
    organisation, person = uuid4(), uuid4()
    async with billing() as service:
        await service.hear(ChainAuthorizationActivated(state=a_state(organisation)))
        ended = CredentialState(
            id=uuid4(), person_id=person, organisation_id=organisation, level=Level.EH3, role=Role.ADMINISTRATOR,
            status=CredentialStatus.ENDED, name=NAME, email="a@b.example",
        )  # fmt: skip
        await service.hear(CredentialEnded(state=ended))
        refused = [administrator(organisation, role=Role.USER), administrator(organisation, person_id=person)]

        for actor in refused:
            for query in (ListCharges(actor=actor), ListSubscriptions(actor=actor)):
                assert await service.query(query) == Refusal(code="not_allowed")
            assert await service.query(Quote(actor=actor, item=Item.CHAIN_AUTHORIZATION)) == Refusal(code="not_allowed")
        assert await charges(service, uuid4()) == []


async def test_charges_come_in_pages_newest_first(billing):
    organisation = uuid4()
    async with billing() as service:
        for _ in range(5):
            await service.hear(ChainAuthorizationActivated(state=a_state(organisation)))
        actor, seen, cursor = administrator(organisation), [], None
        while True:
            page = await service.query(ListCharges(actor=actor, limit=2, cursor=cursor))
            seen += [row.charge_id for row in page.rows]
            if (cursor := page.next) is None:
                break

        assert len(seen) == len(set(seen)) == 5
        assert {event.state.id for event in await service.sent(Charged)} == set(seen)
