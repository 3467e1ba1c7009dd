"""Links that people copy: through the login page to the page itself, and nowhere else."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from chassis.time import real_now
from contracts.chain import (
    IssuedChainAuthorizationPage,
    IssuedChainAuthorizationView,
    ListIssuedChainAuthorizations,
    Origin,
    Scope,
)
from contracts.identity import CompleteLogin, Destination, LoginStarted, StartLogin, Tokens
from contracts.values import Period
from tests.gateway.conftest import Gate, gateway_settings, running
from tests.gateway.peer import Peer
from tests.gateway.people import bearer, token

SUPPLIERS = {
    "zlogin": ("https://zlogin.example/inloggen", "/module/ketenmachtigingen/afgegeven"),
    "weid": ("https://we-id.example/inloggen", "/module/ketenmachtigingen/afgeven"),
}
EVIL = "https://evil.example/inloggen"
GIVEN = IssuedChainAuthorizationView(
    chain_authorization_id=uuid4(), intermediary_kvk_number="68750110", intermediary_name="Kantoor De Boer",
    status="active", scope=Scope(general=True), period=Period(start="2026-11-22", end="2031-11-22"), ends_on=None,
    origin=Origin.REQUESTED,
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=sorted(SUPPLIERS))
async def supplier(mongo, kafka, request):
    settings = gateway_settings(mongo, kafka, profile=request.param)
    async with running(settings) as (client, gateway), Peer(settings) as peer:
        gate = Gate(client, gateway, peer)
        gate.login_page, gate.link = SUPPLIERS[request.param]
        yield gate


def tokens_for(gate, access):
    """Answer as identity does: with the destination that the login was begun with."""

    def answer(_, envelope):
        sealed = {
            name: gate.gateway.sealer.seal(text, to="gateway", message_id=envelope.id, field=name)
            for name, text in {"access_token": access, "refresh_token": "r"}.items()
        }
        ((_, begun),) = gate.peer.of(StartLogin)
        return Tokens(expires_in=300, destination=begun.destination, **sealed)

    return answer


async def begin(gate, **more):
    login = LoginStarted(login_id=uuid4(), second_factor="sms", expires_at=real_now())
    gate.peer.heard.clear()
    gate.peer.answers[StartLogin] = lambda *_: login
    gate.peer.answers[CompleteLogin] = tokens_for(gate, token(gate.deployment, acr="EH3"))
    body = {"userName": "anna", "password": "geheim genoeg", **more}
    return login.login_id, await gate.client.post("/v1/logins", json=body)


@pytest.mark.rule("GW-22", "GW-19", "CF-48", "CH-86")
async def test_a_copied_link_leads_over_the_login_page_to_exactly_that_page(supplier):
    away = await supplier.client.get(supplier.link)
    assert away.status_code == 302
    assert away.headers["location"].partition("?")[0] == supplier.login_page
    (destination,) = parse_qs(urlsplit(away.headers["location"]).query)["destination"]

    login_id, begun = await begin(supplier, destination=destination)
    assert begun.status_code == 201
    done = (await supplier.client.post(f"/v1/logins/{login_id}/sessions", json={"code": "123456"})).json()
    assert done["destination"] == supplier.link

    supplier.peer.answers[ListIssuedChainAuthorizations] = lambda *_: IssuedChainAuthorizationPage(rows=(GIVEN,))
    there = await supplier.client.get(
        done["destination"], headers=bearer(done["accessToken"]), follow_redirects=True
    )  # fmt: skip
    assert there.status_code == 200
    assert [row["chainAuthorizationId"] for row in there.json()["rows"]] == [str(GIVEN.chain_authorization_id)]
    assert [row["origin"] for row in there.json()["rows"]] == ["requested"]


@pytest.mark.rule("GW-22")
async def test_a_login_that_was_begun_for_no_page_leads_to_none(supplier):
    login_id, _ = await begin(supplier)
    done = await supplier.client.post(f"/v1/logins/{login_id}/sessions", json={"code": "123456"})
    assert (done.status_code, done.json()["destination"]) == (201, None)


@pytest.mark.rule("GW-22")
@pytest.mark.security("S32")
async def test_no_link_and_no_login_leads_to_an_address_of_somebody_else(supplier):
    for wanted in (EVIL, "//evil.example", supplier.link, "/v1/issued-chain-authorizations", "", 1, ["x"]):
        _, refused = await begin(supplier, destination=wanted)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input"), wanted
        assert supplier.peer.of(StartLogin) == []
    away = await supplier.client.get(supplier.link, params={"destination": EVIL, "next": EVIL})
    (destination,) = parse_qs(urlsplit(away.headers["location"]).query)["destination"]
    assert away.headers["location"].partition("?")[0] == supplier.login_page
    assert destination == Destination.ISSUED_CHAIN_AUTHORIZATIONS
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    forged = await supplier.client.get(supplier.link, headers=headers)
    assert forged.headers["location"] == away.headers["location"]
    for page in ("https:%2F%2Fevil.example", "%2F%2Fevil.example", "%5Cevil.example", "van-relaties", "%0d%0aX-A:b"):
        lost = await supplier.client.get(f"/module/ketenmachtigingen/{page}")
        assert (lost.status_code, "location" in lost.headers) == (404, False), page


@pytest.mark.rule("GW-22", "GW-21")
async def test_a_link_with_a_session_that_has_ended_is_refused(supplier):
    answer = await supplier.client.get(supplier.link, headers=bearer("x.y.z"))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
