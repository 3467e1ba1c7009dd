"""Login in two steps, and the pauses after wrong guesses."""

import asyncio
import statistics
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from contracts.identity import SecondFactor, StartLogin
from contracts.message import Refusal
from contracts.notifications import SendLoginCode
from contracts.values import Level, Role
from services.identity.store import AUTHENTICATORS
from tests.service.identity.journey import KVK, MOBILE, an_applicant, claims_of

USER = f"user0.{KVK}"
WRONG = "een heel ander wachtwoord"


@pytest.mark.rule("ID-178", "ID-179", "ID-181", "ID-185", "ID-187", "ID-21")
async def test_an_administrator_with_a_device_logs_in_to_the_module(each_supplier):
    journey = each_supplier
    row, seeds = await journey.customer()
    journey.later(minutes=1)
    access, refresh = await journey.log_in(USER.upper(), seeds[USER])
    claims = claims_of(access)
    assert refresh
    stored = await journey.service.database["credentials"].find_one({"_id": row.credentials[0].credential_id})
    assert claims | {"jti": "", "sid": ""} == {
        "iss": f"volmacht:{journey.service.process.settings.deployment}",
        "aud": "volmacht-gateway",
        "sub": str(row.credentials[0].person_id),
        "sid": "",
        "tenant": str(stored["organisation_id"]),
        "role": "administrator",
        "acr": "EH3",
        "kind": "person",
        "lang": "nl",
        "auth_time": int(journey.now.timestamp()),
        "iat": int(journey.now.timestamp()),
        "nbf": int(journey.now.timestamp()),
        "exp": int(journey.now.timestamp()) + 300,
        "jti": "",
    }


@pytest.mark.rule("ID-180", "SP-40")
@pytest.mark.security("S6")
async def test_a_code_by_sms_opens_the_session_it_was_sent_for(journey):
    await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    started = await journey.start_login(USER)
    message, opened = await journey.newest(SendLoginCode)
    assert (opened("mobile"), len(opened("code")), message.login_id) == (MOBILE, 6, started.login_id)
    assert message.expires_at == started.expires_at == journey.now + timedelta(minutes=5)
    code = await journey.sms_code()
    other = await journey.start_login(USER)
    assert (await journey.complete_login(other.login_id, code)).code == "wrong_code"
    assert len(await journey.complete_login(started.login_id, code)) == 2


@pytest.mark.rule("ID-182")
async def test_a_code_counts_once(journey):
    _, seeds = await journey.customer(
        an_applicant(), an_applicant("Peters", Level.EH2_PLUS, Role.ADMINISTRATOR, SecondFactor.SMS)
    )
    journey.later(minutes=1)
    code = journey.otp(seeds[USER])
    first, second = await journey.start_login(USER), await journey.start_login(USER)
    assert len(await journey.complete_login(first.login_id, code)) == 2
    assert (await journey.complete_login(first.login_id, code)).code == "login_expired"
    assert (await journey.complete_login(second.login_id, code)).code == "wrong_code"
    by_sms = await journey.start_login(f"user1.{KVK}")
    code = await journey.sms_code()
    assert len(await journey.complete_login(by_sms.login_id, code)) == 2
    assert (await journey.complete_login(by_sms.login_id, code)).code == "login_expired"


@pytest.mark.rule("ID-182")
async def test_the_code_of_the_activation_does_not_count_again(journey):
    _, seeds = await journey.customer()
    started = await journey.start_login(USER)
    assert (await journey.complete_login(started.login_id, journey.otp(seeds[USER]))).code == "wrong_code"


@pytest.mark.rule("SP-40")
@pytest.mark.parametrize(("steps", "right"), [(0, True), (1, True), (2, False), (-1, False)])
async def test_the_present_and_the_previous_code_of_a_device_count(journey, steps, right):
    _, seeds = await journey.customer()
    journey.later(minutes=5)
    started = await journey.start_login(USER)
    code = journey.otp(seeds[USER])
    journey.later(seconds=30 * steps)
    outcome = await journey.complete_login(started.login_id, code)
    assert (len(outcome) == 2) if right else (outcome.code == "wrong_code")


@pytest.mark.rule("SP-40")
async def test_a_login_lasts_five_minutes_and_three_tries(journey):
    await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    started = await journey.start_login(USER)
    code = await journey.sms_code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(3):
        assert (await journey.complete_login(started.login_id, wrong)).code == "wrong_code"
    assert (await journey.complete_login(started.login_id, code)).code == "login_expired"
    late = await journey.start_login(USER)
    code = await journey.sms_code()
    journey.later(minutes=5)
    assert (await journey.complete_login(late.login_id, code)).code == "login_expired"
    assert (await journey.complete_login(uuid4(), code)).code == "login_expired"


@pytest.mark.rule("ID-178")
async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer_and_the_same_pauses(journey):
    await journey.customer()
    for name in (USER, "nobody"):
        for _ in range(5):
            assert await journey.start_login(name, WRONG) == Refusal(code="wrong_credentials")
        paused = Refusal(code="too_many_attempts", details={"retry_after_s": 31})
        assert await journey.start_login(name, WRONG) == paused
        assert await journey.start_login(name) == paused


@pytest.mark.rule("SP-39")
async def test_pauses_double_up_to_an_hour_and_end(journey):
    await journey.customer()
    for _ in range(4):
        await journey.start_login(USER, WRONG)
    lengths = []
    for _ in range(9):
        assert (await journey.start_login(USER, WRONG)).code == "wrong_credentials"
        lengths.append((await journey.start_login(USER)).details["retry_after_s"] - 1)
        journey.later(seconds=lengths[-1])
    assert lengths == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (await journey.start_login(USER)).login_id


