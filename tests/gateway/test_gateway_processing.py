"""What was accepted and is not confirmed yet is shown as being processed (SP-07)."""

from datetime import date
from uuid import uuid4

import pytest

from contracts.authorizations import (
    Applied,
    AwaitApplied,
    GrantAuthorizations,
    Granted,
    HolderGrant,
    HolderGrantPage,
    ListHolderGrants,
)
from contracts.identity import ChangeMobile, CredentialDetail, EndCredential, GetCredential
from contracts.message import Done, Refusal
from tests.gateway.later import outcome_of, same_person
from tests.gateway.peer import SILENT, WROTE


def a_holder(credential_id, person_id, envelope, gate):
    sealer = type(gate.gateway.sealer)(gate.gateway.settings.sealing_keys, "identity")
    mobile = sealer.seal("+31612345678", to="gateway", message_id=envelope.id, field="mobile")
    return CredentialDetail(
        credential_id=credential_id, person_id=person_id, name={"initials": "B.", "surname": "Bakker"},
        birth_date=date(1990, 5, 17), email="b@example.org", language="nl", mobile=mobile, user_name=None, role="user",
        level="EH3", type="regular", status="active", second_factor="sms", activate_by=None, is_self=False,
    )  # fmt: skip


@pytest.mark.rule("SP-07")
async def test_a_mobile_number_is_being_processed_until_identity_has_confirmed_it(gate):
    id_, person = uuid4(), uuid4()
    gate.peer.answers[GetCredential] = lambda query, envelope: a_holder(query.credential_id, person, envelope, gate)
    gate.peer.answers[ChangeMobile] = lambda *_: SILENT
    me = same_person(gate)

    async def label(of=id_, language="nl", headers=me):
        shown = await gate.client.get(f"/v1/credentials/{of}", headers=headers | {"Accept-Language": language})
        return shown.json()["processing"]

    assert await label() is None
    answer = await gate.client.put(f"/v1/credentials/{id_}/mobile", json={"mobile": "+31687654321"}, headers=me)
    assert answer.status_code == 202
    assert (await label(), await label(language="en")) == ("wordt verwerkt", "being processed")
    assert await label(of=uuid4()) is None
    assert await label(headers=gate.person(tenant=str(uuid4()))) is None
    gate.peer.answers[ChangeMobile] = lambda *_: Done()
    assert (await outcome_of(gate, answer, me))["status"] == "done"
    assert await label() is None


@pytest.mark.rule("SP-07")
async def test_an_authorization_is_being_processed_until_its_owner_has_confirmed_it(gate):
    id_, person, asked, other = (uuid4() for _ in range(4))
    texts = {"nl": "Dienst", "en": "Service"}

    def a_row(service):
        return HolderGrant(
            authorization_id=uuid4(), service_uuid=service, name=texts, provider_name=texts,
            start=date(2026, 1, 1), end=date(2030, 1, 1),
        )  # fmt: skip

    rows = a_row(asked), a_row(other)
    gate.peer.answers[GetCredential] = lambda query, envelope: a_holder(query.credential_id, person, envelope, gate)
    gate.peer.answers[ListHolderGrants] = lambda *_: HolderGrantPage(rows=rows)
    gate.peer.answers[GrantAuthorizations] = lambda *_: SILENT
    me = same_person(gate)

    async def labels():
        shown = (await gate.client.get(f"/v1/credentials/{id_}/authorizations", headers=me)).json()
        return shown["processing"], [row["processing"] for row in shown["rows"]]

    assert await labels() == (None, [None, None])
    body = {"personIds": [str(person)], "serviceUuids": [str(asked)]}
    answer = await gate.client.post("/v1/authorizations", json=body, headers=me)
    assert answer.status_code == 202, answer.text
    assert await labels() == ("wordt verwerkt", ["wordt verwerkt", None])
    gate.peer.answers[GrantAuthorizations] = lambda *_: Granted(grant_ids=(uuid4(),))
    assert (await outcome_of(gate, answer, me))["status"] == "done"
    assert await labels() == (None, [None, None])


@pytest.mark.rule("SP-07", "SP-125")
async def test_a_credential_that_ends_is_being_processed_until_decisions_know_it(gate):
    id_ = uuid4()
    gate.peer.answers[GetCredential] = lambda query, envelope: a_holder(query.credential_id, uuid4(), envelope, gate)
    gate.peer.answers[EndCredential] = lambda *_: (Done(), [WROTE])
    gate.peer.answers[AwaitApplied] = lambda *_: Refusal(code="not_applied_yet")
    me = same_person(gate)
    answer = await gate.client.delete(f"/v1/credentials/{id_}?confirmed=true", headers=me)
    assert answer.status_code == 202
    shown = await gate.client.get(f"/v1/credentials/{id_}", headers=me)
    assert shown.json()["processing"] == "wordt verwerkt"
    gate.peer.answers[AwaitApplied] = lambda *_: Applied()
    assert (await outcome_of(gate, answer, me))["status"] == "done"
    assert (await gate.client.get(f"/v1/credentials/{id_}", headers=me)).json()["processing"] is None
