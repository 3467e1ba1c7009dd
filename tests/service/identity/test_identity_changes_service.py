"""Roles, mobile numbers and e-mail addresses on a real MongoDB, under both suppliers where they differ."""

import asyncio
from uuid import uuid4

import pytest

from contracts.identity import (
    ChangeEmail,
    ChangeMobile,
    ChangeOwnEmail,
    ChangeRole,
    CredentialStatus,
    EmailChanged,
    LinkPerson,
    LinkTo,
    MobileChanged,
    RoleChanged,
    SecondFactor,
    SessionEnded,
)
from contracts.message import Refusal
from contracts.notifications import SendAccountNotice, SendLoginCode, SendNumberNotice, SendValidationCode
from contracts.values import Level, Role
from profiles.identity import MobileTarget
from profiles.model import load_profile
from tests.harness import a_record, an_envelope
from tests.service.identity.journey import HANDLER, KVK, MOBILE, actor_of as actor_of_token, an_applicant
from tests.service.identity.organisations import BELASTINGDIENST, Office, actor_of
from tests.service.identity.requesting import Desk

NEW_MOBILE = "+31687654321"


def to_administrator(actor, credential):
    return ChangeRole(actor=actor, credential_id=credential.id, role=Role.ADMINISTRATOR)


def to_user(actor, credential):
    return ChangeRole(actor=actor, credential_id=credential.id, role=Role.USER)


async def an_office(journey):
    office = Office(journey)
    organisation = await office.organisation()
    actor, (boss,) = await office.administrator(organisation)
    return office, organisation, actor, boss


@pytest.mark.rule("ID-29", "ST-20", "ST-21", "CF-06", "SP-41")
async def test_a_role_changes_at_once_where_the_supplier_offers_it(each_supplier):
    office, organisation, actor, _ = await an_office(each_supplier)
    user = await office.user(organisation)
    outcome = await each_supplier.send(to_administrator(actor, user))
    if not load_profile(each_supplier.profile).roles.direct_change:
        assert outcome == Refusal(code="form_only")
        assert (await office.now(user)).role is Role.USER
        return
    assert outcome.model_dump() == {}
    assert (await office.overview(actor))[user.id].role == "administrator"
    await each_supplier.send(to_user(actor, user))
    told = [event.state.role for event in await each_supplier.service.sent(RoleChanged)]
    assert told == ["administrator", "user"]


@pytest.mark.rule("ID-30", "ID-31", "ID-32", "ST-22", "SP-26")
async def test_the_last_administrator_is_demoted_by_nobody_and_nobody_demotes_oneself(we_id):
    office, organisation, actor, boss = await an_office(we_id)
    user, waiting = await office.user(organisation), await office.user(organisation)
    await office.change(waiting, status=CredentialStatus.WAITING_ACTIVATION, role=Role.ADMINISTRATOR)
    assert (await we_id.send(to_user(actor, boss))).code == "own_credential"
    assert (await we_id.send(to_administrator(actor, user))).model_dump() == {}
    second = actor_of(user)
    assert (await we_id.send(to_user(second, boss))).model_dump() == {}
    assert (await we_id.send(to_user(second, user))).code == "own_credential"
    assert (await we_id.send(to_user(actor, user))).code == "not_allowed"
    assert [(await office.now(one)).role for one in (boss, user)] == ["user", "administrator"]


@pytest.mark.rule("ID-33", "ID-140", "ID-20", "CF-03", "CF-23", "ST-20")
async def test_a_role_must_fit_level_and_type(we_id):
    office, organisation, actor, _ = await an_office(we_id)
    tax, low = await office.user(organisation, **BELASTINGDIENST), await office.user(organisation, level=Level.EH2)
    for held in (tax, low):
        assert (await we_id.send(to_administrator(actor, held))).code == "role_not_possible"


