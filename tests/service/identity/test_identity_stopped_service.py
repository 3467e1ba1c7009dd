"""Nothing new is issued where an organisation has ended or is suspended, nor while it ends (ST-28, ID-159)."""

import asyncio
from types import MappingProxyType

import pytest

from contracts.actor import SYSTEM
from contracts.identity import AcceptContract, EndCredential, RecordCompanyEnded, ResumeOrganisation
from contracts.message import Refusal
from contracts.values import Level, local_date
from tests.harness import a_record, an_envelope
from tests.service.identity.journey import HANDLER, KVK, an_applicant
from tests.service.identity.offices import SINGLE, add, logged_in_at, stored_organisation
from tests.service.identity.organisations import Office
from tests.service.identity.requesting import Desk

OTHER = "00000104"
INACTIVE = Refusal(code="organisation_inactive")


async def suspended(journey):
    told = {"kvk_number": KVK, "signal_id": "s", "told_at": journey.now}
    assert (await journey.send(RecordCompanyEnded(actor=SYSTEM, **told))).model_dump() == {}


async def resumed(journey, organisation_id):
    command = ResumeOrganisation(actor=HANDLER, organisation_id=organisation_id, reason="vergissing")
    assert (await journey.send(command)).model_dump() == {}


async def at_once(journey, *commands, ids=MappingProxyType({})):
    """Handle commands in groups of their own at once; returns their outcomes."""
    pairs = [(one, an_envelope(one, journey.now, ids.get(one))) for one in commands]
    handle = journey.service.process.commands.handle
    await asyncio.gather(*(handle([a_record(command, envelope)]) for command, envelope in pairs))
    return [await journey.service.outcome(command, envelope.id) for command, envelope in pairs]


@pytest.mark.rule("ID-159", "ST-13", "ST-28", "SP-25")
@pytest.mark.parametrize("first", ["request", "ending"])
async def test_a_request_and_the_ending_of_the_last_credential_do_not_both_succeed(journey, first):
    desk, office = await Desk.open(journey), Office(journey)
    organisation = await stored_organisation(journey, desk.actor.organisation_id)
    (own,) = await office.held_at(organisation)
    request, id_ = await desk.command(level=Level.EH2_PLUS)
    end = EndCredential(actor=desk.actor, credential_id=own.id, confirmed=True)
    commands = (request, end) if first == "request" else (end, request)
    outcomes = await at_once(journey, *commands, ids={request: id_})
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1, outcomes
    waiting = [held for held in await office.held_at(organisation) if held.status == "waiting_approval"]
    assert bool(waiting) == (await stored_organisation(journey, organisation.id)).active


@pytest.mark.rule("ID-159", "ST-13", "ST-26", "SP-25", "SP-33")
@pytest.mark.parametrize("first", ["acceptance", "ending"])
async def test_a_contract_and_the_ending_of_the_last_credential_do_not_both_count(we_id, first):
    _, (last,) = await logged_in_at(we_id, OTHER, an_applicant("Bos"))
    _, (administrator, _) = await logged_in_at(we_id, SINGLE)
    addition_id = (await add(we_id, administrator, OTHER, level=Level.EH2_PLUS)).addition_id
    organisation = await stored_organisation(we_id, last.organisation_id)
    (own,) = await Office(we_id).held_at(organisation)
    given = {"received_on": local_date(we_id.now), "channel": "post", "signed_by_representative": True}
    acceptance = AcceptContract(actor=HANDLER, addition_id=addition_id, **given)
    end = EndCredential(actor=last, credential_id=own.id, confirmed=True)
    commands = (acceptance, end) if first == "acceptance" else (end, acceptance)
    outcomes = await at_once(we_id, *commands)
    held = [one for one in await Office(we_id).held_at(organisation) if one.status == "active"]
    assert bool(held) == (await stored_organisation(we_id, organisation.id)).active, outcomes


@pytest.mark.rule("ST-28", "ST-02")
async def test_a_request_waits_as_long_as_its_organisation_is_suspended(journey):
    desk = await Desk.open(journey)
    organisation = await stored_organisation(journey, desk.actor.organisation_id)
    received = await desk.request(level=Level.EH2_PLUS)
    await suspended(journey)
    assert await desk.approve(received) == INACTIVE
    (held,) = [row for row in await Office(journey).held_at(organisation) if row.id in received.credential_ids]
    assert held.status == "waiting_approval"
    await resumed(journey, desk.actor.organisation_id)
    assert (await desk.approve(received)).model_dump() == {}


@pytest.mark.rule("ST-28", "ST-04", "ST-05")
async def test_nothing_is_taken_into_use_as_long_as_its_organisation_is_suspended(journey):
    desk = await Desk.open(journey)
    (credential_id,) = (await desk.approved(level=Level.EH2_PLUS)).credential_ids
    letter = await journey.letter_code(credential_id)
    started, seed = await journey.start_activation(letter)
    await suspended(journey)
    assert (await journey.start_activation(letter))[0] == INACTIVE
    assert await journey.complete_activation(started.activation_id, "berta", seed) == INACTIVE
    await resumed(journey, desk.actor.organisation_id)
    assert (await journey.complete_activation(started.activation_id, "berta", seed)).model_dump() == {}
    assert (await desk.detail(credential_id)).status == "active"
