"""A company that ended according to the trade register: nothing is done for it, nothing of it is lost."""

import pytest

from contracts.chain import (
    ApproveAgreement,
    ChainAuthorizationActivated,
    ChainAuthorizationRemoved,
    DeleteChainAuthorization,
    LinkUsers,
    Relation,
)
from contracts.identity import OrganisationChanged, OrganisationResumed, OrganisationSuspended
from contracts.message import Done, Refusal
from tests.service.chain.chain_world import OTHER_ORGANISATION, STAFF
from tests.unit.chain.chain_builders import USER, an_admin, an_organisation

ENDED = {"active": False, "suspended": True}
RSIN = "123456782"
NOT_ALLOWED = Refusal(code="not_allowed")
SUSPENDED = Refusal(code="organisation_suspended")
OTHER = {"id": OTHER_ORGANISATION, "kvk_number": "90000102", "name": "Ander Kantoor"}

pytestmark = pytest.mark.rule("CH-02", "CH-11")


async def test_administrators_of_a_suspended_intermediary_do_nothing_until_it_is_resumed(world):
    id_ = await world.active(person_ids=())
    await world.hear(OrganisationSuspended(state=an_organisation(**ENDED)))
    link = LinkUsers(actor=an_admin(), chain_authorization_id=id_, person_ids=(USER,))
    for command in (link, DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_)):
        assert await world.command(command) == NOT_ALLOWED
    assert await world.ask() == NOT_ALLOWED
    assert await world.one(id_) == NOT_ALLOWED
    await world.settle()
    assert await world.sent(ChainAuthorizationRemoved) == [], "nothing of it is removed"

    await world.hear(OrganisationResumed(state=an_organisation()))
    assert (await world.one(id_)).status == "active"
    assert await world.command(link) == Done()


@pytest.mark.rule("ST-53", "CH-75")
@pytest.mark.parametrize(
    ("relation", "who"),
    [
        (None, an_organisation()),
        (Relation(kvk_number="90000102", name="Ander Kantoor"), an_organisation(**OTHER)),
        (Relation(fiscal_number=RSIN, name="Ander Kantoor"), an_organisation(**OTHER, rsin=RSIN)),
    ],
    ids=["intermediary", "relation by KvK number", "relation by RSIN"],
)
async def test_an_agreement_of_a_company_that_ended_is_not_approved_until_it_is_resumed(world, relation, who):
    id_ = await world.asked(relation)
    await world.hear(OrganisationChanged(state=who))
    await world.hear(OrganisationSuspended(state=who.model_copy(update=ENDED)))
    assert await world.returned(id_) == Done(), "the relation's answer is not lost"
    approval = ApproveAgreement(actor=STAFF, chain_authorization_id=id_)
    assert await world.command(approval) == SUSPENDED
    assert await world.sent(ChainAuthorizationActivated) == []

    await world.hear(OrganisationResumed(state=who))
    assert await world.command(approval) == Done()
    assert len(await world.sent(ChainAuthorizationActivated)) == 1
