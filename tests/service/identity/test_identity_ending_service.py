"""Ending of credentials, and what is read: overview, profile, trade register."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from contracts.actor import ANYONE
from contracts.identity import (
    CredentialEnded,
    CredentialStatus,
    EndCredential,
    GetProfile,
    ListCredentials,
    LookUpCompany,
    OrganisationEnded,
    SecondFactor,
    SessionEnded,
)
from contracts.message import Refusal
from contracts.values import Level, Role
from services.identity.store import CREDENTIALS, Reads
from tests.harness import a_record, an_envelope
from tests.service.identity.journey import (
    HANDLER,
    KVK,
    REPRESENTATIVE_OF_THE_BANK,
    actor_of,
    an_applicant,
    claims_of,
)

USER = f"user0.{KVK}"
OTHER = f"user1.{KVK}"


def ending(actor, credential_id, **more):
    return EndCredential(actor=actor, credential_id=credential_id, confirmed=True, **more)


@pytest.mark.rule("ID-150", "ID-154", "ST-08")
async def test_an_administrator_ends_a_credential_and_its_sessions(journey):
    row, seeds = await journey.customer(an_applicant(), an_applicant("Peters", role=Role.USER))
    journey.later(minutes=1)
    access, _ = await journey.log_in(USER, seeds[USER])
    theirs, their_refresh = await journey.log_in(OTHER, seeds[OTHER])
    view = row.credentials[1]
    outcome = await journey.send(ending(actor_of(access), view.credential_id))
    assert outcome.model_dump() == {}
    (event,) = await journey.service.sent(CredentialEnded)
    assert (event.state.id, event.state.status) == (view.credential_id, "ended")
    (over,) = await journey.service.sent(SessionEnded)
    assert str(over.state.id) == claims_of(theirs)["sid"]
    assert (await journey.refresh(over.state.id, their_refresh)).code == "session_ended"
    assert (await journey.start_login(OTHER)).code == "not_allowed"
    rows = (await journey.service.query(ListCredentials(actor=actor_of(access)))).rows
    assert [(row.name, row.is_self) for row in rows] == [("A. Jansen", True)]
    again = ending(actor_of(access), view.credential_id)
    assert (await journey.send(again)).code == "wrong_status"


@pytest.mark.rule("ID-158", "SP-26", "SP-27", "ST-12")
async def test_the_last_active_administrator_stays_while_others_are_open(journey):
    row, access, _, _ = await journey.logged_in(an_applicant())
    own = row.credentials[0].credential_id
    waiting = replace(
        await Reads(journey.service.database).one(CREDENTIALS, own),
        id=uuid4(), person_id=uuid4(), role=Role.ADMINISTRATOR, status=CredentialStatus.WAITING_ACTIVATION,
    )  # fmt: skip
    await journey.service.database["credentials"].insert_one(
        {**CREDENTIALS.stored(waiting), "v": 1, "seq": 1, "pub": 0}
    )
    actor = actor_of(access)
    assert (await journey.send(ending(actor, own))).code == "last_administrator"
    assert (await journey.send(ending(actor, waiting.id))).model_dump() == {}


@pytest.mark.rule("ID-159", "ST-13", "ST-28")
async def test_the_last_credential_ends_the_organisation_and_frees_its_number(journey):
    row, access, token, session = await journey.logged_in()
    end = ending(actor_of(access), row.credentials[0].credential_id)
    assert (await journey.send(end)).model_dump() == {}
    (event,) = await journey.service.sent(OrganisationEnded)
    assert (event.state.kvk_number, event.state.active) == (KVK, False)
    assert (await journey.refresh(session, token)).code == "session_ended"
    assert (await journey.submit()).application_id


@pytest.mark.rule("ID-158")
async def test_two_administrators_who_end_each_other_at_once_do_not_both_succeed(journey):
    row, seeds = await journey.customer(
        an_applicant(), an_applicant("Peters"), an_applicant("Smit", Level.EH2_PLUS, Role.USER)
    )
    journey.later(minutes=1)
    actors = [actor_of((await journey.log_in(name, seeds[name]))[0]) for name in (USER, OTHER)]
    commands = [
        ending(actor, view.credential_id) for actor, view in zip(actors, reversed(row.credentials[:2]), strict=True)
    ]
    envelopes = [an_envelope(command, journey.now) for command in commands]
    handle = journey.service.process.commands.handle
    await asyncio.gather(
        *(handle([a_record(command, envelope)]) for command, envelope in zip(commands, envelopes, strict=True))
    )
    outcomes = [
        await journey.service.outcome(command, envelope.id)
        for command, envelope in zip(commands, envelopes, strict=True)
    ]
    assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True]
    assert len(await journey.service.sent(CredentialEnded)) == 1


@pytest.mark.rule("ID-25", "ID-28", "ID-150")
async def test_users_and_strangers_end_and_list_nothing(journey):
    row, seeds = await journey.customer(an_applicant(), an_applicant("Peters", role=Role.USER))
    journey.later(minutes=1)
    access, _ = await journey.log_in(OTHER, seeds[OTHER])
    user = actor_of(access)
    forged = user.model_copy(update={"role": Role.ADMINISTRATOR})
    own = row.credentials[0].credential_id
    for actor in (ANYONE, HANDLER, user, forged, user.model_copy(update={"organisation_id": uuid4()})):
        assert (await journey.send(ending(actor, own))).code == "not_allowed"
        assert (await journey.service.query(ListCredentials(actor=actor))).code == "not_allowed"


@pytest.mark.rule("ID-25")
async def test_a_foreign_credential_is_as_unknown(journey):
    _, access, _, _ = await journey.logged_in()
    other = await journey.approved(an_applicant("Peters"), kvk="90000102", representative=REPRESENTATIVE_OF_THE_BANK)
    actor = actor_of(access)
    foreign = await journey.send(ending(actor, other.credentials[0].credential_id))
    assert foreign == await journey.send(ending(actor, uuid4())) == Refusal(code="unknown")


@pytest.mark.rule("ID-195", "ID-196", "ID-197", "ID-38")
async def test_the_users_overview_comes_in_parts(journey):
    surnames = ("Visser", "Bakker", "Smit", "Smit")
    people = [an_applicant(name).model_copy(update={"email": f"{at}@x.example"}) for at, name in enumerate(surnames)]
    _, access, _, _ = await journey.logged_in(*people)
    found, cursor = [], None
    for _ in range(4):
        page = await journey.service.query(ListCredentials(actor=actor_of(access), limit=1, cursor=cursor))
        found += page.rows
        cursor = page.next
    assert cursor is None
    assert [row.name for row in found] == ["A. Bakker", "A. Smit", "A. Smit", "A. Visser"]
    assert [row.is_self for row in found] == [False, False, False, True]
    assert len({row.credential_id for row in found}) == 4
    assert {(row.level, row.role, row.status) for row in found} == {("EH3", "administrator", "active")}
    broken = await journey.service.query(ListCredentials(actor=actor_of(access), cursor="???"))
    assert broken.code == "unknown"


@pytest.mark.rule("ID-27", "ID-193")
async def test_each_person_reads_the_own_profile(each_supplier):
    journey = each_supplier
    _, seeds = await journey.customer(
        an_applicant(), an_applicant("Peters", Level.EH2_PLUS, Role.USER, SecondFactor.SMS)
    )
    journey.later(minutes=1)
    access, _ = await journey.log_in(OTHER, seeds[OTHER])
    profile = await journey.service.query(GetProfile(actor=actor_of(access)))
    assert (profile.user_name, profile.name, profile.second_factor) == (OTHER, "A. Peters", "sms")
    (choice,) = profile.organisations
    assert (choice.kvk_number, choice.role, choice.level) == (KVK, "user", "EH2+")
    assert (await journey.service.query(GetProfile(actor=ANYONE))).code == "not_allowed"


@pytest.mark.rule("CH-13", "SP-45")
async def test_a_company_is_looked_up(journey):
    found = await journey.service.query(LookUpCompany(actor=ANYONE, kvk_number=KVK))
    assert (found.name, found.legal_form, found.active) == (
        "Van den Berg Administratie Maatschap",
        "Maatschap",
        True,
    )
    for number, code in (
        ("90004973", "register_unavailable"),
        ("99999990", "company_unknown"),
        ("96354429", "company_inactive"),
    ):
        assert (await journey.service.query(LookUpCompany(actor=ANYONE, kvk_number=number))).code == code
