"""Endings later and elsewhere on a real MongoDB: dates, contract periods, other organisations, whole companies."""

from datetime import date, timedelta

import pytest

from contracts.actor import SYSTEM
from contracts.identity import (
    CredentialEnded,
    CredentialStatus,
    EndCredential,
    EndingPostponed,
    EndingScheduled,
    EndingUndone,
    EndMoment,
    GetEndingOptions,
    GetProfile,
    OrganisationEnded,
    OrganisationResumed,
    RecordCompanyEnded,
    ResumeOrganisation,
    UndoEnding,
)
from contracts.message import Refusal
from contracts.values import Role, end_of_day, local_date
from profiles.model import load_profile
from tests.service.identity.journey import HANDLER, KVK
from tests.service.identity.organisations import Office, actor_of

BANK = "90000102"


def ending(actor, credential, moment=EndMoment.NOW, **more):
    given = {"actor": actor, "credential_id": credential.id, "moment": moment, "confirmed": True}
    return EndCredential(**{**given, **more})


async def an_office(journey, number=KVK):
    office = Office(journey)
    organisation = await office.organisation(number)
    actor, (boss,) = await office.administrator(organisation)
    return office, organisation, actor, boss


async def suspend(journey, organisation):
    told = {"signal_id": "s1", "told_at": journey.now}
    await journey.send(RecordCompanyEnded(actor=SYSTEM, kvk_number=organisation.kvk_number, **told))


async def organisations_of(journey, credential):
    profile = await journey.service.query(GetProfile(actor=actor_of(credential)))
    return {choice.organisation_id for choice in profile.organisations}


@pytest.mark.rule("ID-151", "ID-152", "ID-153", "ID-155", "ID-157", "ST-09", "ST-11", "TI-16", "BI-24")
async def test_a_credential_works_until_the_chosen_day_and_then_ends_by_itself(journey):
    office, organisation, actor, _ = await an_office(journey)
    user, last = await office.user(organisation), local_date(journey.now) + timedelta(days=10)
    unconfirmed = ending(actor, user, EndMoment.DATE, on=last, confirmed=False)
    assert (await journey.send(unconfirmed)).code == "confirmation_missing"
    today = ending(actor, user, EndMoment.DATE, on=local_date(journey.now))
    assert (await journey.send(today)).code == "end_date_too_early"
    assert (await journey.send(ending(actor, user, EndMoment.DATE, on=last))).model_dump() == {}
    (event,) = await journey.service.sent(EndingScheduled)
    assert (event.state.status, event.state.ends_on) == ("ending_scheduled", last)
    await journey.service.tick(end_of_day(last) - timedelta(seconds=1))
    row = (await office.overview(actor))[user.id]
    assert (row.status, row.ends_on) == ("ending_scheduled", last)
    assert await organisations_of(journey, user) == {organisation.id}
    await journey.service.tick(end_of_day(last))
    (over,) = await journey.service.sent(CredentialEnded)
    assert (over.state.id, over.state.ends_on) == (user.id, None)
    assert user.id not in await office.overview(actor)


@pytest.mark.rule("ID-151", "ST-10", "BI-25", "ID-160")
async def test_a_credential_ends_with_the_running_contract_period(journey):
    office, organisation, actor, _ = await an_office(journey)
    user = await office.user(organisation, years=3, contract_from=date(2025, 3, 1))
    options = await journey.service.query(GetEndingOptions(actor=actor, credential_id=user.id))
    assert options.contract_end == date(2028, 2, 29)
    assert (await journey.send(ending(actor, user, EndMoment.CONTRACT_END))).model_dump() == {}
    await journey.service.tick(end_of_day(date(2028, 2, 29)))
    assert (await office.now(user)).status is CredentialStatus.ENDED
    assert user.id not in await office.overview(actor)


@pytest.mark.rule("SP-28")
async def test_a_scheduled_ending_is_taken_back(journey):
    office, organisation, actor, _ = await an_office(journey)
    user, last = await office.user(organisation), local_date(journey.now) + timedelta(days=3)
    await journey.send(ending(actor, user, EndMoment.DATE, on=last))
    for stranger in (actor_of(user), HANDLER):
        assert (await journey.send(UndoEnding(actor=stranger, credential_id=user.id))).code == "not_allowed"
    assert (await journey.send(UndoEnding(actor=actor, credential_id=user.id))).model_dump() == {}
    await journey.service.tick(end_of_day(last) + timedelta(days=1))
    (event,) = await journey.service.sent(EndingUndone)
    assert (event.state.status, event.state.ends_on) == ("active", None)
    assert (await office.now(user)).status is CredentialStatus.ACTIVE
    assert (await journey.send(UndoEnding(actor=actor, credential_id=user.id))).code == "wrong_status"


