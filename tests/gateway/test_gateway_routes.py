"""What routes make of requests and answers: sealed secrets, names of the trade register, versions, shapes."""

import json
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from chassis.sealed import Sealer
from chassis.time import real_now
from contracts.authorizations import Decide, Decision, Reason
from contracts.billing import Item, Quotation, QuotationLine, QuotationMade, Quote
from contracts.chain import (
    ChainAuthorizationView,
    DeleteChainAuthorization,
    GetChainAuthorization,
    RequestChainAuthorization,
    Requested,
    UnlinkUsers,
)
from contracts.identity import (
    ClientToken,
    CompanyView,
    CompleteLogin,
    IssueClientToken,
    LoginStarted,
    LookUpCompany,
    RefreshSession,
    StartActivation,
    StartLogin,
    Tokens,
    letter_code_key,
)
from contracts.message import Done, Refusal
from contracts.values import Period
from tests.gateway.people import OIN, b64, token

COMPANY = CompanyView(
    kvk_number="69599084", name="Relatie BV", legal_form="bv", address="x", branch_count=1, active=True
)
CONTACT = {"name": {"initials": "A", "surname": "Bakker"}, "email": "a@example.org", "phone": "+31612345678"}
TERMS = {
    "scope": {"general": True}, "sender": {"name": "Anna", "email": "anna@example.org"}, "language": "nl",
    "quotation": "q",
}  # fmt: skip


def sealed_tokens(gate, access):
    def answer(_, envelope):
        sealer = gate.gateway.sealer
        texts = {"access_token": access, "refresh_token": "refresh-me"}
        return Tokens(expires_in=300, **{
            name: sealer.seal(text, to="gateway", message_id=envelope.id, field=name) for name, text in texts.items()
        })  # fmt: skip

    return answer


def opened(gate, envelope, sealed, field, service="identity"):
    return Sealer(gate.gateway.settings.sealing_keys, service).open(sealed, message_id=envelope.id, field=field)


@pytest.mark.rule("ID-178", "ID-179")
async def test_a_login_in_two_steps_gives_tokens(gate):
    login = LoginStarted(login_id=uuid4(), second_factor="sms", expires_at=real_now())
    gate.peer.answers[StartLogin] = lambda *_: login
    started = await gate.client.post("/v1/logins", json={"userName": "anna", "password": "geheim genoeg"})
    assert started.status_code == 201
    assert set(started.json()) == {"loginId", "secondFactor", "expiresAt"}
    ((envelope, command),) = gate.peer.of(StartLogin)
    assert opened(gate, envelope, command.password, "password") == "geheim genoeg"
    assert command.device == gate.client.cookies["__Host-device"]

    session = str(uuid4())
    access = token(gate.deployment, sid=session)
    gate.peer.answers[CompleteLogin] = sealed_tokens(gate, access)
    done = await gate.client.post(f"/v1/logins/{login.login_id}/sessions", json={"code": "123456"})
    assert done.status_code == 201
    assert done.json() == {
        "accessToken": access, "refreshToken": "refresh-me", "tokenType": "Bearer", "expiresIn": 300,
        "sessionId": session, "destination": None,
    }  # fmt: skip
    ((envelope, command),) = gate.peer.of(CompleteLogin)
    assert opened(gate, envelope, command.code, "code") == "123456"

    gate.peer.answers[RefreshSession] = sealed_tokens(gate, access)
    again = await gate.client.post(f"/v1/sessions/{session}/tokens", json={"refreshToken": "refresh-me"})
    assert again.status_code == 201
    ((envelope, command),) = gate.peer.of(RefreshSession)
    assert (str(command.session_id), opened(gate, envelope, command.refresh_token, "refresh_token")) == (
        session,
        "refresh-me",
    )


