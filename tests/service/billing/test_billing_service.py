"""Billing with a real database: quotations that others can check, and one charge for each year."""

import json
from base64 import urlsafe_b64decode
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from contracts.actor import Actor, ActorKind
from contracts.billing import (
    Charged,
    Item,
    ListCharges,
    ListSubscriptions,
    Quotation,
    Quote,
    SubscriptionEnded,
    SubscriptionStarted,
)
from contracts.chain import (
    AccessStatus,
    ChainAccessChanged,
    ChainAccessState,
    ChainAuthorizationActivated,
    ChainAuthorizationExpired,
    ChainAuthorizationRemoved,
    ChainAuthorizationRequested,
    ChainAuthorizationState,
    ChainStatus,
    Contact,
    InvitationFailed,
    Relation,
    RemovalScheduled,
    Scope,
    Sender,
)
from contracts.identity import CredentialEnded, CredentialState, CredentialStatus, PersonName
from contracts.message import Refusal
from contracts.values import Language, Level, Period, Role, end_of_day, start_of_day
from services.billing.app import create_app
from services.billing.settings import Settings
from tests.harness import NOW, ServiceUnderTest, settings_for, types_of

TODAY = date(2026, 11, 22)
PERIOD = Period(start=TODAY, end=date(2031, 11, 22))
NAME = PersonName(initials="A.", surname="Vries")
KEY = OKPKey.generate_key("Ed25519", {"kid": "quote-1", "use": "sig"})
PUBLIC = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(KEY.as_dict(private=False)["x"] + "="))


@pytest_asyncio.fixture(loop_scope="session")
async def billing(mongo):
    """Return what runs the service with a profile."""

    @asynccontextmanager
    async def running(profile="weid"):
        key = KEY.as_dict(private=True)
        settings = settings_for(mongo.mongo_uri, kind=Settings, profile=profile, quote_signing_key=key, time="ticks")
        async with ServiceUnderTest(create_app(settings)) as service:
            service.process.clock.hear(NOW)
            yield service

    return running


def checked(token):
    """Return header and claims of a token, its signature checked by another library than the one that made it."""
    signed, _, signature = token.rpartition(".")
    PUBLIC.verify(decoded(signature), signed.encode())
    return tuple(json.loads(decoded(part)) for part in signed.split("."))


def decoded(part):
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def administrator(organisation, **changes):
    values = {"kind": ActorKind.PERSON, "person_id": uuid4(), "role": Role.ADMINISTRATOR, "level": Level.EH3}
    return Actor(organisation_id=organisation, **{**values, **changes})


def an_offer(organisation, price, status=AccessStatus.OPEN):
    return ChainAccessChanged(state=ChainAccessState(id=organisation, status=status, price_per_year=price))


def a_state(organisation, **changes):
    values = {
        "id": uuid4(), "intermediary_id": organisation, "status": ChainStatus.ACTIVE, "period": PERIOD,
        "relation": Relation(kvk_number="12345678", name="Bakkerij"), "scope": Scope(general=True),
        "contact": Contact(name=NAME, email="a@b.example", phone="+31201234567"),
        "sender": Sender(name="K", email="k@b.example"), "language": Language.NL,
    }  # fmt: skip
    return ChainAuthorizationState(**{**values, **changes})


async def charges(service, organisation):
    page = await service.query(ListCharges(actor=administrator(organisation)))
    return [(row.amount, row.vat, row.period_start, row.period_end) for row in page.rows]


@pytest.mark.rule("SP-111", "BI-12", "BI-29", "CF-39", "PR-01", "PR-14", "BI-30")
@pytest.mark.parametrize(("profile", "price", "total"), [("weid", None, 3990), ("zlogin", 1250, 2500)])
async def test_a_quotation_is_signed_and_lives_for_thirty_minutes(billing, profile, price, total):
    organisation = uuid4()
    async with billing(profile) as service:
        await service.hear(an_offer(organisation, price))
        quote = Quote(actor=administrator(organisation), item=Item.CHAIN_AUTHORIZATION, quantity=2)

        made = await service.query(quote)
        other = await service.query(quote)

        header, claims = checked(made.token)
        quotation = Quotation.model_validate(claims["quotation"])
        assert header == {"alg": "EdDSA", "typ": "quotation+jwt", "kid": "quote-1"}
        assert quotation == made.quotation
        assert (quotation.organisation_id, quotation.total) == (organisation, total)
        assert claims["exp"] == int(made.quotation.expires_at.timestamp())
        assert timedelta(0) <= made.quotation.expires_at - NOW - timedelta(minutes=30) < timedelta(minutes=1)
        assert made.quotation.id != other.quotation.id


@pytest.mark.rule("BI-12", "BI-13", "BI-16", "SP-105", "SP-111", "CF-13")
@pytest.mark.parametrize(("profile", "items"), [("weid", ["credential", "link_fee", "otp_device"]),
                                                ("zlogin", ["credential", "link_fee"])])  # fmt: skip
async def test_a_credential_is_quoted_with_link_fees_and_device(billing, profile, items):
    asked = {"level": Level.EH3, "years": 3, "second_factor": "otp", "quantity": 3}
    async with billing(profile) as service:
        quote = Quote(actor=administrator(uuid4()), item=Item.CREDENTIAL, **asked)
        quotation = Quotation.model_validate(checked((await service.query(quote)).token)[1]["quotation"])
        assert [str(line.item) for line in quotation.lines] == items
        assert [line.quantity for line in quotation.lines] == [1, 2, 1][: len(items)]
        assert (quotation.lines[0].level, quotation.lines[0].years) == ("EH3", 3)
        assert quotation.total == sum(line.quantity * line.unit_price for line in quotation.lines)
        assert quotation.vat == sum(round(line.amount * 0.21) for line in quotation.lines)
        without = quote.model_copy(update={"years": None})
        assert await service.query(without) == Refusal(code="no_price")


@pytest.mark.rule("BI-18", "CF-12", "PR-09")
@pytest.mark.parametrize(("profile", "total"), [("weid", 750), ("zlogin", 0)])
async def test_a_new_activation_letter_is_quoted_by_the_profile(billing, profile, total):
    async with billing(profile) as service:
        made = await service.query(Quote(actor=administrator(uuid4()), item=Item.ACTIVATION_LETTER))
        assert made.quotation.total == total


@pytest.mark.rule("CF-39", "BI-31")
@pytest.mark.parametrize("offer", [None, AccessStatus.OFFER_SENT])
async def test_without_an_accepted_offer_there_is_no_quotation_at_z_login(billing, offer):
    organisation = uuid4()
    async with billing("zlogin") as service:
        if offer:
            await service.hear(an_offer(organisation, 1250, offer))
        quote = Quote(actor=administrator(organisation), item=Item.CHAIN_AUTHORIZATION)

        assert await service.query(quote) == Refusal(code="no_offer")


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
