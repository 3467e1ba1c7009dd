"""The route of an upgrade: what is told of a person goes to identity sealed, and comes back in clear."""

from datetime import date
from uuid import uuid4

import pytest

from chassis.sealed import Sealer
from contracts.identity import MutationReceived, UpgradeCredential

LINES = ["Dorpsstraat 1 ", "", "1234 AB Utrecht"]


@pytest.mark.rule("ID-56", "ID-128")
@pytest.mark.security("S40")
async def test_the_address_of_an_upgrade_is_written_in_lines_as_everywhere(gate):
    gate.peer.answers[UpgradeCredential] = lambda *_: MutationReceived(mutation_id=uuid4())
    path, body = f"/v1/credentials/{uuid4()}/upgrades", {"level": "EH3", "years": 3, "agreed": True}
    told = {"mobile": "+31687654321", "identificationAddress": LINES, "birthDate": "1990-05-17"}
    answer = await gate.client.post(path, json=body | told, headers=gate.person())
    assert answer.status_code == 201, answer.text
    envelope, command = gate.peer.heard[-1]
    sealer = Sealer(gate.gateway.settings.sealing_keys, "identity")
    address, mobile = (
        sealer.open(getattr(command, name), message_id=envelope.id, field=name)
        for name in ("identification_address", "mobile")
    )
    assert (address, mobile) == ("Dorpsstraat 1\n1234 AB Utrecht", "+31687654321")
    assert command.birth_date == date(1990, 5, 17)
    empty = await gate.client.post(path, json=body | {"identificationAddress": [" "]}, headers=gate.person())
    assert (empty.status_code, gate.peer.heard[-1][1].identification_address) == (201, None)
    heard = len(gate.peer.heard)
    for wrong in ("Dorpsstraat 1", [f"regel {number}" for number in range(7)]):
        refused = await gate.client.post(path, json=body | {"identificationAddress": wrong}, headers=gate.person())
        assert refused.status_code == 400, wrong
    assert len(gate.peer.heard) == heard
