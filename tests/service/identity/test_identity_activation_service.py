"""Activation by the holder."""

from datetime import timedelta

import pytest

from contracts.identity import (
    ActivationExpired,
    SecondFactor,
)
from contracts.message import Refusal
from contracts.notifications import SendLoginCode, SendValidationCode
from contracts.values import Level, Role, end_of_day, local_date
from tests.harness import NOW
from tests.service.identity.journey import KVK, MOBILE, an_applicant


@pytest.mark.rule("ID-89", "ST-05")
async def test_eh3_is_not_active_before_the_identification(journey):
    row = await journey.approved()
    credential_id = row.credentials[0].credential_id
    started, seed = await journey.start_activation(await journey.letter_code(credential_id))
    assert (await journey.complete_activation(started.activation_id, "anna", seed)).code == "identification_missing"
    await journey.identify(credential_id)
    assert (await journey.complete_activation(started.activation_id, "anna", seed)).model_dump() == {}


@pytest.mark.rule("ID-82", "ID-84", "ST-06", "TI-01", "SP-04")
async def test_after_thirty_days_the_letter_counts_no_more(journey):
    row = await journey.approved()
    code = await journey.letter_code(row.credentials[0].credential_id)
    last = end_of_day(local_date(NOW) + timedelta(days=30))
    await journey.service.tick(last - timedelta(milliseconds=1))
    assert await journey.service.sent(ActivationExpired) == []
    await journey.service.tick(last)
    (event,) = await journey.service.sent(ActivationExpired)
    assert event.state.status == "activation_expired"
    journey.now = last
    outcome, _ = await journey.start_activation(code)
    assert outcome == Refusal(code="activation_expired")


@pytest.mark.rule("SP-04")
async def test_the_deadline_holds_though_the_clock_has_not_ticked(journey):
    row = await journey.approved()
    code = await journey.letter_code(row.credentials[0].credential_id)
    journey.now = end_of_day(local_date(NOW) + timedelta(days=30))
    outcome, _ = await journey.start_activation(code)
    assert outcome.code == "activation_expired"


@pytest.mark.rule("ID-81", "SP-40", "ST-04")
async def test_a_validation_code_counts_for_a_day_five_tries_and_until_the_next(journey):
    row = await journey.approved(an_applicant(level=Level.EH2_PLUS))
    code = await journey.letter_code(row.credentials[0].credential_id)
    first, first_seed = await journey.start_activation(code)
    first_code = await journey.validation_code()
    second, seed = await journey.start_activation(code)
    assert (await journey.complete_activation(first.activation_id, "anna", first_seed, first_code)).code == "unknown"
    journey.later(hours=24)
    assert (await journey.complete_activation(second.activation_id, "anna", seed)).code == "activation_void"
    third, seed = await journey.start_activation(code.lower().replace("-", " "))
    right = await journey.validation_code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        assert (await journey.complete_activation(third.activation_id, "anna", seed, wrong)).code == "wrong_code"
    assert (await journey.complete_activation(third.activation_id, "anna", seed, right)).code == "activation_void"


