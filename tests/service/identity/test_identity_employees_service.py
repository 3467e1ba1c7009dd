"""Employees of the back office: two reviewers bring one in, anybody but oneself is let go at once (SP-128, S25)."""

import asyncio
from uuid import UUID, uuid4

import pytest

from contracts.actor import ANYONE, StaffRole
from contracts.identity import (
    ChangePassword,
    ConfirmStaff,
    ListApplications,
    ListStaff,
    RemoveStaff,
    SessionEnded,
)
from contracts.message import Refusal
from services.identity.__main__ import add_staff, arguments, remove_staff
from services.identity.app import create_app
from tests.harness import ServiceUnderTest, a_record, an_envelope
from tests.service.identity.journey import (
    GATEWAY,
    PASSWORD,
    REVIEWER,
    Journey,
    actor_of,
    claims_of,
    identity_settings,
    sealed_for_identity,
)
from tests.service.identity.offices import code

HANDLER, REVIEWER_ROLE, AUDITOR = StaffRole.HANDLER, StaffRole.REVIEWER, StaffRole.AUDITOR


async def staff(journey, actor, **more):
    return await journey.service.query(ListStaff(actor=actor, **more))


async def named(journey, actor, user_name):
    return next(row for row in (await staff(journey, actor)).rows if row.user_name == user_name)


async def confirm(journey, actor, person_id):
    """Confirm an employee and return the password, or the refusal."""
    id_ = uuid4()
    outcome = await journey.send(ConfirmStaff(actor=actor, person_id=person_id), id_)
    return outcome if code(outcome) else GATEWAY.open(outcome.password, message_id=id_, field="password")


async def chooses(journey, access, present):
    """Choose another password than the one that was told."""
    id_ = uuid4()
    secrets = {"present": present, "password": PASSWORD}
    sealed = {name: sealed_for_identity(text, id_, name) for name, text in secrets.items()}
    return await journey.send(ChangePassword(actor=actor_of(access), **sealed), id_)


def leave(actor, person_id):
    return RemoveStaff(actor=actor, person_id=person_id)


@pytest.mark.rule("SP-128")
@pytest.mark.security("S22", "S25")
async def test_two_reviewers_bring_in_an_employee_and_neither_knows_both_secrets(journey):
    first, _ = await journey.employee("eerste", REVIEWER_ROLE)
    second, _ = await journey.employee("tweede", REVIEWER_ROLE)
    password, seed = await journey.add_staff("nieuw", HANDLER, actor=first)
    assert password is None
    row = await named(journey, second, "nieuw")
    assert (row.awaits_second, row.staff_roles, row.email) == (True, (HANDLER,), "kantoor@supplier.example")
    assert code(await confirm(journey, first, row.person_id)) == "four_eyes"
    password = await confirm(journey, second, row.person_id)
    access, _ = await journey.log_in("nieuw", seed, password)
    assert claims_of(access)["staff_roles"] == ["handler"]
    assert (await chooses(journey, access, password)).model_dump() == {}
    assert not (await named(journey, first, "nieuw")).awaits_second
    assert code(await confirm(journey, second, row.person_id)) == "unknown"
    assert code(await journey.add_staff("NIEUW", actor=first)) == "user_name_taken"
    trail = journey.service.database["audit"].find({"collection": "accounts"}).sort("order", 1)
    by = [entry["actor"].get("person_id") async for entry in trail]
    assert by[-2:] == [str(first.person_id), str(second.person_id)]


@pytest.mark.rule("SP-128")
@pytest.mark.security("S22")
async def test_who_may_bring_in_confirm_let_go_and_see_employees(journey):
    reviewer, _ = await journey.employee("eerste", REVIEWER_ROLE)
    handler, _ = await journey.employee("behandelaar", HANDLER)
    auditor, _ = await journey.employee("controleur", AUDITOR)
    await journey.add_staff("nieuw", actor=reviewer)
    asked = (await named(journey, auditor, "nieuw")).person_id
    row, _ = await journey.customer()
    for nobody in (handler, auditor, ANYONE, REVIEWER):  # the last is a reviewer by its token alone
        assert code(await journey.add_staff("ander", actor=nobody)) == "not_allowed"
        assert code(await confirm(journey, nobody, asked)) == "not_allowed"
        assert code(await journey.send(leave(nobody, handler.person_id))) == "not_allowed"
    for nobody in (handler, ANYONE):
        assert code(await staff(journey, nobody)) == "not_allowed"
    for unknown in (uuid4(), row.credentials[0].person_id):
        assert code(await journey.send(leave(reviewer, unknown))) == "unknown"
        assert code(await confirm(journey, reviewer, unknown)) == "unknown"
    assert [row.user_name for row in (await staff(journey, auditor)).rows] == [
        "behandelaar", "controleur", "eerste", "nieuw",
    ]  # fmt: skip