async def test_wrong_credentials_are_401(gate):
    gate.peer.answers[StartLogin] = lambda *_: Refusal(code="wrong_credentials")
    answer = await gate.client.post("/v1/logins", json={"userName": "anna", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


async def test_a_letter_code_is_looked_up_by_its_hash(gate):
    await gate.client.post("/v1/activations", json={"letterCode": "abcd-efgh"})
    ((envelope, command),) = gate.peer.of(StartActivation)
    assert command.letter_code_hash == letter_code_key("ABCDEFGH")
    assert opened(gate, envelope, command.letter_code, "letter_code") == "abcd-efgh"


@pytest.mark.rule("CH-13")
async def test_the_trade_register_names_the_relation(gate):
    gate.peer.answers[LookUpCompany] = lambda *_: COMPANY
    id_ = uuid4()
    gate.peer.answers[RequestChainAuthorization] = lambda *_: Requested(
        chain_authorization_id=id_, warnings=("exists",)
    )
    body = {"relation": {"kvkNumber": "69599084", "name": "Iets anders"}, "contact": CONTACT, "terms": TERMS}
    answer = await gate.client.post("/v1/chain-authorizations", json=body, headers=gate.person())
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"chainAuthorizationId": str(id_), "warnings": ["exists"]}
    assert answer.headers["location"] == f"/v1/chain-authorizations/{id_}"
    ((_, command),) = gate.peer.of(RequestChainAuthorization)
    assert command.relation.name == "Relatie BV"


@pytest.mark.rule("CH-13", "CH-14")
async def test_an_unknown_number_is_refused_and_a_fiscal_number_needs_no_register(gate):
    gate.peer.answers[LookUpCompany] = lambda *_: Refusal(code="company_unknown")
    gate.peer.answers[RequestChainAuthorization] = lambda *_: Requested(chain_authorization_id=uuid4())
    body = {"relation": {"kvkNumber": "69599084"}, "contact": CONTACT, "terms": TERMS}
    refused = await gate.client.post("/v1/chain-authorizations", json=body, headers=gate.person())
    assert (refused.status_code, refused.json()["code"]) == (404, "company_unknown")
    assert gate.peer.of(RequestChainAuthorization) == []
    body["relation"] = {"fiscalNumber": "123456782", "name": "Maatschap"}
    assert (await gate.client.post("/v1/chain-authorizations", json=body, headers=gate.person())).status_code == 201
    body["relation"] = {"fiscalNumber": "123456782", "kvkNumber": "69599084", "name": "Beide"}
    assert (await gate.client.post("/v1/chain-authorizations", json=body, headers=gate.person())).status_code == 400


def a_view(id_):
    return ChainAuthorizationView(
        chain_authorization_id=id_, version=7, relation={"kvk_number": "69599084", "name": "Relatie BV"},
        status="active",
        scope={"general": True}, users=(), period=Period(start=date(2026, 1, 1), end=date(2030, 12, 31)), ends_on=None,
        contact={"name": {"initials": "A", "surname": "B"}, "email": "a@example.org", "phone": "+31612345678"},
        language="nl", reference=None, sent_at=real_now(),
    )  # fmt: skip


@pytest.mark.rule("SP-130")
async def test_what_was_seen_is_named_by_its_etag(gate):
    id_ = uuid4()
    gate.peer.answers[GetChainAuthorization] = lambda *_: a_view(id_)
    path = f"/v1/chain-authorizations/{id_}"
    seen = await gate.client.get(path, headers=gate.person())
    assert seen.headers["etag"] == '"7"'
    assert seen.json()["period"] == {"start": "2026-01-01", "end": "2030-12-31"}
    gate.peer.answers[DeleteChainAuthorization] = lambda *_: Refusal(code="stale_version")
    stale = await gate.client.delete(path, params={"on": "2027-01-31"}, headers={**gate.person(), "If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    ((_, command),) = gate.peer.of(DeleteChainAuthorization)
    assert (command.seen_version, command.on) == (7, date(2027, 1, 31))
    for wrong in ("7", '"x"', '"-1"', "W/7"):
        assert (await gate.client.delete(path, headers={**gate.person(), "If-Match": wrong})).status_code == 400


async def test_several_users_are_unlinked_by_the_query(gate):
    gate.peer.answers[UnlinkUsers] = lambda *_: Done()
    people = [uuid4(), uuid4()]
    path = f"/v1/chain-authorizations/{uuid4()}/users"
    answer = await gate.client.delete(path, params={"personIds": [str(one) for one in people]}, headers=gate.person())
    assert answer.status_code == 204
    ((_, command),) = gate.peer.of(UnlinkUsers)
    assert list(command.person_ids) == people
    assert (await gate.client.delete(path, headers=gate.person())).status_code == 400


@pytest.mark.rule("SP-132")
async def test_a_machine_client_asks_for_decisions(gate):
    gate.peer.answers[Decide] = lambda *_: Decision(permitted=True, reason=Reason.CHAIN, level="EH3")
    body = {"personId": str(uuid4()), "kvkNumber": "69599084", "serviceUuid": str(uuid4()), "onBehalfOf": "11111111"}
    answer = await gate.client.post("/v1/decisions", json=body, headers=gate.machine())
    assert (answer.status_code, answer.json()) == (200, {"permitted": True, "reason": "chain", "level": "EH3"})
    ((_, query),) = gate.peer.of(Decide)
    assert (query.actor.oin, query.on_behalf_of) == (OIN, "11111111")


def an_assertion(subject):
    return ".".join(b64(json.dumps(part).encode()) for part in ({"alg": "EdDSA"}, {"sub": str(subject)}, "signature"))


FORM = {
    "grant_type": "client_credentials",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
}


async def test_a_machine_client_gets_a_token_for_its_assertion(gate):
    def answer(_, envelope):
        sealed = gate.gateway.sealer.seal("the-token", to="gateway", message_id=envelope.id, field="access_token")
        return ClientToken(access_token=sealed, expires_in=300)

    gate.peer.answers[IssueClientToken] = answer
    client = uuid4()
    found = await gate.client.post("/v1/tokens", data={**FORM, "client_assertion": an_assertion(client)})
    assert found.json() == {
        "access_token": "the-token", "token_type": "Bearer", "expires_in": 300, "scope": "decisions",
    }  # fmt: skip
    ((envelope, command),) = gate.peer.of(IssueClientToken)
    assert isinstance(command.client_id, UUID)
    assert command.client_id == client
    assert opened(gate, envelope, command.assertion, "assertion") == an_assertion(client)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [({**FORM, "client_assertion": "x"}, 401, "invalid_client"),
     ({**FORM, "client_assertion": "a.b.c"}, 401, "invalid_client"),
     ({**FORM, "client_assertion": an_assertion("me")}, 401, "invalid_client"),
     ({**FORM, "grant_type": "password", "client_assertion": "x"}, 400, "unsupported_grant_type"), (FORM, 400, None)],
)  # fmt: skip
async def test_another_form_gives_no_token(gate, form, status, error):
    answer = await gate.client.post("/v1/tokens", data=form)
    assert (answer.status_code, answer.json().get("error")) == (status, error)


async def test_an_assertion_that_identity_refuses_is_an_invalid_client(gate):
    gate.peer.answers[IssueClientToken] = lambda *_: Refusal(code="unknown")
    answer = await gate.client.post("/v1/tokens", data={**FORM, "client_assertion": an_assertion(uuid4())})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.rule("SP-111")
async def test_a_quotation_has_its_lines_and_its_token(gate):
    line = QuotationLine(item=Item.CHAIN_AUTHORIZATION, quantity=3, unit_price=1000, vat_per_mille=210, per="year")
    quotation = Quotation(
        id=uuid4(),
        organisation_id=uuid4(),
        lines=(line,),
        total=3000,
        vat=630,
        expires_at=real_now() + timedelta(minutes=30),
    )
    gate.peer.answers[Quote] = lambda *_: QuotationMade(quotation=quotation, token="signed")
    body = {"item": "chain_authorization", "quantity": 3}
    answer = await gate.client.post("/v1/quotations", json=body, headers=gate.person())
    assert answer.status_code == 201
    assert (answer.json()["token"], answer.json()["total"], answer.json()["lines"][0]["amount"]) == (
        "signed",
        3000,
        3000,
    )
    assert "organisationId" not in answer.json()


@pytest.mark.rule("SP-111", "BI-12", "BI-19", "BI-21", "ID-134")
async def test_what_the_costs_depend_on_is_asked_and_what_lacks_is_told(gate):
    asked = []

    def answer(query, *_):
        asked.append((query.item, query.level, query.years, query.second_factor, query.quantity, query.credential_type))
        return Refusal(code="quotation_details", details={"field": "credential_type"})

    gate.peer.answers[Quote] = answer
    upgrade = {"item": "upgrade", "level": "EH3", "years": 3, "secondFactor": "otp", "quantity": 2}
    for body in (upgrade, {"item": "conversion", "years": 1, "credentialType": "belastingdienst"}):
        refused = await gate.client.post("/v1/quotations", json=body, headers=gate.person())
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (400, "quotation_details")
    assert asked == [("upgrade", "EH3", 3, "otp", 2, None), ("conversion", None, 1, None, 1, "belastingdienst")]
