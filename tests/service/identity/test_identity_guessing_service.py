"""Guessing: races for one code, ceilings, limits of SMS, and a guesser who does not lock the real user out."""

import asyncio
import logging
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import CompleteLogin, SecondFactor, StartLogin
from contracts.message import Refusal
from contracts.notifications import SendAccountNotice, SendLoginCode
from contracts.values import Level
from services.identity.app import create_app
from services.identity.domain.logins import CEILING, Attempts, failed
from tests.harness import NOW, ServiceUnderTest, a_record, an_envelope
from tests.service.identity.accounts import NEW, at_once, complete, link_of
from tests.service.identity.journey import (
    KVK,
    PASSWORD,
    Journey,
    an_applicant,
    identity_settings,
    sealed_for_identity,
)

USER = f"user0.{KVK}"
WRONG = "een heel ander wachtwoord"
BY_SMS = {"level": Level.EH2_PLUS, "factor": SecondFactor.SMS}


def completions(login_ids, code):
    for login_id in login_ids:
        id_ = uuid4()
        yield id_, CompleteLogin(actor=ANYONE, login_id=login_id, code=sealed_for_identity(code, id_, "code"))


async def start(journey, name=USER, password=PASSWORD, device=None, network=None):
    id_ = uuid4()
    sealed = sealed_for_identity(password, id_, "password")
    command = StartLogin(actor=ANYONE, user_name=name, password=sealed, device=device, network=network)
    return await journey.send(command, id_)


