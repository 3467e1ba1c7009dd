"""A relation's fiscal number over HTTP: in clear for people, sealed for chain and by chain (S38)."""

from datetime import date
from uuid import uuid4

import pytest

from chassis.sealed import Sealer
from chassis.time import real_now
from contracts.authorizations import ListLosses, Losses
from contracts.chain import (
    ChainAuthorizationPage,
    ChainAuthorizationView,
    GetChainAuthorization,
    InvitationView,
    ListChainAuthorizations,
    ListReceivedAgreements,
    ListUnlinked,
    ReadInvitation,
    ReceivedAgreement,
    ReceivedAgreementPage,
    Relation,
    RequestChainAuthorization,
    Requested,
    Unlinked,
)
from contracts.message import BlobReference
from tests.gateway.test_gateway_routes import CONTACT, TERMS

BSN, OTHER = "123456782", "987654329"
KVK = Relation(kvk_number="69599084", name="Bakker")
BY_KVK = {"kvkNumber": "69599084", "fiscalNumber": None, "name": "Bakker"}
BY_FISCAL = {"kvkNumber": None, "fiscalNumber": BSN, "name": "Maatschap"}

pytestmark = [pytest.mark.rule("CH-14"), pytest.mark.security("S38")]


def chain_of(gate):
    return Sealer(gate.gateway.settings.sealing_keys, "chain")


def sealed(gate, envelope, place, number=BSN, name="Maatschap"):
    """Return a relation as chain answers it."""
    field = f"{place}.fiscal_number"
    text = chain_of(gate).seal(number, to="gateway", message_id=envelope.id, field=field)
    return Relation(fiscal_number=text, name=name)


def a_view(relation):
    return ChainAuthorizationView(
        chain_authorization_id=uuid4(), version=7, relation=relation, status="sent", scope={"general": True}, users=(),
        period=None, ends_on=None, contact=CONTACT, language="nl", reference=None, sent_at=real_now(),
    )  # fmt: skip


async def shown(gate, path, headers=None, **params):
    answer = await gate.client.get(f"/v1/{path}", headers=headers or gate.person(), params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_request_carries_the_number_sealed_for_chain(gate):
    gate.peer.answers[RequestChainAuthorization] = lambda *_: Requested(chain_authorization_id=uuid4())
    body = {"relation": {"fiscalNumber": BSN, "name": "Maatschap"}, "contact": CONTACT, "terms": TERMS}
    answer = await gate.client.post("/v1/chain-authorizations", json=body, headers=gate.person())
    assert answer.status_code == 201, answer.text
    ((envelope, command),) = gate.peer.of(RequestChainAuthorization)
    assert BSN not in command.model_dump_json()
    number = chain_of(gate).open(command.relation.fiscal_number, message_id=envelope.id, field="relation.fiscal_number")
    assert (number, command.relation.name, command.relation.kvk_number) == (BSN, "Maatschap", None)


@pytest.mark.rule("SP-74")
async def test_a_number_that_fails_the_eleven_test_is_refused_without_being_told(gate):
    body = {"relation": {"fiscalNumber": "123456789", "name": "Maatschap"}, "contact": CONTACT, "terms": TERMS}
    answer = await gate.client.post("/v1/chain-authorizations", json=body, headers=gate.person())
    assert answer.status_code == 400
    assert "123456789" not in answer.text
    assert gate.peer.of(RequestChainAuthorization) == []


@pytest.mark.rule("CH-78", "CH-82")
async def test_the_overview_is_searched_by_a_sealed_text_and_shows_numbers_in_clear(gate):
    def page(_, envelope):
        rows = (a_view(KVK), a_view(sealed(gate, envelope, "rows.1.relation")))
        return ChainAuthorizationPage(rows=rows)

    gate.peer.answers[ListChainAuthorizations] = page
    found = await shown(gate, "chain-authorizations", tab="pending", search=BSN)
    assert [row["relation"] for row in found["rows"]] == [BY_KVK, BY_FISCAL]
    ((envelope, query),) = gate.peer.of(ListChainAuthorizations)
    assert chain_of(gate).open(query.search, message_id=envelope.id, field="search") == BSN
    await shown(gate, "chain-authorizations")
    assert gate.peer.of(ListChainAuthorizations)[-1][1].search is None


async def test_one_request_and_what_a_relation_reads_show_the_number(gate):
    gate.peer.answers[GetChainAuthorization] = lambda _, envelope: a_view(sealed(gate, envelope, "relation"))
    gate.peer.answers[ReadInvitation] = lambda _, envelope: InvitationView(
        chain_authorization_id=uuid4(), status="sent", relation=sealed(gate, envelope, "relation"),
        intermediary_name="Kantoor", sender={"name": "Anna", "email": "anna@example.org"}, scope={"general": True},
        years=5, end=None, language="nl", answer_by=date(2027, 2, 22), agreement=None,
    )  # fmt: skip
    assert (await shown(gate, f"chain-authorizations/{uuid4()}"))["relation"] == BY_FISCAL
    assert (await shown(gate, f"invitations/{'t' * 43}"))["relation"] == BY_FISCAL


async def test_the_back_office_and_the_consequences_show_each_number_in_its_row(gate):
    blob = BlobReference(id=uuid4(), sha256="0" * 64, size=1, media_type="application/pdf", name="x.pdf")

    def queue(_, envelope):
        relations = (sealed(gate, envelope, "rows.0.relation"), KVK, sealed(gate, envelope, "rows.2.relation", OTHER))
        return ReceivedAgreementPage(
            rows=tuple(
                ReceivedAgreement(
                    chain_authorization_id=uuid4(), relation=relation, intermediary_name="Kantoor", status="received",
                    received_at=real_now(), agreement=blob,
                )
                for relation in relations
            )
        )  # fmt: skip

    gate.peer.answers[ListReceivedAgreements] = queue
    gate.peer.answers[ListLosses] = lambda *_: Losses()
    gate.peer.answers[ListUnlinked] = lambda _, envelope: Unlinked(
        relations=(KVK, sealed(gate, envelope, "relations.1")), total=2
    )
    found = await shown(gate, "received-agreements", gate.staff())
    assert [row["relation"]["fiscalNumber"] for row in found["rows"]] == [BSN, None, OTHER]
    lost = await shown(gate, "consequences", personId=str(uuid4()), level="EH2")
    assert lost["relations"] == [BY_KVK, BY_FISCAL]


async def test_a_number_that_was_sealed_for_another_answer_is_not_shown(gate):
    gate.peer.answers[GetChainAuthorization] = lambda _, envelope: a_view(sealed(gate, envelope, "rows.0.relation"))
    answer = await gate.client.get(f"/v1/chain-authorizations/{uuid4()}", headers=gate.person())
    assert answer.status_code == 500
    assert BSN not in answer.text
