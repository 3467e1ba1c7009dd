"""A copied link to the page of issued chain authorizations, from a browser without a session to the page itself."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from stack.demo import requesting
from stack.demo.api import Api
from stack.demo.journal import Journal
from stack.demo.login import Desk, digits
from stack.demo.people import BRAM, INTERMEDIARY, SECOND, Memory
from stack.system import Stack

LINKS = {"zlogin": "/module/ketenmachtigingen/afgegeven", "weid": "/module/ketenmachtigingen/afgeven"}


async def given_by_bram(desk: Desk) -> requesting.Journey:
    """Let Anna ask the organisation of Bram, which signs."""
    await desk.present.pass_seconds(600)  # a number gets three codes in ten minutes; two proved it and tried it
    journey = await requesting.start(desk, Journal(desk.stack.profile))
    journey.services = (await journey.anna.get("/v1/services", text="belasting", chainOnly="true"))["rows"][:2]
    quotation = await requesting.quote(journey, 1)
    body = requesting.body(journey, quotation["token"], SECOND)
    journey.id = (await journey.anna.post("/v1/chain-authorizations", body))["chainAuthorizationId"]
    await requesting.sign(journey)
    await requesting.approve(journey)
    return journey


async def log_in_for(desk: Desk, destination: str) -> dict:
    """Log Bram in as the login page does that was told a destination."""
    await desk.present.pass_seconds(60)
    seen = await desk.arrivals.all("messages", BRAM.mobile)
    begun = await desk.api.post(
        "/v1/logins",
        {"userName": "bram", "password": desk.memory.passwords["bram"], "destination": destination},
    )
    text = (await desk.arrivals.newest("messages", BRAM.mobile, seen[-1]["number"]))["text"]
    return await desk.api.post(f"/v1/logins/{begun['loginId']}/sessions", {"code": digits(text, 6)})


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("profile", sorted(LINKS))
@pytest.mark.rule("GW-22", "CH-86", "CF-48")
@pytest.mark.security("S21", "S32")
async def test_a_copied_link_leads_the_giver_to_what_was_given(tmp_path, profile):
    stack = Stack(data=tmp_path, profile=profile, time="ticks", demo=True)
    async with stack, Api(stack.gateway_url) as api, httpx.AsyncClient() as browser:
        desk = Desk(stack, api, Memory.of(tmp_path))
        journey = await given_by_bram(desk)
        supplier = await api.get("/v1/supplier")

        away = await browser.get(f"{stack.gateway_url}{LINKS[profile]}")
        assert away.status_code == 302
        assert away.headers["location"].partition("?")[0] == supplier["loginUrl"]
        (destination,) = parse_qs(urlsplit(away.headers["location"]).query)["destination"]
        session = await log_in_for(desk, destination)
        assert session["destination"] == LINKS[profile]

        link, own = (
            f"{stack.gateway_url}{session['destination']}",
            {"Authorization": f"Bearer {session['accessToken']}"},
        )
        there = await browser.get(link, headers=own, follow_redirects=True)
        (row,) = there.json()["rows"]
        assert (row["chainAuthorizationId"], row["intermediaryKvkNumber"]) == (journey.id, INTERMEDIARY)
        assert (row["status"], row["origin"]) == ("active", "requested")
        assert (await journey.anna.get("/v1/issued-chain-authorizations"))["rows"] == []
        elsewhere = {"userName": "bram", "password": "x", "destination": "https://evil.example"}
        refused = await browser.post(f"{stack.gateway_url}/v1/logins", json=elsewhere)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