@pytest.mark.rule("ID-182")
@pytest.mark.security("S5", "S13")
async def test_of_fifty_submissions_of_a_device_code_at_once_one_counts(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    logins = [(await start(journey)).login_id for _ in range(5)]
    outcomes = await at_once(journey, list(completions(logins * 10, journey.otp(seeds[USER]))))
    assert sum(hasattr(outcome, "access_token") for outcome in outcomes) == 1
    assert await journey.service.database["sessions"].count_documents({}) == 1


@pytest.mark.rule("ID-182")
@pytest.mark.security("S6", "S13")
async def test_of_fifty_submissions_of_an_sms_code_at_once_one_counts(journey):
    await journey.customer(an_applicant(**BY_SMS))
    login = (await start(journey)).login_id
    outcomes = await at_once(journey, list(completions([login] * 50, await journey.sms_code())))
    assert sum(hasattr(outcome, "access_token") for outcome in outcomes) == 1
    assert {outcome.code for outcome in outcomes if hasattr(outcome, "code")} == {"login_expired"}


@pytest.mark.security("S13")
async def test_failures_at_once_are_all_counted_and_survive_a_restart(mongo):
    settings = identity_settings(mongo)
    async with ServiceUnderTest(create_app(settings)) as service:
        journey = Journey(service)
        await journey.customer()
        made = []
        for _ in range(4):
            id_ = uuid4()
            password = sealed_for_identity(WRONG, id_, "password")
            made.append((id_, StartLogin(actor=ANYONE, user_name=USER, password=password)))
        assert {outcome.code for outcome in await at_once(journey, made)} == {"wrong_credentials"}
        again = create_app(settings)
        again.assemble()
        id_ = uuid4()
        fifth = StartLogin(actor=ANYONE, user_name=USER, password=sealed_for_identity(WRONG, id_, "password"))
        await again.commands.handle([a_record(fifth, an_envelope(fifth, journey.now, id_))])
        assert (await start(journey)).code == "too_many_attempts"
        await again.client.close()


def ceiling_of(attempts, moments):
    for at in moments:
        attempts = failed(attempts, at)
    return attempts


@pytest.mark.security("S12")
async def test_after_a_hundred_failures_logging_in_is_off_until_recovery_and_the_holder_is_told(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    await journey.log_in(USER, seeds[USER], device="own-device")
    for name in (USER, "nobody"):
        journey.now = NOW + timedelta(days=10)
        assert (await start(journey, name, WRONG)).code == "wrong_credentials"
        bucket = await journey.service.database["attempts"].find_one({"_id": {"$regex": ":unknown$"}, "failures": 1})
        near = {"failures": CEILING - 1, "paused_until": None}
        await journey.service.database["attempts"].update_one({"_id": bucket["_id"]}, {"$set": near})
        assert (await start(journey, name, WRONG)).code == "wrong_credentials"
        journey.later(days=1)
        assert await start(journey, name) == Refusal(code="authenticator_off")
    (notice,) = await journey.service.sent(SendAccountNotice)
    assert notice.notice == "login_off"
    assert len(await journey.log_in(USER, seeds[USER], device="own-device")) == 2, "a known device goes on"
    journey.later(minutes=1)
    await complete(journey, await link_of(journey, "jansen@company.example"), journey.otp(seeds[USER]))
    assert (await start(journey, password=NEW)).login_id


def test_the_ceiling_is_reached_by_failures_alone():
    attempts = ceiling_of(Attempts("a"), [NOW] * CEILING)
    assert (attempts.failures, attempts.paused_until) == (100, NOW + timedelta(hours=1))


@pytest.mark.security("S8")
async def test_a_network_gets_three_codes_in_ten_minutes_but_known_devices_do_not_count(journey):
    people = [an_applicant(f"Jansen{number}", mobile=f"+316{number}2345678", **BY_SMS) for number in range(5)]
    await journey.customer(*people)
    names = [f"user{number}.{KVK}" for number in range(5)]
    first = await start(journey, names[0], device="own-device", network="192.0.2.0/24")
    await journey.complete_login(first.login_id, await journey.sms_code())
    for name in names[1:3]:
        assert (await start(journey, name, network="192.0.2.0/24")).login_id
    journey.later(minutes=4)
    refused = await start(journey, names[3], network="192.0.2.0/24")
    assert refused == Refusal(code="too_many_attempts", details={"retry_after_s": 361})
    assert (await start(journey, names[0], device="own-device", network="192.0.2.0/24")).login_id
    assert (await start(journey, names[3], network="198.51.100.0/24")).login_id
    journey.later(minutes=6)
    assert (await start(journey, names[4], network="192.0.2.0/24")).login_id


@pytest.mark.security("S8")
@pytest.mark.parametrize("cap", [{"sms_tenant_day": 2}, {"sms_all_day": 32}])
async def test_a_tenant_and_all_together_have_a_cap_a_day(mongo, cap):
    async with ServiceUnderTest(create_app(identity_settings(mongo, **cap))) as service:
        journey = Journey(service)
        await journey.customer(an_applicant(**BY_SMS))
        before = len(await service.sent(SendLoginCode))
        journey.later(days=1)
        for _ in range(2):
            assert (await start(journey)).login_id
        midnight = journey.now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        left = int((midnight - journey.now).total_seconds()) + 1
        assert await start(journey) == Refusal(code="too_many_attempts", details={"retry_after_s": left})
        assert len(await service.sent(SendLoginCode)) == before + 2
        journey.later(days=1)
        assert (await start(journey)).login_id


@pytest.mark.security("S8")
async def test_numbers_next_to_each_other_raise_the_alarm(mongo, caplog):
    async with ServiceUnderTest(create_app(identity_settings(mongo, sms_adjacent=3))) as service:
        journey = Journey(service)
        people = [an_applicant(f"Jansen{n}", mobile=f"+3161234567{n}", **BY_SMS) for n in range(3)]
        with caplog.at_level(logging.ERROR, "services.identity.handlers.texting"):
            await journey.customer(*people)  # each proves the own number
            for number in (0, 1, 1, 2):
                await start(journey, f"user{number}.{KVK}")
        (record,) = caplog.records
        assert (record.numbers, "+316" in record.getMessage()) == (3, False)


@pytest.mark.endurance
@pytest.mark.timeout(1500)
@pytest.mark.rule("SP-39")
@pytest.mark.security("S11")
async def test_ten_thousand_guesses_from_a_thousand_addresses_do_not_hold_up_the_real_user(journey):
    """Guesses and logins are handled in the same batches, one login to a hundred guesses."""
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    await journey.log_in(USER, seeds[USER], device="own-device")
    came_in = 0
    for turn in range(100):
        journey.later(minutes=1)
        records, guesses = [], []
        for guess in range(100):
            place, id_ = turn * 10 + guess % 10, uuid4()
            password = sealed_for_identity(f"{WRONG} {turn} {guess}", id_, "password")
            command = StartLogin(
                actor=ANYONE, user_name=USER, password=password, device=f"robot-{place}", network=f"net-{place}"
            )
            guesses.append((id_, command))
            records.append(a_record(command, an_envelope(command, journey.now, id_)))
        guessing = asyncio.create_task(journey.service.process.commands.handle(records))
        came_in += len(await journey.log_in(USER, seeds[USER], device="own-device")) == 2
        await guessing
        codes = {(await journey.service.outcome(command, id_)).code for id_, command in guesses}
        assert codes <= {"wrong_credentials", "too_many_attempts", "authenticator_off"}
    assert came_in == 100
