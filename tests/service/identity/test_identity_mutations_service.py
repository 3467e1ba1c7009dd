"""Changes in treatment on a real MongoDB: links, their lock, their lines and their second employee."""

from uuid import uuid4

import pytest

from contracts.actor import StaffRole
from contracts.identity import (
    CredentialLinked,
    CredentialStatus,
    CredentialUpgraded,
    EndCredential,
    LinkPerson,
    LinkTo,
    MutationCancelled,
    MutationProcessed,
    MutationRefused,
    MutationSubmitted,
    ProcessMutation,
    RefuseMutation,
)
from contracts.message import Refusal
from contracts.values import Level, Role
from tests.service.identity.journey import staff_actor
from tests.service.identity.organisations import BELASTINGDIENST, FIRST, SECOND, actor_of, offices, reaches

BANK, THIRD = "90000102", "90004760"


def a_link(actor, credential, *targets, agreed=True, role=Role.USER):
    to = tuple(LinkTo(organisation_id=target.id, role=role) for target in targets)
    return LinkPerson(actor=actor, credential_id=credential.id, to=to, agreed=agreed)


@pytest.mark.rule("ID-103", "ID-106", "ID-107", "ID-108", "ID-110", "ID-111", "ID-112", "ID-113", "ID-26")
@pytest.mark.rule("ST-14", "ST-18")
@pytest.mark.security("S25")
async def test_a_link_is_in_force_once_two_employees_have_processed_it(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here)
    received = await journey.send(a_link(actor, user, there, role=Role.ADMINISTRATOR))
    (row,) = await office.queue()
    assert (row.mutation_id, row.kind, row.required_actions) == (received.mutation_id, "link", ())
    assert (await office.overview(actor))[user.id].change_pending
    assert set(await reaches(journey, user)) == {here.id}
    first = await journey.send(ProcessMutation(actor=FIRST, mutation_id=row.mutation_id))
    assert (first.status, first.awaits_second) == ("submitted", True)
    again = await journey.send(ProcessMutation(actor=FIRST, mutation_id=row.mutation_id))
    assert again.code == "four_eyes"
    assert set(await reaches(journey, user)) == {here.id}
    done = await journey.send(ProcessMutation(actor=SECOND, mutation_id=row.mutation_id))
    assert (done.status, done.awaits_second) == ("processed", False)
    assert await reaches(journey, user) == {here.id: ("user", "EH3"), there.id: ("administrator", "EH3")}
    (linked,) = await journey.service.sent(CredentialLinked)
    assert (linked.state.email, linked.state.level, linked.state.status) == (user.email, "EH3", "active")
    assert linked.state.organisation_id == there.id
    assert not (await office.overview(actor))[user.id].change_pending
    assert await office.queue() == ()
    late = await journey.send(ProcessMutation(actor=SECOND, mutation_id=row.mutation_id))
    assert late.code == "wrong_status"


@pytest.mark.rule("ID-104", "ID-105", "ID-109", "ID-137", "ID-66", "SP-19")
async def test_a_link_asks_for_the_own_organisations_the_own_level_and_agreement(journey):
    office, (here, there, low), actor = await offices(journey, BANK, THIRD, level=Level.EH2_PLUS)
    user, high = await office.user(here, level=Level.EH2_PLUS), await office.user(here)
    foreign = await office.organisation("90001354")
    member = await office.organisation("90000749")
    tax = await office.user(here, **BELASTINGDIENST)
    both, _ = await office.person((here, {}), (there, {}), level=Level.EH2_PLUS)
    for command, code in (
        (a_link(actor, high, there), "above_own_level"),
        (a_link(actor, user, foreign), "not_allowed"),
        (a_link(actor, user, member), "not_allowed"),
        (a_link(actor, user, there, agreed=False), "agreement_missing"),
        (a_link(actor, both, there), "already_linked"),
        (a_link(actor, user, there, there), "already_linked"),
        (a_link(actor, user, here), "already_linked"),
        (a_link(actor, tax, there), "role_not_possible"),
        (a_link(actor_of(user), user, there), "not_allowed"),
        (a_link(actor.model_copy(update={"organisation_id": low.id}), user, there), "unknown"),
    ):
        assert (await journey.send(command)).code == code
    await office.change(user, status=CredentialStatus.ENDING_SCHEDULED)
    assert (await journey.send(a_link(actor, user, there))).code == "wrong_status"
    assert await office.queue() == ()
    assert await journey.service.sent(MutationSubmitted) == []