@pytest.mark.rule("SP-39")
@pytest.mark.security("S11")
async def test_guesses_from_elsewhere_do_not_hold_up_a_known_device(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    await journey.log_in(USER, seeds[USER], device="own-device")
    journey.later(minutes=1)
    for number in range(6):
        await journey.start_login(USER, WRONG, device=f"robot-{number}")
    assert (await journey.start_login(USER, device="other-device")).code == "too_many_attempts"
    assert len(await journey.log_in(USER, seeds[USER], device="own-device")) == 2
    assert (await journey.start_login(USER, device="other-device")).code == "too_many_attempts"


@pytest.mark.rule("SP-39")
async def test_wrong_codes_count_as_wrong_guesses(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    for _ in range(5):
        started = await journey.start_login(USER)
        wrong = f"{(int(journey.otp(seeds[USER])) + 1) % 10**6:06d}"
        assert (await journey.complete_login(started.login_id, wrong)).code == "wrong_code"
    assert (await journey.start_login(USER)).code == "too_many_attempts"


@pytest.mark.security("S8")
async def test_codes_by_sms_are_few(journey):
    await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    before = len(await journey.service.sent(SendLoginCode))
    journey.later(minutes=10)
    for _ in range(3):
        assert (await journey.start_login(USER)).login_id
    assert (await journey.start_login(USER)).code == "too_many_attempts"
    assert len(await journey.service.sent(SendLoginCode)) == before + 3
    journey.later(minutes=10)
    assert (await journey.start_login(USER)).login_id


@pytest.mark.rule("ID-19", "ID-60", "ID-183")
async def test_at_eh2_an_administrator_has_no_access_and_a_user_needs_no_code(journey):
    long = "zes vrolijke pinguins dansen"
    row = await journey.approved(
        an_applicant(level=Level.EH2), an_applicant("Peters", Level.EH2, Role.USER, SecondFactor.SMS)
    )
    for name, view in zip(("admin", "peter"), row.credentials, strict=True):
        started, seed = await journey.start_activation(await journey.letter_code(view.credential_id))
        assert (started.second_factor, seed) == (None, None)
        short = await journey.complete_activation(started.activation_id, name, password="vier olifanten")
        assert short == Refusal(code="weak_password", details={"fault": "too_short"})
        assert (await journey.complete_activation(started.activation_id, name, password=long)).model_dump() == {}
    assert (await journey.start_login("admin", long)).code == "not_allowed"
    started = await journey.start_login("peter", long)
    assert started.second_factor is None
    access, _ = await journey.complete_login(started.login_id, "")
    assert (claims_of(access)["acr"], claims_of(access)["role"]) == ("EH2", "user")
    assert await journey.service.sent(SendLoginCode) == []


@pytest.mark.rule("ID-190")
async def test_logins_are_recorded(journey):
    row, seeds = await journey.customer()
    journey.later(minutes=1)
    await journey.start_login(USER, WRONG)
    started = await journey.start_login(USER)
    await journey.complete_login(started.login_id, "000000" if journey.otp(seeds[USER]) != "000000" else "000001")
    await journey.log_in(USER, seeds[USER])
    entries = await journey.service.database["login_history"].find().to_list()
    assert sorted(entry["outcome"] for entry in entries) == ["done", "wrong_code", "wrong_password"]
    assert {entry["person_id"] for entry in entries} == {row.credentials[0].person_id}


@pytest.mark.rule("GW-03")
async def test_a_login_for_a_foreign_organisation_is_refused(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    started = await journey.start_login(USER)
    outcome = await journey.complete_login(started.login_id, journey.otp(seeds[USER]), uuid4())
    assert outcome.code == "unknown"


@pytest.mark.security("S3")
async def test_an_old_hash_is_renewed_at_login(journey):
    await journey.customer()
    passwords = _passwords(journey)
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)
    old = weak.hash(passwords._peppered("vier olifanten op een fiets", passwords._current))
    authenticators = journey.service.database[AUTHENTICATORS.name]
    await authenticators.update_one({}, {"$set": {"password_hash": old}})
    assert (await journey.start_login(USER)).login_id
    renewed = (await authenticators.find_one({}))["password_hash"]
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await journey.start_login(USER)).login_id


def _passwords(journey):
    route = journey.service.process.routes.commands[StartLogin.type]
    return route.handler.__self__._tools.passwords


@pytest.mark.security("S3")
async def test_many_logins_at_once_hash_in_a_bounded_pool_beside_the_event_loop(journey):
    await journey.customer()
    passwords = _passwords(journey)
    stored = (await journey.service.database[AUTHENTICATORS.name].find_one({}))["password_hash"]
    checks = [asyncio.create_task(passwords.check(stored, "een gok")) for _ in range(20)]
    turns, most = 0, 0
    while not all(check.done() for check in checks):
        most = max(most, len(passwords._pool._threads))
        turns += 1
        await asyncio.sleep(0)
    assert [check.result().right for check in checks] == [False] * 20
    assert turns > 20
    assert most <= passwords._pool._max_workers


@pytest.mark.security("S4")
async def test_an_unknown_account_costs_as_much_as_a_wrong_password(journey):
    await journey.customer()
    passwords = _passwords(journey)
    stored = (await journey.service.database[AUTHENTICATORS.name].find_one({}))["password_hash"]
    taken = {stored: [], None: []}
    for _ in range(9):
        for known, times in taken.items():
            before = time.process_time()
            await passwords.check(known, "een gok")
            times.append(time.process_time() - before)
    assert 0.5 < statistics.median(taken[None]) / statistics.median(taken[stored]) < 2
