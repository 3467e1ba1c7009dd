"""Forms about a person: handling them ends the credential, changes role, number and address, or is refused (ST-84)."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from contracts.actor import StaffRole
from contracts.identity import (
    CredentialEnded,
    CredentialStatus,
    EmailChanged,
    EndingScheduled,
    LinkPerson,
    LinkTo,
    MobileChanged,
    OrganisationEnded,
    PersonDataEntry,
    RoleChanged,
    SecondFactor,
    SessionEnded,
)
from contracts.notifications import SendLoginCode
from contracts.values import Level, Role
from tests.service.identity.desk import LOW, NEW_MOBILE, SMS, asks, at_the_desk, changes, number_of, to_handle
from tests.service.identity.journey import (
    HANDLER,
    MOBILE,
    REVIEWER,
    an_applicant,
    staff_actor,
)
from tests.service.identity.offices import (
    AWAITS_SECOND,
    CARRIED_OUT,
    SINGLE,
    code,
    forms,
    handle,
    logged_in_at,
)
from tests.service.identity.organisations import BELASTINGDIENST, Office

AUDITOR = staff_actor(StaffRole.AUDITOR)


# ending


@pytest.mark.rule("ID-161", "ID-166", "ST-84", "CF-20", "ID-154")
@pytest.mark.parametrize("days", [-1, 0, 3])
async def test_handling_the_form_ends_the_credential_with_its_date(journey, days):
    office, organisation, actor, _ = await at_the_desk(journey)
    user = await office.user(organisation)
    me = await office.logged_in(user, journey.now)
    last_day = (journey.now + timedelta(days=days)).date()
    form = await asks(journey, actor, "end_credential", end_date=last_day.isoformat())
    assert (await handle(journey, form)).details == {"field": "credential_id"}
    assert (await office.now(user)).status is CredentialStatus.ACTIVE
    assert await handle(journey, form, credential_id=user.id) == CARRIED_OUT
    if days >= 0:
        (event,) = await journey.service.sent(EndingScheduled)
        assert (event.state.id, event.state.ends_on) == (user.id, last_day)
        assert await journey.service.sent(CredentialEnded) == []
        await journey.service.tick(journey.now + timedelta(days=days + 1))
    (event,) = await journey.service.sent(CredentialEnded)
    assert event.state.id == user.id
    assert [over.state.id for over in await journey.service.sent(SessionEnded)] == [me.session_id]
    assert user.id not in await office.overview(actor)
    assert await to_handle(journey, "handled") == {form}


@pytest.mark.rule("ID-158", "ID-159", "ID-166", "ST-13")
async def test_the_form_never_takes_the_last_administrator_but_ends_the_company_with_the_last_credential(journey):
    office, organisation, actor, boss = await at_the_desk(journey)
    user = await office.user(organisation)
    first, second = [await asks(journey, actor, "end_credential", end_date="2026-01-01") for _ in range(2)]
    assert code(await handle(journey, first, credential_id=boss.id)) == "last_administrator"
    assert await to_handle(journey) == {first, second}
    assert await handle(journey, first, credential_id=user.id) == CARRIED_OUT
    assert code(await handle(journey, second, credential_id=user.id)) == "wrong_status"
    assert await handle(journey, second, credential_id=boss.id) == CARRIED_OUT
    (event,) = await journey.service.sent(OrganisationEnded)
    assert event.state.id == organisation.id


@pytest.mark.rule("ID-166", "SP-29")
@pytest.mark.security("S20", "S21")
async def test_a_form_ends_nothing_of_another_organisation_and_what_is_not_in_use_only_at_once(journey):
    office, organisation, actor, _ = await at_the_desk(journey)
    elsewhere = await office.user(await office.organisation("90000102"))
    waiting = await office.user(organisation, status=CredentialStatus.WAITING_ACTIVATION)
    form = await asks(journey, actor, "end_credential", end_date="2027-01-01")
    for foreign in (elsewhere.id, uuid4()):
        assert code(await handle(journey, form, credential_id=foreign)) == "unknown"
    assert code(await handle(journey, form, credential_id=waiting.id)) == "wrong_status"
    for nobody in (actor, AUDITOR):
        assert code(await handle(journey, form, nobody, credential_id=waiting.id)) == "not_allowed"
    assert await to_handle(journey) == {form}
    assert await journey.service.sent(CredentialEnded) == []


# role


@pytest.mark.rule("ID-29", "ID-165", "CF-06", "ST-20", "ST-21", "SP-41", "ST-84")
async def test_a_role_changes_by_form_under_both_suppliers(each_supplier):
    office, organisation, actor, _ = await at_the_desk(each_supplier)
    user = await office.user(organisation)
    me = await office.logged_in(user, each_supplier.now)
    for role in (Role.ADMINISTRATOR, Role.USER):
        form = await asks(each_supplier, actor, "other_changes", change="Andere rol")
        assert await changes(each_supplier, form, user, role=role) == CARRIED_OUT
        assert (await office.overview(actor))[user.id].role == role
    assert [event.state.role for event in await each_supplier.service.sent(RoleChanged)] == ["administrator", "user"]
    assert [over.state.id for over in await each_supplier.service.sent(SessionEnded)] == [me.session_id]
    assert not any(row.by_hand for row in await forms(each_supplier, status="handled"))


@pytest.mark.rule("ID-32", "ID-33", "ID-43", "ID-44", "ID-140", "ID-158", "SP-16", "ST-22")
async def test_a_role_by_form_must_be_possible_and_the_form_stays_otherwise(journey):
    office, organisation, actor, _ = await at_the_desk(journey)
    other = await office.organisation("90000102")
    admin, _ = await office.administrator(organisation, other)
    tax, low = await office.user(organisation, **BELASTINGDIENST), await office.user(organisation, level=Level.EH2)
    locked = await office.user(organisation)
    to = (LinkTo(organisation_id=other.id, role=Role.USER),)
    await journey.send(LinkPerson(actor=admin, credential_id=locked.id, to=to, agreed=True))
    form = await asks(journey, actor, "other_changes", change="Beheerder")
    for held, expected in ((tax, "role_not_possible"), (low, "identity_data_missing"), (locked, "change_pending")):
        assert code(await changes(journey, form, held, role=Role.ADMINISTRATOR)) == expected
    assert await to_handle(journey) == {form}
    assert await journey.service.sent(RoleChanged) == []


@pytest.mark.rule("ID-32", "ID-158")
async def test_the_form_does_not_demote_the_last_administrator(journey):
    office, organisation, actor, boss = await at_the_desk(journey)
    await office.user(organisation)
    form = await asks(journey, actor, "other_changes", change="Geen beheerder meer")
    assert code(await changes(journey, form, boss, role=Role.USER)) == "last_administrator"
    assert (await office.now(boss)).role is Role.ADMINISTRATOR
    assert await to_handle(journey) == {form}


# mobile number and address


@pytest.mark.rule("ID-97", "ID-98", "ID-165", "CF-05", "SP-42", "ID-100")
@pytest.mark.security("S7", "S16")
async def test_the_number_of_an_administrator_changes_by_form(journey):
    given = an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS)
    row, (actor,) = await logged_in_at(journey, SINGLE, given)
    held = await Office(journey).now(Held(row.credentials[0].credential_id))
    form = await asks(journey, actor, "other_changes", change="Nieuw nummer")
    assert await changes(journey, form, held, mobile=f" {NEW_MOBILE} ") == CARRIED_OUT
    (event,) = await journey.service.sent(MobileChanged)  # by which the holder is told (S7)
    assert (event.state.id, event.state.email) == (held.id, held.email)
    assert [over.state.id for over in await journey.service.sent(SessionEnded)] == [actor.session_id]
    await journey.start_login(f"user0.{SINGLE}")
    _, opened = await journey.newest(SendLoginCode)
    assert opened("mobile") == NEW_MOBILE


class Held(NamedTuple):
    id: UUID


@pytest.mark.rule("ID-98", "ID-174", "CF-05", "ST-84")
@pytest.mark.security("S7", "S16")
async def test_the_own_number_changes_by_form_for_who_has_submitted_it(we_id):
    office, organisation, actor, boss = await at_the_desk(we_id, **SMS, **LOW)
    await office.administrator(organisation, **SMS, **LOW)
    form = await asks(we_id, actor, "own_mobile", new_number=NEW_MOBILE)
    assert await handle(we_id, form) == CARRIED_OUT
    assert [event.state.id for event in await we_id.service.sent(MobileChanged)] == [boss.id]
    assert [over.state.id for over in await we_id.service.sent(SessionEnded)] == [actor.session_id]
    assert await number_of(office, boss) == NEW_MOBILE


@pytest.mark.rule("ID-96", "ID-99", "ID-59", "ID-165", "ID-174")
@pytest.mark.security("S8")
async def test_a_number_that_cannot_change_is_refused_and_the_form_stays(we_id):
    office, organisation, actor, _ = await at_the_desk(we_id, **LOW)
    user = await office.user(organisation, **SMS, **LOW)
    device = await office.user(organisation, **LOW)
    own = await asks(we_id, actor, "own_mobile", new_number=NEW_MOBILE)
    other = await asks(we_id, actor, "other_changes", change="Nieuw nummer")
    assert code(await handle(we_id, own)) == "no_mobile_factor"
    assert code(await changes(we_id, other, device, mobile=NEW_MOBILE)) == "no_mobile_factor"
    for number in ("+12025550123", "0612345678", ""):
        assert code(await changes(we_id, other, user, mobile=number)) == "invalid_mobile"
    await office.change(user, status=CredentialStatus.ACTIVATION_EXPIRED)
    assert code(await changes(we_id, other, user, mobile=NEW_MOBILE)) == "wrong_status"
    assert await to_handle(we_id) == {own, other}
    assert await we_id.service.sent(MobileChanged) == []


@pytest.mark.rule("ID-97", "ID-174", "SP-42", "SP-128", "ST-84")
@pytest.mark.security("S9", "S25")
async def test_at_high_levels_two_employees_enter_the_same_number(journey):
    office, _, actor, boss = await at_the_desk(journey, **SMS)
    form = await asks(journey, actor, "other_changes", change="Nieuw nummer")
    for who, number, expected in (
        (HANDLER, NEW_MOBILE, AWAITS_SECOND), (REVIEWER, "+31687654322", AWAITS_SECOND),
        (HANDLER, NEW_MOBILE, AWAITS_SECOND),
    ):  # fmt: skip
        assert await changes(journey, form, boss, who, mobile=number) == expected
    assert code(await changes(journey, form, boss, HANDLER, mobile=NEW_MOBILE)) == "four_eyes"
    assert [(row.form_id, row.awaits_second) for row in await forms(journey)] == [(form, True)]
    assert await number_of(office, boss) == MOBILE
    assert await journey.service.sent(MobileChanged) == []
    assert await changes(journey, form, boss, REVIEWER, mobile=NEW_MOBILE) == CARRIED_OUT
    assert await number_of(office, boss) == NEW_MOBILE
    assert len(await journey.service.sent(MobileChanged)) == 1
    kept = [str(form) async for form in journey.service.database["forms"].find()]
    assert not any("6876" in text for text in kept)


@pytest.mark.rule("ID-101", "ID-102", "ID-165", "SP-10")
async def test_an_address_changes_by_form_before_activation_only_and_all_of_a_form_or_nothing(journey):
    office, organisation, actor, _ = await at_the_desk(journey)
    user = await office.user(organisation)
    form = await asks(journey, actor, "other_changes", change="Rol en adres")
    wanted = {"role": Role.ADMINISTRATOR, "email": "nieuw@x.example"}
    assert code(await changes(journey, form, user, **wanted)) == "wrong_status"
    assert ((await office.now(user)).role, await journey.service.sent(RoleChanged)) == (Role.USER, [])
    await office.change(user, status=CredentialStatus.WAITING_ACTIVATION)
    await office.database["persons"].update_one({"_id": user.person_id}, {"$set": {"account_id": None}})
    assert await changes(journey, form, user, **wanted) == CARRIED_OUT
    after = await office.now(user)
    assert (after.role, after.email) == (Role.ADMINISTRATOR, "nieuw@x.example")
    assert (await office.holder(user)).email == "nieuw@x.example"
    assert len(await journey.service.sent(EmailChanged)) == 1


@pytest.mark.rule("ST-84", "ID-165")
async def test_what_is_entered_must_be_of_the_form(journey):
    office, organisation, actor, _ = await at_the_desk(journey)
    user = await office.user(organisation)
    other = await asks(journey, actor, "other_changes", change="Andere rol")
    ending = await asks(journey, actor, "end_credential", end_date="2027-01-01")
    assert (await changes(journey, ending, user, role=Role.USER)).details == {"field": "person"}
    assert (await handle(journey, other, credential_id=user.id)).details == {"field": "credential_id"}
    role = PersonDataEntry(role=Role.USER)
    assert (await handle(journey, other, person=role)).details == {"field": "credential_id"}
    elsewhere = await office.user(await office.organisation("90000102"))
    assert code(await changes(journey, other, elsewhere, role=Role.ADMINISTRATOR)) == "unknown"
    assert await to_handle(journey) == {other, ending}