@pytest.mark.rule("SP-18", "SP-17", "ST-19", "ID-112", "BI-14", "SP-113")
async def test_lines_are_decided_one_by_one_and_the_lock_ends_with_the_last(journey):
    office, (here, there, third), actor = await offices(journey, BANK, THIRD)
    user = await office.user(here, level=Level.EH2_PLUS)
    id_ = (await journey.send(a_link(actor, user, there, third))).mutation_id
    assert (await office.processed(id_, there.id)).status == "submitted"
    assert set(await reaches(journey, user)) == {here.id, there.id}
    assert (await office.holder(user)).mutation_id == id_
    refuse = RefuseMutation(actor=FIRST, mutation_id=id_, organisation_ids=(third.id,), reason="geen contract")
    assert (await journey.send(refuse)).status == "processed"
    (event,) = await journey.service.sent(MutationRefused)
    assert (event.reason, [line.reason for line in event.state.lines]) == ("geen contract", [None, "geen contract"])
    assert event.organisation_ids == (third.id,)
    (event,) = await journey.service.sent(MutationProcessed)
    assert (event.organisation_ids, event.state.organisation_id) == ((there.id,), here.id)
    assert set(await reaches(journey, user)) == {here.id, there.id}
    assert (await office.holder(user)).mutation_id is None
    assert (await journey.send(refuse)).code == "wrong_status"
    foreign = ProcessMutation(actor=FIRST, mutation_id=id_, organisation_ids=(uuid4(),))
    assert (await journey.send(foreign)).code == "unknown"


@pytest.mark.rule("SP-17", "ST-19", "ID-70", "ID-130")
async def test_a_refused_change_leaves_everything_as_it_was(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, level=Level.EH2_PLUS)
    to = (LinkTo(organisation_id=there.id, role=Role.USER),)
    id_ = (await office.upgrade(actor, user, address="Kade 1", to=to)).mutation_id
    for stranger in (actor, staff_actor(StaffRole.AUDITOR)):
        assert (await journey.send(RefuseMutation(actor=stranger, mutation_id=id_, reason="x"))).code == "not_allowed"
        assert (await journey.send(ProcessMutation(actor=stranger, mutation_id=id_))).code == "not_allowed"
    refuse = RefuseMutation(actor=FIRST, mutation_id=id_, organisation_ids=(here.id,), reason="kopie onleesbaar")
    assert (await journey.send(refuse)).status == "refused"
    assert (await office.now(user)).level == "EH2+"
    assert set(await reaches(journey, user)) == {here.id}
    assert (await office.holder(user)).mutation_id is None
    assert await journey.service.sent(CredentialUpgraded, CredentialLinked) == []


@pytest.mark.rule("SP-16")
async def test_ending_cancels_the_pending_change(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here)
    id_ = (await journey.send(a_link(actor, user, there))).mutation_id
    await journey.send(EndCredential(actor=actor, credential_id=user.id, confirmed=True))
    (event,) = await journey.service.sent(MutationCancelled)
    assert (event.state.id, event.state.status) == (id_, "cancelled")
    assert (await office.holder(user)).mutation_id is None
    assert (await journey.send(ProcessMutation(actor=FIRST, mutation_id=id_))) == Refusal(code="wrong_status")


@pytest.mark.rule("SP-18", "ID-113")
async def test_nobody_is_linked_to_an_organisation_that_is_no_customer_any_more(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here, level=Level.EH2_PLUS)
    id_ = (await journey.send(a_link(actor, user, there))).mutation_id
    await office.database["organisations"].update_one({"_id": there.id}, {"$set": {"active": False}})
    assert (await office.processed(id_)).code == "organisation_inactive"
    assert (await journey.send(RefuseMutation(actor=FIRST, mutation_id=id_, reason="gestopt"))).status == "refused"
