"""Another second factor: what was opened with the former one ends, and every credential shows the new one (ID-184)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.identity import (
    ChangeMobile,
    DeviceDecided,
    ExportUsers,
    GetCredential,
    MobileChanged,
    ProcessMutation,
    RecordHolderIdentification,
    SecondFactor,
    SessionEnded,
    SwitchOrganisation,
)
from contracts.message import Done, Refusal
from contracts.values import ExportFormat, Level, Role
from tests.service.identity.accounts import assign, complete, link_of, open_link
from tests.service.identity.device_orders import asked_by_form, shown, stocked
from tests.service.identity.journey import (
    KVK,
    MOBILE,
    actor_of as actor_by,
    an_applicant,
    claims_of,
)
from tests.service.identity.organisations import FIRST, SECOND, Office, actor_of, offices

USER, OTHER = f"user0.{KVK}", f"user1.{KVK}"
LONG = "zes vrolijke pinguins dansen"
NEW_MOBILE = "+31687654321"
ENDED, EXPIRED = Refusal(code="session_ended"), Refusal(code="login_expired")
BY_SMS = an_applicant("Peters", Level.EH2_PLUS, Role.USER, SecondFactor.SMS)


def session_of(access):
    return UUID(claims_of(access)["sid"])


async def administrator_of(journey, seeds):
    journey.later(minutes=1)
    access, _ = await journey.log_in(USER, seeds[USER])
    return actor_by(access)


async def change_mobile(journey, actor, credential_id):
    return await Office(journey).sealed(
        ChangeMobile, "mobile", NEW_MOBILE, actor=actor, credential_id=credential_id
    )  # fmt: skip


async def with_password_alone(journey):
    """An administrator, and a user of a level without second factor; returns (actor, the user's credential)."""
    low = an_applicant("Peters", Level.EH2, Role.USER, None)
    row = await journey.approved(an_applicant(), low, identified=True)
    boss, user = row.credentials
    seeds = {USER: await journey.activate(boss.credential_id, USER)}
    started, _ = await journey.start_activation(await journey.letter_code(user.credential_id))
    await journey.complete_activation(started.activation_id, OTHER, password=LONG)
    actor, office = await administrator_of(journey, seeds), Office(journey)
    return actor, await office.now(type("Known", (), {"id": user.credential_id}))


@pytest.mark.rule("ID-179", "ID-183", "SP-15")
@pytest.mark.security("S16")
async def test_who_logged_in_by_password_alone_shows_the_factor_that_an_upgrade_brings(journey):
    actor, user = await with_password_alone(journey)
    before = await journey.start_login(OTHER, LONG)
    access, refresh = await journey.complete_login(before.login_id, "")
    assert claims_of(access)["acr"] == "EH2"
    document = {"type": "passport", "expires_on": journey.now.date() + timedelta(days=400), "issuing_country": "NL"}
    received = await Office(journey).upgrade(
        actor, user, address="Kade 1", second_factor=SecondFactor.SMS, document=document
    )
    begun = await journey.start_login(OTHER, LONG)
    await journey.send(RecordHolderIdentification(actor=FIRST, mutation_id=received.mutation_id))
    processed = await journey.send(ProcessMutation(actor=SECOND, mutation_id=received.mutation_id))
    assert processed.status == "processed"
    assert [event.state.id for event in await journey.service.sent(SessionEnded)] == [session_of(access)]
    assert await journey.refresh(session_of(access), refresh) == ENDED
    assert await journey.complete_login(begun.login_id, "") == EXPIRED
    after = await journey.start_login(OTHER, LONG)
    assert (await journey.complete_login(after.login_id, "")).code == "wrong_code"
    access, _ = await journey.complete_login(after.login_id, await journey.sms_code())
    assert claims_of(access)["acr"] == "EH3"


@pytest.mark.rule("ID-179")
@pytest.mark.security("S16")
async def test_a_session_counts_for_the_factor_that_it_was_opened_with_one_of_before_for_what_it_needed(journey):
    row, access, refresh, session = await journey.logged_in()
    accounts, sessions = journey.service.database["accounts"], journey.service.database["sessions"]
    for stored in (accounts, sessions):
        await stored.update_many({}, {"$unset": {"factor_changes": ""}})
    _, refresh = await journey.refresh(session, refresh)
    # Opened in the moment in which the factor changed, so that the change did not see the session.
    await accounts.update_one({"person_id": row.credentials[0].person_id}, {"$set": {"factor_changes": 1}})
    actor = actor_by(access)
    switch = SwitchOrganisation(actor=actor, session_id=session, organisation_id=actor.organisation_id)
    assert await journey.send(switch) == ENDED
    assert await journey.refresh(session, refresh) == ENDED
    assert len(await journey.service.sent(SessionEnded)) == 1


@pytest.mark.rule("ID-61", "ID-184", "ID-196")
@pytest.mark.security("S16")
async def test_the_first_code_of_a_posted_device_ends_what_the_former_factor_opened(journey):
    row, seeds = await journey.customer(an_applicant(), BY_SMS)
    held, actor = row.credentials[1], await administrator_of(journey, seeds)
    access, refresh = await journey.log_in(OTHER)
    await stocked(journey, "AB-1001", "AB-1002")  # the first goes to the administrator, who waited longer
    await asked_by_form(journey, held.credential_id, agreed=True)
    journey.later(minutes=11)
    begun, login = [await journey.start_login(OTHER) for _ in range(2)]
    code = await journey.sms_code()
    assert (await journey.complete_login(login.login_id, shown("AB-1002", 0), uuid4())).code == "unknown"
    assert (await journey.start_login(OTHER)).second_factor is SecondFactor.SMS, "a login that failed changes nothing"
    _, refresh = await journey.refresh(session_of(access), refresh)
    new_access, new = await journey.complete_login(login.login_id, shown("AB-1002", 1))
    assert await journey.refresh(session_of(access), refresh) == ENDED
    assert await journey.complete_login(begun.login_id, code) == EXPIRED
    assert len(await journey.refresh(session_of(new_access), new)) == 2
    assert (await Office(journey).overview(actor))[held.credential_id].second_factor is SecondFactor.OTP


@pytest.mark.rule("ID-95")
@pytest.mark.security("S9", "S16")
async def test_with_another_number_codes_to_the_former_one_count_no_more(journey):
    row, seeds = await journey.customer(an_applicant(), BY_SMS)
    actor = await administrator_of(journey, seeds)
    access, refresh = await journey.log_in(OTHER)
    begun = await journey.start_login(OTHER)
    of_the_login = await journey.sms_code()
    token = await link_of(journey, BY_SMS.email)
    await open_link(journey, token)
    of_the_link = await journey.sms_code()
    assert (await change_mobile(journey, actor, row.credentials[1].credential_id)).model_dump() == {}
    assert [event.state.id for event in await journey.service.sent(SessionEnded)] == [session_of(access)]
    assert await journey.refresh(session_of(access), refresh) == ENDED
    assert await journey.complete_login(begun.login_id, of_the_login) == EXPIRED
    assert (await complete(journey, token, of_the_link)).code == "wrong_code"


@pytest.mark.rule("ID-99", "ID-184", "ID-196", "SP-121")
async def test_a_device_that_is_given_shows_at_every_organisation(we_id):
    office, (here, there), actor = await offices(we_id, "90000102")
    sms = {"level": Level.EH2_PLUS, "factor": SecondFactor.SMS, "mobile": MOBILE}
    held = await office.person((here, {}), (there, {}), **sms)
    await stocked(we_id, "AB-1001")
    assert await assign(we_id, "AB-1001", held[0].person_id) == DeviceDecided()
    for credential in held:
        at = actor.model_copy(update={"organisation_id": credential.organisation_id})
        assert (await office.overview(at))[credential.id].second_factor is SecondFactor.OTP
        detail = await we_id.service.query(GetCredential(actor=at, credential_id=credential.id))
        assert detail.second_factor is SecondFactor.OTP
        ready = await we_id.service.query(ExportUsers(actor=at, format=ExportFormat.CSV))
        text = (await we_id.service.process.blobs.get(ready.blob)).decode("utf-8-sig")
        assert MOBILE not in text
        await office.change(credential, second_factor=SecondFactor.SMS)  # the account's factor is what counts
        assert (await change_mobile(we_id, at, credential.id)).code == "no_mobile_factor"


@pytest.mark.rule("ID-95", "ID-132", "ID-184", "ID-196")
async def test_the_factor_of_an_upgrade_shows_at_every_organisation_and_stays_with_the_next(we_id):
    office, (here, there), actor = await offices(we_id, "90000102")
    first, second = await office.person((here, {}), (there, {}), level=Level.EH2, factor=None)
    document = {"type": "passport", "expires_on": we_id.now.date() + timedelta(days=400), "issuing_country": "NL"}
    received = await office.upgrade(
        actor, first, level=Level.EH2_PLUS, document=document, second_factor=SecondFactor.SMS, mobile=MOBILE
    )
    assert (await office.processed(received.mutation_id)).status == "processed"
    there_too = actor.model_copy(update={"organisation_id": there.id})
    assert (await office.overview(actor))[first.id].second_factor is SecondFactor.SMS
    assert (await office.overview(there_too))[second.id].second_factor is SecondFactor.SMS
    await office.change(first, second_factor=None)  # as it was stored before the account told it to all
    received = await office.upgrade(actor, first, address="Kade 1")
    await we_id.send(RecordHolderIdentification(actor=FIRST, mutation_id=received.mutation_id))
    assert (await office.processed(received.mutation_id)).code == "four_eyes"
    await we_id.send(ProcessMutation(actor=SECOND, mutation_id=received.mutation_id))
    row = (await office.overview(actor))[first.id]
    assert (row.level, row.second_factor) == ("EH3", SecondFactor.SMS)
    assert (await change_mobile(we_id, actor, first.id)).model_dump() == {}


@pytest.mark.rule("ID-95")
@pytest.mark.security("S7", "S18")
async def test_a_number_is_changed_in_an_own_session_of_minutes_ago(journey):
    office = Office(journey)
    organisation = await office.organisation()
    actor, (boss,) = await office.administrator(organisation)
    user = await office.user(organisation, factor=SecondFactor.SMS, mobile=MOBILE)
    assert (await change_mobile(journey, actor_of(boss), user.id)).code == "not_allowed", "a session nobody opened"
    journey.later(minutes=6)
    assert (await change_mobile(journey, actor, user.id)).code == "reauthentication_needed"
    assert await journey.service.sent(MobileChanged) == []
    assert await change_mobile(journey, await office.logged_in(boss, journey.now), user.id) == Done()
    assert len(await journey.service.sent(MobileChanged)) == 1
