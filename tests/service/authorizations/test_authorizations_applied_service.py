"""What was taken away stays away once the service has said that it knows (SP-125, reliability.md 2.2)."""

import asyncio
import random
from time import monotonic
from uuid import uuid4

import pytest

from contracts.actor import SYSTEM
from contracts.authorizations import Applied, AuthorizationGranted, AwaitApplied
from contracts.chain import ChainAuthorizationActivated, ChainUsersChanged
from contracts.identity import CredentialActivated, CredentialEnded, CredentialStatus, OrganisationRegistered
from contracts.message import Refusal, Written
from services.authorizations.views import applied
from tests.service.authorizations.world import (
    CHAIN,
    CREDENTIAL,
    RELATION_KVK,
    a_credential_state,
    a_grant_command,
    a_question,
    a_tax_service,
    hear_of_all,
    the_chain_state,
)
from tests.unit.authorizations.builders import ORGANISATION

ROUNDS = 200


def asked(event, sequence):
    return AwaitApplied(actor=SYSTEM, pairs=(Written(aggregate=event.key, sequence=sequence, type=event.type),))


@pytest.fixture
async def view(service):
    await hear_of_all(service)
    return await a_tax_service(service, **{"view.chain_allowed": True})


@pytest.mark.rule("SP-125", "CH-88")
async def test_after_it_says_applied_no_decision_says_yes(service, view):
    """200 rounds: the event is on its way while somebody waits for it and others keep asking."""
    question = a_question(view, on_behalf_of=RELATION_KVK)
    chance, sequence, early = random.Random(5), 1, 0  # noqa: S311 (no secret)
    for _ in range(ROUNDS):
        assert (await service.query(question)).permitted
        unlinked = ChainUsersChanged(state=the_chain_state(person_ids=()))
        waiting = asyncio.ensure_future(service.query(asked(unlinked, sequence + 1)))
        for _ in range(chance.randrange(4)):
            early += (await service.query(question)).permitted
        hearing = asyncio.ensure_future(service.hear(unlinked))

        assert await waiting == Applied()
        assert (await service.query(question)).reason == "chain_user_not_linked"
        await hearing
        await service.hear(ChainUsersChanged(state=the_chain_state()))
        sequence += 2
    assert early > ROUNDS / 2, "before the event came, decisions said yes: the wait is what makes them say no"


@pytest.mark.rule("SP-125")
async def test_the_end_of_a_credential_is_waited_for_as_well(service, view):
    await service.command(a_grant_command(view))
    ended = CredentialEnded(state=a_credential_state(status=CredentialStatus.ENDED))
    waiting = asyncio.ensure_future(service.query(asked(ended, 2)))
    await service.query(a_question(view))
    assert not waiting.done()

    await service.hear(ended)

    assert await waiting == Applied()
    assert (await service.query(a_question(view))).reason == "credential_not_active"


@pytest.mark.rule("SP-125")
async def test_an_event_that_stays_away_is_refused_after_two_seconds(service, view):
    began = monotonic()

    refusal = await service.query(asked(CredentialEnded(state=a_credential_state()), 2))

    assert refusal == Refusal(code="not_applied_yet")
    assert applied.PATIENCE_S <= monotonic() - began < applied.PATIENCE_S + 1


async def test_events_that_no_copy_keeps_and_older_ones_do_not_hold_up(service, view):
    pairs = (
        Written(aggregate=str(uuid4()), sequence=9, type=AuthorizationGranted.type),
        Written(aggregate=str(uuid4()), sequence=9, type="nl.billing.something-else.v1"),
        Written(aggregate=str(CREDENTIAL), sequence=1, type=CredentialActivated.type),
        Written(aggregate=str(ORGANISATION), sequence=1, type=OrganisationRegistered.type),
        Written(aggregate=str(CHAIN), sequence=1, type=ChainAuthorizationActivated.type),
    )

    assert await service.query(AwaitApplied(actor=SYSTEM, pairs=pairs)) == Applied()
    assert await service.query(AwaitApplied(actor=SYSTEM, pairs=())) == Applied()


async def test_all_of_several_events_must_be_known(service, view, monkeypatch):
    monkeypatch.setattr(applied, "PATIENCE_S", 0.05)
    known = Written(aggregate=str(CREDENTIAL), sequence=1, type=CredentialActivated.type)
    pairs = (known.model_copy(update={"sequence": 2}), known)

    for order in (pairs, pairs[::-1]):
        assert await service.query(AwaitApplied(actor=SYSTEM, pairs=order)) == Refusal(code="not_applied_yet")