@pytest.mark.rule("ID-32", "SP-25")
async def test_two_administrators_who_demote_each_other_at_once_do_not_both_succeed(we_id):
    office, organisation, actor, boss = await an_office(we_id)
    other, (second,) = await office.administrator(organisation)
    await office.user(organisation)
    commands = [to_user(actor, second), to_user(other, boss)]
    envelopes = [an_envelope(command, we_id.now) for command in commands]
    handle = we_id.service.process.commands.handle
    pairs = list(zip(commands, envelopes, strict=True))
    await asyncio.gather(*(handle([a_record(command, envelope)]) for command, envelope in pairs))
    outcomes = [await we_id.service.outcome(command, envelope.id) for command, envelope in pairs]
    assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True]
    assert sorted([(await office.now(one)).role for one in (boss, second)]) == ["administrator", "user"]


@pytest.mark.rule("ID-18", "ID-25", "ID-28", "ID-39")
async def test_users_strangers_and_other_organisations_change_nothing(we_id):
    office, organisation, actor, boss = await an_office(we_id)
    user = await office.user(organisation)
    elsewhere = await office.user(await office.organisation("90000102"))
    forged = actor_of(user).model_copy(update={"role": Role.ADMINISTRATOR})
    for stranger in (HANDLER, actor_of(user), forged, actor.model_copy(update={"organisation_id": uuid4()})):
        assert (await we_id.send(to_user(stranger, boss))).code == "not_allowed"
        email = ChangeEmail(actor=stranger, credential_id=boss.id, email="x@y.example")
        assert (await we_id.send(email)).code == "not_allowed"
        mobile = await office.sealed(ChangeMobile, "mobile", NEW_MOBILE, actor=stranger, credential_id=boss.id)
        assert mobile.code == "not_allowed"
    foreign = await we_id.send(to_user(actor, elsewhere))
    missing = ChangeRole(actor=actor, credential_id=uuid4(), role=Role.USER)
    assert foreign == await we_id.send(missing) == Refusal(code="unknown")


@pytest.mark.rule("ID-95", "ID-96", "ID-97", "ID-98", "ID-99", "CF-05", "SP-11")
async def test_whose_mobile_number_changes_is_the_suppliers_choice(each_supplier):
    office, organisation, actor, boss = await an_office(each_supplier)
    sms = {"factor": SecondFactor.SMS, "mobile": MOBILE}
    user, device = await office.user(organisation, **sms), await office.user(organisation)
    _, (colleague,) = await office.administrator(organisation, **sms)

    async def change(credential, mobile=NEW_MOBILE):
        return await office.sealed(ChangeMobile, "mobile", mobile, actor=actor, credential_id=credential.id)

    others = MobileTarget.OTHER_ADMIN in load_profile(each_supplier.profile).mobile.editable_targets
    assert (await change(user)).model_dump() == {}
    assert (await change(boss)).code == "form_only"
    assert (await change(device)).code == "no_mobile_factor"
    assert getattr(await change(colleague), "code", None) == (None if others else "form_only")
    assert (await change(user, "0612345678")).code == (await change(user, "+12025550123")).code == "invalid_mobile"
    for status, code in (
        ("waiting_approval", "wrong_status"), ("activation_expired", "wrong_status"), ("ended", "wrong_status"),
        ("waiting_activation", None), ("active", None),
    ):  # fmt: skip
        await office.change(user, status=CredentialStatus(status))
        assert getattr(await change(user), "code", None) == code
    assert all("6876" not in event.model_dump_json() for event in await each_supplier.service.sent(MobileChanged))


@pytest.mark.rule("ID-97")
async def test_who_administers_elsewhere_counts_as_administrator(journey):
    office, organisation, actor, _ = await an_office(journey)
    other = await office.organisation("90000102")
    places = ((organisation, {}), (other, {"role": Role.ADMINISTRATOR}))
    here, _ = await office.person(*places, factor=SecondFactor.SMS, mobile=MOBILE)
    outcome = await office.sealed(ChangeMobile, "mobile", NEW_MOBILE, actor=actor, credential_id=here.id)
    assert outcome.code == "form_only"


