"""The detail of a credential: for administrators each of the organisation, for everybody the own."""

import pytest

from contracts.identity import CredentialStatus, GetCredential, LinkPerson, LinkTo
from contracts.message import Refusal
from contracts.values import Level, Role
from tests.service.identity.organisations import FIRST, actor_of, offices

BANK = "90000102"


async def detail(journey, actor, credential):
    return await journey.service.query(GetCredential(actor=actor, credential_id=credential.id))


@pytest.mark.rule("ID-27", "ID-193")
@pytest.mark.security("S21")
async def test_a_regular_user_reads_the_own_credential_and_nobody_elses(each_supplier):
    office, (here, there), boss = await offices(each_supplier, BANK)
    user, other = await office.user(here, level=Level.EH2), await office.user(here)
    foreign = await office.user(there)
    own = await detail(each_supplier, actor_of(user), user)
    assert (own.credential_id, own.is_self, own.email) == (user.id, True, user.email)
    assert not (await detail(each_supplier, boss, user)).is_self
    for refused in (other, foreign):
        assert await detail(each_supplier, actor_of(user), refused) == Refusal(code="not_allowed")
    assert await detail(each_supplier, boss, foreign) == Refusal(code="unknown")
    assert await detail(each_supplier, FIRST, user) == Refusal(code="not_allowed")


@pytest.mark.rule("ID-27")
@pytest.mark.security("S22")
async def test_the_own_credential_is_read_where_one_acts_and_while_it_is_in_use(journey):
    office, (here, there), _ = await offices(journey, BANK)
    mine, also = await office.person((here, {}), (there, {}))
    assert await detail(journey, actor_of(mine), also) == Refusal(code="unknown")
    assert (await detail(journey, actor_of(also), also)).credential_id == also.id
    await office.change(mine, status=CredentialStatus.ENDED)
    assert await detail(journey, actor_of(mine), mine) == Refusal(code="not_allowed")


@pytest.mark.rule("ID-111", "ID-199")
async def test_the_detail_says_that_a_change_is_pending_as_the_overview_does(journey):
    office, (here, there), actor = await offices(journey, BANK)
    user = await office.user(here)
    assert not (await detail(journey, actor, user)).change_pending
    to = (LinkTo(organisation_id=there.id, role=Role.USER),)
    asked = await journey.send(LinkPerson(actor=actor, credential_id=user.id, to=to, agreed=True))
    listed = (await office.overview(actor))[user.id].change_pending
    assert ((await detail(journey, actor, user)).change_pending, listed) == (True, True)
    await office.processed(asked.mutation_id)
    assert not (await detail(journey, actor, user)).change_pending
