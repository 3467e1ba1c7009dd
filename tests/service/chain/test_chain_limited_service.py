"""What a lower level or another type of a credential does to chain authorizations."""

import pytest

from contracts.chain import ChainUsersChanged, ListUnlinked
from contracts.identity import CredentialConverted, CredentialDowngraded, CredentialType
from contracts.message import Refusal
from contracts.values import Level, Role
from tests.service.chain.chain_world import FOREIGNER
from tests.unit.chain.chain_builders import USER, a_credential, a_relation, an_admin


@pytest.mark.rule("SP-12", "SP-35", "ID-149", "CH-91")
@pytest.mark.parametrize(
    ("event", "changes"),
    [
        (CredentialConverted, {"type": CredentialType.BELASTINGDIENST}),
        (CredentialDowngraded, {"level": Level.EH2_PLUS}),
    ],
)
async def test_a_person_whose_credential_fits_no_more_is_unlinked_everywhere(world, event, changes):
    id_ = await world.active()
    state = await world.database["credentials"].find_one({"person_id": USER})
    await world.hear(event(state=a_credential(USER, id=state["_id"], **changes)))
    await world.settle()

    assert (await world.one(id_)).users == ()
    assert len(await world.sent(ChainUsersChanged)) == 1
    assert await world.dead_letters() == []


@pytest.mark.rule("SP-12", "SP-35")
async def test_the_links_that_would_end_are_told_beforehand_to_administrators(world):
    await world.active()

    async def told(actor=None, **change):
        found = await world.query(ListUnlinked(actor=actor or an_admin(), person_id=USER, **change))
        return found if isinstance(found, Refusal) else (found.total, [one.kvk_number for one in found.relations])

    number = a_relation().kvk_number
    assert await told() == (0, [])
    assert await told(level=Level.EH2_PLUS) == (1, [number])
    assert await told(to_type=CredentialType.BELASTINGDIENST) == (1, [number])
    assert await told(an_admin(role=Role.USER, person_id=USER)) == Refusal(code="not_allowed")
    assert await told(FOREIGNER, level=Level.EH2_PLUS) == Refusal(code="unknown")