@pytest.mark.rule("ID-100", "ID-94", "TI-11", "NO-13")
@pytest.mark.security("S7", "S16")
async def test_login_codes_go_to_the_new_number_and_sessions_end(journey):
    row, seeds = await journey.customer(
        an_applicant(), an_applicant("Peters", Level.EH2_PLUS, Role.USER, SecondFactor.SMS)
    )
    journey.later(minutes=1)
    access, _ = await journey.log_in(f"user0.{KVK}", seeds[f"user0.{KVK}"])
    await journey.log_in(f"user1.{KVK}")
    target = row.credentials[1].credential_id
    office = Office(journey)
    actor = actor_of_token(access)
    outcome = await office.sealed(ChangeMobile, "mobile", NEW_MOBILE, actor=actor, credential_id=target)
    assert outcome.model_dump() == {}
    assert len(await journey.service.sent(SessionEnded)) == 1
    _, opened = await journey.newest(SendNumberNotice)
    assert opened("mobile") == MOBILE
    await journey.start_login(f"user1.{KVK}")
    _, opened = await journey.newest(SendLoginCode)
    assert opened("mobile") == NEW_MOBILE


@pytest.mark.rule("ID-101", "ID-102", "SP-10")
@pytest.mark.parametrize("status", list(CredentialStatus))
async def test_an_administrator_changes_an_address_only_before_activation(journey, status):
    office, organisation, actor, _ = await an_office(journey)
    user = await office.user(organisation, status=status)
    command = ChangeEmail(actor=actor, credential_id=user.id, email="nieuw@x.example")
    assert (await journey.send(command)).code == "wrong_status"  # the person has an account: the holder's own business
    await office.database["persons"].update_one({"_id": user.person_id}, {"$set": {"account_id": None}})
    outcome = await journey.send(command)
    if status is CredentialStatus.WAITING_ACTIVATION:
        assert outcome.model_dump() == {}
        assert ((await office.now(user)).email, (await office.holder(user)).email) == ("nieuw@x.example",) * 2
        (event,) = await journey.service.sent(EmailChanged)
        assert event.state.email == "nieuw@x.example"
    else:
        assert outcome.code == "wrong_status"
        assert (await office.now(user)).email == user.email


@pytest.mark.rule("ID-101", "ID-81")
@pytest.mark.parametrize("changed_at", [0, 1])
async def test_the_address_of_who_is_requested_for_two_organisations_changes_at_both(journey, changed_at):
    office = Office(journey)
    organisations = [await office.organisation(), await office.organisation("90000102")]
    actor, _ = await office.administrator(*organisations)
    ids = tuple(organisation.id for organisation in organisations)
    asked = (await Desk(journey, actor).approved(organisation_ids=ids)).credential_ids
    letter = await journey.letter_code(asked[0])
    begun, seed = await journey.start_activation(letter)
    there = [actor.model_copy(update={"organisation_id": id_}) for id_ in ids]
    command = ChangeEmail(actor=there[changed_at], credential_id=asked[changed_at], email="nieuw@x.example")
    assert (await journey.send(command)).model_dump() == {}
    shown = [(await office.overview(who))[id_].email for who, id_ in zip(there, asked, strict=True)]
    assert shown == ["nieuw@x.example"] * 2
    too_late = await journey.complete_activation(begun.activation_id, "berta", seed)
    assert isinstance(too_late, Refusal)
    await journey.start_activation(letter)
    mail, _ = await journey.newest(SendValidationCode)
    assert mail.email == "nieuw@x.example"


