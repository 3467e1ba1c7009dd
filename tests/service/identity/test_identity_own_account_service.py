"""The own account: sessions, login history, language, password (ID-190, ID-191, ID-194, S18)."""

from uuid import UUID, uuid4

import pytest

from contracts.actor import Actor, ActorKind
from contracts.identity import (
    ChangeLanguage,
    EndSession,
    GetProfile,
    LanguageChanged,
    ListLogins,
    ListSessions,
    SessionEnded,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendAccountNotice
from contracts.values import Language
from tests.service.identity.accounts import NEW, change_password
from tests.service.identity.journey import KVK, PASSWORD, actor_of, an_applicant, claims_of

USER, OTHER = f"user0.{KVK}", f"user1.{KVK}"
STRANGER = Actor(kind=ActorKind.PERSON, person_id=uuid4(), session_id=uuid4())


@pytest.mark.security("S18")
async def test_own_sessions_are_listed_and_ended_and_nobody_elses(journey):
    _, seeds = await journey.customer(an_applicant(), an_applicant("Peters"))
    journey.later(minutes=1)
    first, _ = await journey.log_in(USER, seeds[USER])
    theirs, _ = await journey.log_in(OTHER, seeds[OTHER])
    journey.later(minutes=1)
    second, _ = await journey.log_in(USER, seeds[USER])
    me = actor_of(second)
    journey.service.process.clock.now = lambda: journey.now
    page = await journey.service.query(ListSessions(actor=me))
    assert [(str(row.session_id), row.is_current) for row in page.rows] == [
        (claims_of(second)["sid"], True), (claims_of(first)["sid"], False),
    ]  # fmt: skip
    foreign = EndSession(actor=me, session_id=UUID(claims_of(theirs)["sid"]))
    assert (await journey.send(foreign)).code == "unknown"
    assert await journey.send(EndSession(actor=me, session_id=UUID(claims_of(first)["sid"]))) == Done()
    assert [str(event.state.id) for event in await journey.service.sent(SessionEnded)] == [claims_of(first)["sid"]]
    assert len((await journey.service.query(ListSessions(actor=me))).rows) == 1
    assert (await journey.service.query(ListSessions(actor=STRANGER))).rows == ()


@pytest.mark.rule("ID-190", "ID-191")
async def test_each_person_reads_the_own_login_history_and_no_other(journey):
    _, seeds = await journey.customer(an_applicant(), an_applicant("Peters"))
    journey.later(minutes=1)
    await journey.start_login(USER, "een heel ander wachtwoord")
    journey.later(minutes=1)
    mine, _ = await journey.log_in(USER, seeds[USER])
    theirs, _ = await journey.log_in(OTHER, seeds[OTHER])
    me = actor_of(mine)
    whole = await journey.service.query(ListLogins(actor=me))
    assert [row.outcome for row in whole.rows] == ["done", "wrong_password"]
    assert whole.rows[0].organisation_id == me.organisation_id
    parts, cursor = [], None
    while True:
        page = await journey.service.query(ListLogins(actor=me, limit=1, cursor=cursor))
        parts += page.rows
        if (cursor := page.next) is None:
            break
    assert tuple(parts) == whole.rows
    assert [row.outcome for row in (await journey.service.query(ListLogins(actor=actor_of(theirs)))).rows] == ["done"]
    assert "person_id" not in ListLogins.model_fields


@pytest.mark.rule("SP-44")
async def test_the_history_tells_time_result_organisation_and_a_shortened_address(journey):
    _, seeds = await journey.customer()
    home, office = "192.0.2.0/24", "2001:db8:1::/64"
    journey.later(minutes=1)
    at = journey.now
    await journey.start_login(USER, "een heel ander wachtwoord", network=office)
    started = await journey.start_login(USER, network=office)
    await journey.complete_login(started.login_id, "no code")
    started = await journey.start_login(USER, network=home)
    access, _ = await journey.complete_login(started.login_id, journey.otp(seeds[USER]))
    me = actor_of(access)
    rows = (await journey.service.query(ListLogins(actor=me))).rows
    seen = {(row.outcome, row.network, row.organisation_id) for row in rows}
    assert seen == {
        ("done", home, me.organisation_id), ("wrong_code", office, None), ("wrong_password", office, None),
    }  # fmt: skip
    assert {row.at for row in rows} == {at}


@pytest.mark.rule("ID-194", "GW-17")
async def test_the_language_is_chosen_where_the_supplier_offers_it_and_remembered(each_supplier):
    journey = each_supplier
    _, access, refresh, session = await journey.logged_in()
    assert claims_of(access)["lang"] == "nl"
    outcome = await journey.send(ChangeLanguage(actor=actor_of(access), language=Language.EN))
    if journey.profile == "zlogin":
        assert outcome == Refusal(code="language_not_offered")
        return
    assert outcome == Done()
    renewed, _ = await journey.refresh(session, refresh)
    assert claims_of(renewed)["lang"] == "en"
    assert (await journey.service.query(GetProfile(actor=actor_of(access)))).language is Language.EN
    assert [event.state.language for event in await journey.service.sent(LanguageChanged)] == [Language.EN]
    assert await journey.send(ChangeLanguage(actor=actor_of(access), language=Language.NL)) == Done()


@pytest.mark.security("S10", "S18")
async def test_a_password_is_changed_with_the_present_one_and_shortly_after_logging_in(journey):
    _, seeds = await journey.customer()
    journey.later(minutes=1)
    other, _ = await journey.log_in(USER, seeds[USER])
    journey.later(minutes=1)
    access, _ = await journey.log_in(USER, seeds[USER])
    me = actor_of(access)
    assert (await change_password(journey, me, "een heel ander wachtwoord")).code == "wrong_credentials"
    assert (await change_password(journey, me, PASSWORD, "jansen is mijn naam")).details == {"fault": "personal"}
    journey.later(minutes=5, milliseconds=1)
    assert (await change_password(journey, me, PASSWORD)).code == "reauthentication_needed"
    again, _ = await journey.log_in(USER, seeds[USER])
    assert await change_password(journey, actor_of(again), PASSWORD) == Done()
    ended = {str(event.state.id) for event in await journey.service.sent(SessionEnded)}
    assert ended == {claims_of(access)["sid"], claims_of(other)["sid"]}
    assert [notice.notice for notice in await journey.service.sent(SendAccountNotice)] == ["password_changed"]
    assert (await journey.start_login(USER)).code == "wrong_credentials"
    assert (await journey.start_login(USER, NEW)).login_id