@pytest.mark.rule("SP-128")
async def test_employees_are_listed_in_parts(journey):
    reviewer, _ = await journey.employee("bbb", REVIEWER_ROLE)
    for name in ("aaa", "ccc"):
        await journey.add_staff(name)
    first = await staff(journey, reviewer, limit=2)
    rest = await staff(journey, reviewer, limit=2, cursor=first.next)
    assert [row.user_name for row in (*first.rows, *rest.rows)] == ["aaa", "bbb", "ccc"]
    assert rest.next is None
    assert code(await staff(journey, reviewer, cursor="?")) == "unknown"


@pytest.mark.rule("SP-128")
@pytest.mark.security("S16")
async def test_who_leaves_is_out_at_once(journey):
    reviewer, _ = await journey.employee("eerste", REVIEWER_ROLE)
    password, seed = await journey.add_staff("weg", HANDLER)
    access, refresh = await journey.log_in("weg", seed, password)
    session, leaver = UUID(claims_of(access)["sid"]), UUID(claims_of(access)["sub"])
    journey.later(minutes=1)
    login = await journey.start_login("weg", password)
    assert (await journey.send(leave(reviewer, leaver))).session_ids == (session,)
    assert [event.state.id for event in await journey.service.sent(SessionEnded)] == [session]
    assert code(await journey.refresh(session, refresh)) == "session_ended"
    assert code(await journey.complete_login(login.login_id, journey.otp(seed))) == "login_expired"
    assert code(await journey.start_login("weg", password)) == "not_allowed"
    assert [row.user_name for row in (await staff(journey, reviewer)).rows] == ["eerste"]
    assert code(await journey.send(leave(reviewer, leaver))) == "unknown"
    trail = await journey.service.database["audit"].find({"collection": "accounts"}).sort("order", -1).to_list()
    assert trail[0]["actor"]["person_id"] == str(reviewer.person_id)


@pytest.mark.rule("SP-128")
@pytest.mark.security("S22", "S25")
async def test_nobody_lets_oneself_go_and_who_was_let_go_lets_nobody_in(journey):
    first, _ = await journey.employee("eerste", REVIEWER_ROLE, HANDLER)
    second, _ = await journey.employee("tweede", REVIEWER_ROLE)
    assert code(await journey.send(leave(first, first.person_id))) == "own_roles"
    assert (await journey.send(leave(second, first.person_id))).session_ids == (first.session_id,)
    assert code(await journey.send(leave(second, second.person_id))) == "own_roles"
    for outcome in (await journey.add_staff("derde", actor=first), await journey.send(leave(first, second.person_id))):
        assert code(outcome) == "not_allowed"
    assert (await journey.service.query(ListApplications(actor=second))).rows == ()


@pytest.mark.rule("SP-128")
async def test_a_new_employee_is_withdrawn_before_the_confirmation(journey):
    first, _ = await journey.employee("eerste", REVIEWER_ROLE)
    second, _ = await journey.employee("tweede", REVIEWER_ROLE)
    await journey.add_staff("nieuw", actor=first)
    asked = (await named(journey, first, "nieuw")).person_id
    assert (await journey.send(leave(first, asked))).session_ids == ()
    assert code(await confirm(journey, second, asked)) == "unknown"


@pytest.mark.rule("SP-128")
async def test_two_reviewers_who_let_each_other_go_at_once_do_not_both_succeed(journey):
    first, _ = await journey.employee("eerste", REVIEWER_ROLE)
    second, _ = await journey.employee("tweede", REVIEWER_ROLE)
    commands = [leave(first, second.person_id), leave(second, first.person_id)]
    pairs = [(command, an_envelope(command, journey.now)) for command in commands]
    handle = journey.service.process.commands.handle
    await asyncio.gather(*(handle([a_record(command, envelope)]) for command, envelope in pairs))
    outcomes = [await journey.service.outcome(command, envelope.id) for command, envelope in pairs]
    assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True]


@pytest.mark.rule("SP-128")
async def test_the_command_line_lets_the_last_reviewer_go(mongo):
    settings = identity_settings(mongo)
    given = ["add-staff", "--user-name", "eerste", "--email", "eerste@supplier.example", "--roles", "reviewer"]
    _, text = await add_staff(settings, arguments(given))
    password, uri = (line.partition(": ")[2] for line in text.splitlines())
    assert await remove_staff(settings, arguments(["remove-staff", "--user-name", "niemand"])) == (
        1, "refused: unknown",
    )  # fmt: skip
    leaving = arguments(["remove-staff", "--user-name", "EERSTE"])
    assert await remove_staff(settings, leaving) == (0, "removed")
    assert await remove_staff(settings, leaving) == (1, "refused: unknown")
    async with ServiceUnderTest(create_app(settings)) as service:
        journey = Journey(service)
        assert uri
        assert code(await journey.start_login("eerste", password)) == "not_allowed"