@pytest.mark.rule("ID-156", "SP-30", "SP-27")
async def test_a_credential_ends_at_the_chosen_organisations_alone(journey):
    office, organisation, _, _ = await an_office(journey)
    second, third = await office.organisation(BANK), await office.organisation("90004760")
    actor, _ = await office.administrator(organisation, second)
    held = await office.person((organisation, {}), (second, {}), (third, {}))
    options = await journey.service.query(GetEndingOptions(actor=actor, credential_id=held[0].id))
    assert {(one.organisation_id, one.here) for one in options.organisations} == {
        (organisation.id, True), (second.id, False),
    }  # fmt: skip
    assert not any(one.ends_organisation for one in options.organisations)
    assert not options.ends_organisation
    foreign = ending(actor, held[0], organisation_ids=(third.id,))
    assert (await journey.send(foreign)).code == "not_allowed"
    assert await organisations_of(journey, held[0]) == {organisation.id, second.id, third.id}
    assert (await journey.send(ending(actor, held[0], organisation_ids=(second.id,)))).model_dump() == {}
    assert await organisations_of(journey, held[2]) == {third.id}
    assert len(await journey.service.sent(CredentialEnded)) == 2


@pytest.mark.rule("SP-30", "ID-158", "SP-25")
async def test_one_organisation_that_would_lose_its_last_administrator_refuses_the_whole(journey):
    office, organisation, actor, boss = await an_office(journey)
    second = await office.organisation(BANK)
    await office.user(second)
    role = {"role": Role.ADMINISTRATOR}
    mine, _ = await office.person((organisation, role), (second, role))
    both = ending(actor_of(mine), mine, organisation_ids=(second.id,))
    assert (await journey.send(both)).code == "last_administrator"
    assert await journey.service.sent(CredentialEnded) == []
    assert (await journey.send(ending(actor, boss))).model_dump() == {}


@pytest.mark.rule("SP-25", "ST-11")
async def test_the_last_administrators_ending_is_postponed_while_somebody_new_is_open(journey):
    office, organisation, actor, boss = await an_office(journey)
    last = local_date(journey.now) + timedelta(days=5)
    assert (await journey.send(ending(actor, boss, EndMoment.DATE, on=last))).model_dump() == {}
    newcomer = await office.user(organisation)
    await office.change(newcomer, status=CredentialStatus.WAITING_APPROVAL)
    await journey.service.tick(end_of_day(last))
    (event,) = await journey.service.sent(EndingPostponed)
    assert event.state.ends_on == last + timedelta(days=1)
    assert (await office.now(boss)).status is CredentialStatus.ENDING_SCHEDULED
    await journey.send(ending(actor, newcomer))
    await journey.service.tick(end_of_day(last + timedelta(days=1)))
    assert (await office.now(boss)).status is CredentialStatus.ENDED
    (over,) = await journey.service.sent(OrganisationEnded)
    assert over.state.id == organisation.id


@pytest.mark.rule("ID-159", "SP-27", "ST-13", "ST-28", "ID-31")
async def test_the_company_ends_when_all_that_is_open_ends_with_the_last_administrator(journey):
    office, organisation, actor, boss = await an_office(journey)
    user, last = await office.user(organisation), local_date(journey.now) + timedelta(days=5)
    on_that_day = {"moment": EndMoment.DATE, "on": last}
    assert (await journey.send(ending(actor, boss, **on_that_day))).code == "last_administrator"
    await journey.send(ending(actor, user, **on_that_day))
    assert (await journey.send(ending(actor, boss, **on_that_day))).model_dump() == {}
    await journey.service.tick(end_of_day(last))
    assert len(await journey.service.sent(CredentialEnded)) == 2
    (over,) = await journey.service.sent(OrganisationEnded)
    assert (over.state.kvk_number, over.state.active) == (KVK, False)