@pytest.mark.rule("ID-95", "ST-05")
@pytest.mark.security("S7")
async def test_a_new_number_of_who_is_activating_is_the_one_that_is_proven(journey):
    office = Office(journey)
    organisation = await office.organisation()
    actor, _ = await office.administrator(organisation)
    (asked,) = (
        await Desk(journey, actor).approved(level=Level.EH2_PLUS, second_factor=SecondFactor.SMS)
    ).credential_ids
    letter = await journey.letter_code(asked)
    begun, _ = await journey.start_activation(letter)
    assert (
        await office.sealed(ChangeMobile, "mobile", NEW_MOBILE, actor=actor, credential_id=asked)
    ).model_dump() == {}
    assert (await journey.complete_activation(begun.activation_id, "berta")).code == "unknown"
    again, _ = await journey.start_activation(letter)
    _, opened = await journey.newest(SendLoginCode)
    assert opened("mobile") == NEW_MOBILE
    assert (await journey.complete_activation(again.activation_id, "berta")).model_dump() == {}


@pytest.mark.rule("ID-102", "SP-38")
async def test_the_holder_changes_the_own_address_everywhere(each_supplier):
    office, organisation, _, _ = await an_office(each_supplier)
    here, there = await office.person((organisation, {}), (await office.organisation("90000102"), {}))
    me = await office.logged_in(here, each_supplier.now)
    command = ChangeOwnEmail(actor=me, email="eigen@x.example")
    assert (await each_supplier.send(command)).model_dump() == {}
    assert [(await office.now(one)).email for one in (here, there)] == ["eigen@x.example"] * 2
    assert (await each_supplier.send(ChangeOwnEmail(actor=HANDLER, email="x@y.example"))).code == "not_allowed"


@pytest.mark.security("S7", "S18")
async def test_an_own_address_needs_a_fresh_login_and_the_old_one_is_told(journey):
    office, organisation, _, _ = await an_office(journey)
    user = await office.user(organisation)
    stranger = actor_of(user)  # of no session that is open
    assert (await journey.send(ChangeOwnEmail(actor=stranger, email="x@y.example"))).code == "not_allowed"
    me = await office.logged_in(user, journey.now)
    journey.later(minutes=5, milliseconds=1)
    assert (await journey.send(ChangeOwnEmail(actor=me, email="x@y.example"))).code == "reauthentication_needed"
    assert (await office.now(user)).email == user.email
    me = await office.logged_in(user, journey.now)
    for _ in range(2):  # the same once more changes nothing, and tells nobody
        assert (await journey.send(ChangeOwnEmail(actor=me, email="x@y.example"))).model_dump() == {}
    (told,) = await journey.service.sent(SendAccountNotice)
    assert (told.notice, told.email) == ("email_changed", user.email)


@pytest.mark.rule("SP-16", "ST-17", "ID-111")
async def test_a_change_in_treatment_locks_role_mobile_and_address_everywhere(we_id):
    office, organisation, actor, boss = await an_office(we_id)
    branch = await office.organisation("90000102")
    third = await office.organisation("90004760")
    admin, (first, _, _) = await office.administrator(organisation, branch, third)
    places = ((organisation, {}), (branch, {}))
    here, there = await office.person(*places, factor=SecondFactor.SMS, mobile=MOBILE)
    to = (LinkTo(organisation_id=third.id, role=Role.USER),)
    await we_id.send(LinkPerson(actor=admin, credential_id=here.id, to=to, agreed=True))
    at_branch = actor_of(first, branch.id)
    for who, held in ((actor, here), (at_branch, there)):
        assert (await we_id.send(to_administrator(who, held))).code == "change_pending"
        mobile = await office.sealed(ChangeMobile, "mobile", NEW_MOBILE, actor=who, credential_id=held.id)
        assert mobile.code == "change_pending"
        again = LinkPerson(actor=who, credential_id=held.id, to=to, agreed=True)
        assert (await we_id.send(again)).code == "change_pending"
        assert (await office.overview(who))[held.id].change_pending
    own = ChangeOwnEmail(actor=await office.logged_in(here, we_id.now), email="x@y.example")
    assert (await we_id.send(own)).code == "change_pending"
    assert not (await office.overview(actor))[boss.id].change_pending
