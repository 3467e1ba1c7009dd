"""What a change of a credential would end, asked over HTTP."""

from uuid import uuid4

import pytest

from contracts.authorizations import ListLosses, Losses
from contracts.chain import ListUnlinked, Unlinked
from contracts.message import Refusal


async def asked(gate, language="nl", **params):
    headers = gate.person() | {"Accept-Language": language}
    return await gate.client.get("/v1/consequences", params={"personId": str(uuid4()), **params}, headers=headers)


@pytest.mark.rule("SP-12", "SP-35")
async def test_consequences_are_asked_of_a_level_or_a_type(gate):
    gate.peer.answers |= {ListLosses: lambda *_: Losses(), ListUnlinked: lambda *_: Unlinked()}
    for language, names in (("nl", "niveau (level) of het type (type)"), ("en", "the level or the type")):
        refused = await asked(gate, language)
        assert refused.status_code == 400
        (fault,) = refused.json()["errors"]
        assert (fault["location"], fault["code"]) == ("query", "change_missing")
        assert names in fault["text"]
    assert gate.peer.of(ListLosses) == []
    for change in ({"level": "EH2+"}, {"type": "belastingdienst"}):
        assert (await asked(gate, **change)).status_code == 200


@pytest.mark.rule("SP-12", "SP-35")
async def test_consequences_for_an_unknown_person_do_not_exist(gate):
    gate.peer.answers |= {ListLosses: lambda *_: Refusal(code="unknown"), ListUnlinked: lambda *_: Unlinked()}
    assert (await asked(gate, level="EH2+")).status_code == 404