@pytest.mark.rule("ST-28")
async def test_a_suspended_company_stays_suspended_when_a_credential_ends_by_itself(journey):
    office, organisation, actor, boss = await an_office(journey)
    user, last = await office.user(organisation), local_date(journey.now) + timedelta(days=3)
    await journey.send(ending(actor, user, EndMoment.DATE, on=last))
    await suspend(journey, organisation)
    await journey.service.tick(end_of_day(last))
    assert (await office.now(user)).status == "ended"
    assert await organisations_of(journey, boss) == set()
    resumed = await journey.send(ResumeOrganisation(actor=HANDLER, organisation_id=organisation.id, reason="Fout"))
    assert resumed.model_dump() == {}
    assert await organisations_of(journey, boss) == {organisation.id}


@pytest.mark.rule("ST-28")
async def test_a_company_that_ends_while_it_is_suspended_is_not_resumed(journey):
    _, organisation, actor, boss = await an_office(journey)
    last = local_date(journey.now) + timedelta(days=3)
    await journey.send(ending(actor, boss, EndMoment.DATE, on=last))
    await suspend(journey, organisation)
    await journey.service.tick(end_of_day(last))
    (event,) = await journey.service.sent(OrganisationEnded)
    assert (event.state.active, event.state.suspended) == (False, False)
    resumed = await journey.send(ResumeOrganisation(actor=HANDLER, organisation_id=organisation.id, reason="Fout"))
    assert isinstance(resumed, Refusal)
    assert await journey.service.sent(OrganisationResumed) == []


@pytest.mark.rule("SP-27", "ID-159")
async def test_before_the_confirmation_it_is_told_that_the_company_ends(journey):
    office, organisation, actor, boss = await an_office(journey)
    options = GetEndingOptions(actor=actor, credential_id=boss.id)
    assert (await journey.service.query(options)).ends_organisation
    user = await office.user(organisation)
    assert not (await journey.service.query(options)).ends_organisation
    for stranger in (HANDLER, actor_of(user)):
        refused = await journey.service.query(options.model_copy(update={"actor": stranger}))
        assert refused == Refusal(code="not_allowed")
    foreign = await office.user(await office.organisation(BANK))
    unknown = GetEndingOptions(actor=actor, credential_id=foreign.id)
    assert (await journey.service.query(unknown)).code == "unknown"


@pytest.mark.rule("SP-27", "ID-159")
async def test_of_each_organisation_it_is_told_whether_it_ends_as_it_does(journey):
    office, organisation, _, _ = await an_office(journey)
    second, third = await office.organisation(BANK), await office.organisation("90004760")
    role = {"role": Role.ADMINISTRATOR}
    mine, *_ = await office.person((organisation, role), (second, role), (third, role))
    await office.administrator(third)
    options = await journey.service.query(GetEndingOptions(actor=actor_of(mine), credential_id=mine.id))
    told = {one.organisation_id: one.ends_organisation for one in options.organisations}
    assert told == {organisation.id: False, second.id: True, third.id: False}
    everywhere = ending(actor_of(mine), mine, organisation_ids=(second.id, third.id))
    assert (await journey.send(everywhere)).model_dump() == {}
    ended = [event.state.id for event in await journey.service.sent(OrganisationEnded)]
    assert ended == [id_ for id_, ends in told.items() if ends]


@pytest.mark.rule("ID-161", "CF-19", "CF-20")
@pytest.mark.parametrize(("supplier", "takes"), [("zlogin", True), ("weid", False)])
def test_ending_by_form_is_the_suppliers_choice(supplier, takes):
    forms = load_profile(supplier).forms
    assert [forms.find(code) is not None for code in ("end_credential", "end_agreement")] == [takes, takes]


@pytest.mark.rule("ID-23", "ID-24")
async def test_an_administrator_reads_what_is_requested_and_issued_of_the_own_organisation(journey):
    office, organisation, actor, boss = await an_office(journey)
    waiting, issued = await office.user(organisation), await office.user(organisation)
    await office.change(waiting, status=CredentialStatus.WAITING_APPROVAL)
    await office.user(await office.organisation(BANK))
    found = await office.overview(actor)
    assert (found[issued.id].name, found[issued.id].email) == (issued.name.full, issued.email)
    assert {id_: row.status for id_, row in found.items()} == {
        boss.id: "active", issued.id: "active", waiting.id: "waiting_approval",
    }  # fmt: skip
