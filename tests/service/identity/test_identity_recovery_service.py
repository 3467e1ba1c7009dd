"""Recovery of login details by link and second factor (ID-188, ID-189, SP-43)."""

from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import CompleteRecovery, SecondFactor, SessionEnded, recovery_key
from contracts.message import Done, Refusal
from contracts.notifications import SendAccountNotice, SendLoginCode, SendRecoveryLink
from contracts.values import Level
from tests.service.identity.accounts import NEW, ask_for_link, at_once, complete, link_of, open_link
from tests.service.identity.journey import KVK, PASSWORD, an_applicant, sealed_for_identity

USER = f"user0.{KVK}"
EMAIL = "jansen@company.example"
EXPIRED = Refusal(code="recovery_expired")


@pytest.mark.rule("ID-188", "SP-43", "SP-42")
@pytest.mark.security("S9", "S10")
async def test_a_link_and_the_code_of_the_device_give_a_new_password_and_no_session(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    _, first = await journey.log_in(USER, seeds[USER])
    journey.later(minutes=1)
    token = await link_of(journey, EMAIL.upper())
    message, opened = await journey.newest(SendRecoveryLink)
    assert (message.email, opened("user_name")) == (EMAIL, USER)
    assert len(token) == 43
    assert (await open_link(journey, token)).second_factor is SecondFactor.OTP
    assert (await journey.start_login(USER)).login_id, "asking changes nothing on the account"
    assert await complete(journey, token, "") == Refusal(code="wrong_code")
    weak = await complete(journey, token, journey.otp(seeds[USER]), "wachtwoord123")
    assert (weak.code, weak.details) == ("weak_password", {"fault": "common"})
    assert await complete(journey, token, journey.otp(seeds[USER])) == Done()
    assert len(await journey.service.sent(SessionEnded)) == 1
    (notice,) = await journey.service.sent(SendAccountNotice)
    assert (notice.notice, notice.email) == ("password_changed", EMAIL)
    assert await journey.service.database["sessions"].count_documents({"ended": False}) == 0
    assert (await journey.start_login(USER)).code == "wrong_credentials"
    journey.later(minutes=1)
    assert len(await journey.log_in(USER, seeds[USER], NEW)) == 2
    assert first


@pytest.mark.rule("SP-43")
@pytest.mark.security("S10")
async def test_a_link_counts_once_for_thirty_minutes_and_until_the_next(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    old = await link_of(journey, EMAIL)
    token = await link_of(journey, EMAIL)
    assert await complete(journey, old, journey.otp(seeds[USER])) == EXPIRED
    assert await complete(journey, token, journey.otp(seeds[USER])) == Done()
    journey.later(minutes=1)
    assert await complete(journey, token, journey.otp(seeds[USER])) == EXPIRED
    late = await link_of(journey, EMAIL)
    journey.later(minutes=30)
    assert await complete(journey, late, journey.otp(seeds[USER])) == EXPIRED
    stored = [row async for row in journey.service.database["recoveries"].find()]
    assert all(token not in str(row) for row in stored)


@pytest.mark.rule("SP-43")
@pytest.mark.security("S6", "S9")
async def test_with_sms_the_code_is_of_this_link_and_counts_three_tries(journey):
    await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    await journey.start_login(USER)
    of_the_login = await journey.sms_code()
    token = await link_of(journey, EMAIL)
    assert (await open_link(journey, token)).second_factor is SecondFactor.SMS
    code = await journey.sms_code()
    assert await complete(journey, token, of_the_login) == Refusal(code="wrong_code")
    assert await complete(journey, token, code) == Done()
    again = await link_of(journey, EMAIL)
    await open_link(journey, again)
    code = await journey.sms_code()
    for _ in range(3):
        assert (await complete(journey, again, f"{(int(code) + 1) % 10**6:06d}")).code == "wrong_code"
    assert await complete(journey, again, code) == EXPIRED


@pytest.mark.rule("ID-189")
@pytest.mark.security("S4")
async def test_the_answer_does_not_tell_whether_there_is_an_account(journey):
    await journey.customer()
    assert await ask_for_link(journey, EMAIL) == await ask_for_link(journey, "nobody@company.example") == Done()
    assert [message.email for message in await journey.service.sent(SendRecoveryLink)] == [EMAIL]


@pytest.mark.security("S10")
async def test_an_account_gets_three_links_an_hour(journey):
    await journey.customer()
    for _ in range(5):
        await ask_for_link(journey, EMAIL)
    assert len(await journey.service.sent(SendRecoveryLink)) == 3
    journey.later(hours=1)
    await ask_for_link(journey, EMAIL)
    assert len(await journey.service.sent(SendRecoveryLink)) == 4


@pytest.mark.security("S9", "S12")
async def test_new_links_are_no_way_to_go_on_guessing_codes(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    for _ in range(2):
        token = await link_of(journey, EMAIL)
        wrong = f"{(int(journey.otp(seeds[USER])) + 1) % 10**6:06d}"
        outcomes = [await complete(journey, token, wrong) for _ in range(3)]
    assert [outcome.code for outcome in outcomes] == ["wrong_code", "wrong_code", "too_many_attempts"]


@pytest.mark.security("S10")
async def test_of_fifty_uses_of_a_link_at_once_one_counts(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    token = await link_of(journey, EMAIL)
    made = []
    for number in range(50):
        id_ = uuid4()
        made.append((id_, CompleteRecovery(
            actor=ANYONE, token_hash=recovery_key(token),
            code=sealed_for_identity(journey.otp(seeds[USER]), id_, "code"),
            password=sealed_for_identity(f"{NEW} {number}", id_, "password"),
        )))  # fmt: skip
    outcomes = await at_once(journey, made)
    assert outcomes.count(Done()) == 1
    assert {outcome.code for outcome in outcomes if outcome != Done()} == {"recovery_expired"}
    assert (await journey.start_login(USER, PASSWORD)).code == "wrong_credentials"
    assert await journey.service.sent(SendLoginCode) == []
