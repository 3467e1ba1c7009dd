"""What a lower level or another type of a credential does to chain authorizations."""

import pytest

from contracts.chain import ChainUsersChanged
from contracts.identity import CredentialConverted, CredentialDowngraded, CredentialType
from contracts.values import Level
from tests.unit.chain.chain_builders import USER, a_credential


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