@pytest.mark.rule("ST-05", "SP-40")
@pytest.mark.security("S6", "S7", "S8")
async def test_a_number_is_taken_into_use_by_a_code_that_went_to_it(journey):
    row = await journey.approved(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS))
    letter = await journey.letter_code(row.credentials[0].credential_id)
    first, _ = await journey.start_activation(letter)
    message, opened = await journey.newest(SendLoginCode)
    assert (opened("mobile"), message.expires_at) == (MOBILE, journey.now + timedelta(minutes=5))
    wrong = f"{(int(opened('code')) + 1) % 10**6:06d}"
    refused = Refusal(code="wrong_code", details={"field": "second_factor_code"})
    assert await journey.complete_activation(first.activation_id, "anna", otp=wrong) == refused
    mailed = await journey.validation_code()
    for otp in (mailed, wrong):  # the code of the mail is none of the number
        assert await journey.complete_activation(first.activation_id, "anna", otp=otp) == refused
    assert (await journey.complete_activation(first.activation_id, "anna")).code == "activation_void"
    late, _ = await journey.start_activation(letter)
    journey.later(minutes=5)
    assert (await journey.complete_activation(late.activation_id, "anna")).code == "activation_void"
    third, _ = await journey.start_activation(letter)
    assert (await journey.start_activation(letter))[0].code == "too_many_attempts"
    assert (await journey.complete_activation(third.activation_id, "anna")).model_dump() == {}
    journey.later(minutes=5)  # the first two codes of the number are of ten minutes ago, the third is of five
    for _ in range(2):
        assert (await journey.start_login("anna")).second_factor is SecondFactor.SMS
    assert (await journey.start_login("anna")).code == "too_many_attempts"


async def test_an_unknown_letter_sends_nothing(journey):
    outcome, _ = await journey.start_activation("AAAA-BBBB-CCCC-DDDD")
    assert outcome.code == "unknown"
    assert await journey.service.sent(SendValidationCode) == []


@pytest.mark.rule("SP-38")
async def test_user_names_are_one_whatever_their_capitals(journey):
    row = await journey.approved(
        an_applicant(level=Level.EH2_PLUS), an_applicant("Peters", Level.EH2_PLUS, Role.USER, SecondFactor.SMS)
    )
    await journey.activate(row.credentials[0].credential_id, "anna")
    started, _ = await journey.start_activation(await journey.letter_code(row.credentials[1].credential_id))
    assert (await journey.complete_activation(started.activation_id, "ANNA")).code == "user_name_taken"
    assert (await journey.complete_activation(started.activation_id, "anna2")).model_dump() == {}


@pytest.mark.rule("SP-39")
@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("kort en goed", None),
        ("elf tekens!", "too_short"),
        ("Password1234!", "common"),
        ("ik heet jansen ja", "personal"),
        ("administratie zonder zorgen", "personal"),
        ("mijn eherkenning middel", "personal"),
    ],
)
async def test_weak_passwords_are_refused(journey, password, fault):
    row = await journey.approved(an_applicant(level=Level.EH2_PLUS))
    started, seed = await journey.start_activation(await journey.letter_code(row.credentials[0].credential_id))
    outcome = await journey.complete_activation(started.activation_id, "anna", seed, password=password)
    expected = None if fault is None else Refusal(code="weak_password", details={"fault": fault})
    assert (outcome if fault else None) == expected
    assert await journey.service.database["accounts"].count_documents({}) == (0 if fault else 1)


async def test_the_first_code_of_the_device_must_be_right(journey):
    row = await journey.approved(an_applicant(level=Level.EH2_PLUS))
    started, seed = await journey.start_activation(await journey.letter_code(row.credentials[0].credential_id))
    wrong = f"{(int(journey.otp(seed)) + 1) % 10**6:06d}"
    outcome = await journey.complete_activation(started.activation_id, "anna", seed, otp=wrong)
    assert outcome == Refusal(code="wrong_code", details={"field": "second_factor_code"})


async def test_secrets_are_not_in_the_database_in_clear(journey):
    row, seeds = await journey.customer(an_applicant(), an_applicant("Peters", factor=SecondFactor.SMS))
    await journey.start_login(f"user1.{KVK}")
    secrets = [await journey.letter_code(view.credential_id) for view in row.credentials]
    secrets += [seed for seed in seeds.values() if seed] + [MOBILE, "vier olifanten", await journey.sms_code()]
    names = await journey.service.database.list_collection_names()
    for name in names:
        for document in await journey.service.database[name].find().to_list():
            text = repr({key: value for key, value in document.items() if key not in {"at", "written_at", "order"}})
            assert [secret for secret in secrets if len(secret) > 6 and secret in text] == [], name
