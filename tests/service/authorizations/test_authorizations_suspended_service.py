"""A company that ended according to the trade register: nobody acts for it or by its leave until it is resumed."""

import pytest

from contracts.authorizations import ListHolderGrants
from contracts.identity import OrganisationResumed, OrganisationSuspended
from contracts.message import Refusal
from tests.service.authorizations.world import (
    KVK,
    RELATION_KVK,
    a_grant_command,
    a_question,
    a_tax_service,
    an_organisation_state,
    hear_of_all,
)
from tests.unit.authorizations.builders import PERSON, an_actor, an_id

RELATION = {"id": an_id("the relation"), "kvk_number": RELATION_KVK, "name": "Relatie"}
ENDED = {"active": False, "suspended": True}

pytestmark = pytest.mark.rule("SP-132", "CH-92")


@pytest.fixture
async def view(service):
    """A service that the person may use directly and for the relation."""
    await hear_of_all(service)
    found = await a_tax_service(service, **{"view.chain_allowed": True})
    await service.command(a_grant_command(found))
    return found


async def answers(service, view):
    """Return whether and why, directly and by chain."""
    asked = a_question(view), a_question(view, on_behalf_of=RELATION_KVK)
    found = [await service.query(question) for question in asked]
    return [(one.permitted, str(one.reason)) for one in found]


OPEN = [(True, "direct"), (True, "chain")]


async def test_nobody_acts_for_a_suspended_organisation_until_it_is_resumed(service, view):
    assert await answers(service, view) == OPEN
    await service.hear(OrganisationSuspended(state=an_organisation_state(**ENDED)))
    assert await answers(service, view) == [(False, "unknown_organisation")] * 2
    assert await service.query(ListHolderGrants(actor=an_actor(), person_id=PERSON)) == Refusal(code="not_allowed")
    assert await service.command(a_grant_command(view)) == Refusal(code="not_allowed")

    await service.hear(OrganisationResumed(state=an_organisation_state()))
    assert await answers(service, view) == OPEN, "what was granted before counts again"
    assert not isinstance(await service.command(a_grant_command(view)), Refusal)


@pytest.mark.rule("CH-01")
async def test_nobody_acts_by_chain_for_a_relation_that_is_suspended_until_it_is_resumed(service, view):
    relation = an_organisation_state(**RELATION)
    await service.hear(OrganisationSuspended(state=relation.model_copy(update=ENDED)))
    assert await answers(service, view) == [(True, "direct"), (False, "chain_not_active")]
    await service.hear(OrganisationResumed(state=relation))
    assert await answers(service, view) == OPEN


async def test_a_relation_that_is_no_customer_any_more_is_not_suspended(service, view):
    gone = an_organisation_state(**RELATION).model_copy(update={"active": False})
    await service.hear(OrganisationSuspended(state=gone))
    assert await answers(service, view) == OPEN
    assert KVK != RELATION_KVK
