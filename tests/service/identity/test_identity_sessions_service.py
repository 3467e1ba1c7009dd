"""Sessions: refresh, change of organisation, end; ending of credentials; views."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from contracts.actor import ANYONE, Actor, ActorKind
from contracts.identity import (
    CompleteLogin,
    Destination,
    EndSession,
    GetProfile,
    ListCredentials,
    RefreshSession,
    SessionEnded,
    StartLogin,
    SwitchOrganisation,
)
from contracts.message import Refusal
from contracts.notifications import SendAccountNotice
from contracts.values import Level, Role
from services.identity.store import CREDENTIALS, PERSONS, Reads
from tests.harness import a_record, an_envelope
from tests.service.identity.journey import (
    KVK,
    PASSWORD,
    REPRESENTATIVE_OF_THE_BANK,
    actor_of,
    an_applicant,
    claims_of,
    sealed_for_identity,
)

USER = f"user0.{KVK}"
OTHER = f"user1.{KVK}"


@pytest.mark.rule("SP-41")
async def test_a_refresh_rotates_and_a_lost_answer_is_given_again(journey):
    _, _, first, session = await journey.logged_in()
    journey.later(minutes=4)
    access, second = await journey.refresh(session, first)
    assert second != first
    assert claims_of(access)["exp"] == int(journey.now.timestamp()) + 300
    journey.later(seconds=10)
    assert (await journey.refresh(session, first))[1] == second
    assert (await journey.refresh(session, second))[1] not in {first, second}


@pytest.mark.security("S15")
async def test_many_refreshes_at_once_have_one_successor(journey):
    _, _, first, session = await journey.logged_in()
    sent = []
    for _ in range(50):
        id_ = uuid4()
        token = sealed_for_identity(first, id_, "refresh_token")
        sent.append((id_, RefreshSession(actor=ANYONE, session_id=session, refresh_token=token)))
    records = [a_record(command, an_envelope(command, journey.now, id_)) for id_, command in sent]
    handle = journey.service.process.commands.handle
    await asyncio.gather(*(handle(records[start::5]) for start in range(5)))
    outcomes = [journey.opened(await journey.service.outcome(command, id_), id_) for id_, command in sent]
    assert len({refresh for _, refresh in outcomes}) == 1
    assert await journey.service.sent(SessionEnded) == []


@pytest.mark.security("S15")
async def test_a_token_that_was_used_before_ends_the_session(journey):
    _, _, first, session = await journey.logged_in()
    _, second = await journey.refresh(session, first)
    journey.later(seconds=10, milliseconds=1)
    assert await journey.refresh(session, first) == Refusal(code="session_ended")
    (event,) = await journey.service.sent(SessionEnded)
    assert (event.state.id, event.state.ended) == (session, True)
    assert [notice.notice for notice in await journey.service.sent(SendAccountNotice)] == ["session_reused"]
    assert await journey.refresh(session, second) == Refusal(code="session_ended")


@pytest.mark.parametrize("token", ["", "x", "1.", "1.abc", "99999999999999999999.a", "٣.abc", "2.abc"])
async def test_a_false_token_is_refused_and_ends_nothing(journey, token):
    _, _, first, session = await journey.logged_in()
    assert (await journey.refresh(session, token)).code == "session_ended"
    assert (await journey.refresh(uuid4(), first)).code == "session_ended"
    assert len(await journey.refresh(session, first)) == 2


@pytest.mark.rule("SP-41")
async def test_fifteen_minutes_without_use_end_the_session(each_supplier):
    journey = each_supplier
    _, _, token, session = await journey.logged_in()
    journey.later(minutes=15)
    _, token = await journey.refresh(session, token)
    journey.later(minutes=15, milliseconds=1)
    assert (await journey.refresh(session, token)).code == "session_ended"
    assert len(await journey.service.sent(SessionEnded)) == 1


@pytest.mark.rule("SP-41")
async def test_eight_hours_are_the_end_of_any_session(journey):
    _, _, token, session = await journey.logged_in()
    for _ in range(47):
        journey.later(minutes=10)
        _, token = await journey.refresh(session, token)
    journey.later(minutes=10)
    assert (await journey.refresh(session, token)).code == "session_ended"


@pytest.mark.rule("ID-192")
async def test_logging_out_ends_the_own_session_only(journey):
    _, access, token, session = await journey.logged_in()
    stranger = Actor(kind=ActorKind.PERSON, person_id=uuid4(), session_id=session)
    assert (await journey.send(EndSession(actor=stranger, session_id=session))).code == "unknown"
    end = EndSession(actor=actor_of(access), session_id=session)
    assert (await journey.send(end)).model_dump() == {}
    assert (await journey.send(end)).model_dump() == {}
    assert len(await journey.service.sent(SessionEnded)) == 1
    assert (await journey.refresh(session, token)).code == "session_ended"


async def second_link(journey, row, role):
    """Link the first person to the organisation of another customer, as the stored documents would be after ID.8."""
    other, _ = await journey.customer(an_applicant("Peters"), kvk="90000102", representative=REPRESENTATIVE_OF_THE_BANK)
    reads = Reads(journey.service.database)
    theirs = await reads.one(CREDENTIALS, other.credentials[0].credential_id)
    person = await reads.one(PERSONS, row.credentials[0].person_id)
    linked = replace(theirs, id=uuid4(), person_id=person.id, role=role, level=Level.EH2_PLUS)
    versions = {"v": 1, "seq": 1, "pub": 0}
    await journey.service.database["credentials"].insert_one({**CREDENTIALS.stored(linked), **versions})
    await journey.service.database["persons"].update_one({"_id": person.id}, {"$push": {"credential_ids": linked.id}})
    return linked


@pytest.mark.rule("GW-01", "GW-02", "GW-03", "ID-26")
async def test_another_own_organisation_can_be_chosen_and_brings_its_own_role(journey):
    row, access, _, session = await journey.logged_in()
    linked = await second_link(journey, row, Role.USER)
    actor, id_ = actor_of(access), uuid4()
    outcome = await journey.send(
        SwitchOrganisation(actor=actor, session_id=session, organisation_id=linked.organisation_id), id_
    )
    switched, refresh = journey.opened(outcome, id_)
    claims = claims_of(switched)
    assert (claims["tenant"], claims["role"], claims["acr"]) == (str(linked.organisation_id), "user", "EH2+")
    assert claims["auth_time"] == claims_of(access)["auth_time"]
    kept, _ = await journey.refresh(session, refresh)
    assert claims_of(kept)["tenant"] == str(linked.organisation_id)
    assert (await journey.service.query(ListCredentials(actor=actor_of(kept)))).code == "not_allowed"
    profile = await journey.service.query(GetProfile(actor=actor_of(kept)))
    assert [choice.role for choice in profile.organisations] == ["administrator", "user"]
    foreign = SwitchOrganisation(actor=actor, session_id=session, organisation_id=uuid4())
    assert (await journey.send(foreign)).code == "unknown"
    stolen = actor.model_copy(update={"person_id": uuid4()})
    theirs = SwitchOrganisation(actor=stolen, session_id=session, organisation_id=linked.organisation_id)
    assert (await journey.send(theirs)).code == "unknown"


async def test_tokens_are_sealed_for_the_gateway(journey):
    _, access, _, _ = await journey.logged_in()
    inbox = await journey.service.database["inbox"].find().to_list()
    assert any(b"access_token" in bytes(record["reply"]) for record in inbox)
    assert not any(access.encode() in bytes(record["reply"]) for record in inbox)


@pytest.mark.rule("GW-22")
async def test_a_login_keeps_the_page_that_the_person_was_on_the_way_to_until_it_is_completed(journey):
    _, seeds = await journey.customer()
    for page in (Destination.ISSUED_CHAIN_AUTHORIZATIONS, None):
        journey.later(minutes=1)
        first, second = uuid4(), uuid4()
        password = sealed_for_identity(PASSWORD, first, "password")
        begun = StartLogin(actor=ANYONE, user_name=USER, password=password, destination=page)
        login = (await journey.send(begun, first)).login_id
        wrong = sealed_for_identity("000000", second, "code")
        assert (
            await journey.send(CompleteLogin(actor=ANYONE, login_id=login, code=wrong), second)
        ).code == "wrong_code"
        last = uuid4()
        code = sealed_for_identity(journey.otp(seeds[USER]), last, "code")
        done = await journey.send(CompleteLogin(actor=ANYONE, login_id=login, code=code), last)
        assert done.destination == page
