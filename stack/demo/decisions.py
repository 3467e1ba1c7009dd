"""Step 6: the system of a service provider asks who may act, and gets a reason each time."""

from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey

from stack.demo.api import Api, RefusedError
from stack.demo.load import TAX_AUTHORITY
from stack.demo.login import Desk
from stack.demo.people import ANNA, CARLA, DIRK, INTERMEDIARY
from stack.demo.requesting import RELATION, Journey

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE_S = 120


async def ask(journey: Journey) -> None:
    """Ask for the linked user, and for what differs from it in one thing."""
    journal = journey.journal
    journal.step("6. The tax authority asks: may this person act for that organisation at this service?")
    client = await log_in_client(journey.desk)
    yes = question(journey)
    other_service = (await journey.anna.get("/v1/services", text="belasting"))["rows"][-1]["serviceUuid"]
    journal.held("Carla, linked: yes, by chain", await decide(client, yes), (True, "chain"))
    for what, change, reason in (
        ("Anna, not linked", {"personId": journey.persons[ANNA.email]}, "chain_user_not_linked"),
        ("another service", {"serviceUuid": other_service}, "chain_service_not_in_scope"),
        ("another relation", {"onBehalfOf": "00000110"}, "no_chain_authorization"),
        ("Dirk, EH2+", {"personId": journey.persons[DIRK.email]}, "level_too_low"),
        ("Carla, who logged in at EH2+", {"level": "EH2+"}, "level_too_low"),
    ):
        journal.held(f"{what}: no, {reason}", await decide(client, {**yes, **change}), (False, reason))
    foreign = next(
        row
        for row in (await journey.anna.get("/v1/services", limit=100))["rows"]
        if row["providerOin"] != TAX_AUTHORITY
    )
    refused = await refusal(client, {**yes, "serviceUuid": foreign["serviceUuid"]})
    journal.held("about another provider's service it may not even ask", refused, "foreign_service")


async def refusal(client: Api, asked: dict[str, Any]) -> str | None:
    """Return the code with which a question is refused; None when it is answered."""
    try:
        await decide(client, asked)
    except RefusedError as refused:
        return refused.code
    return None


def question(journey: Journey) -> dict[str, Any]:
    """Return the question whose answer is yes."""
    return {
        "personId": journey.persons[CARLA.email],
        "kvkNumber": INTERMEDIARY,
        "serviceUuid": journey.services[0]["serviceUuid"],
        "onBehalfOf": RELATION,
    }


async def decide(client: Api, asked: dict[str, Any]) -> tuple[bool, str]:
    """Return whether and why."""
    found = await client.post("/v1/decisions", asked)
    return found["permitted"], found["reason"]


async def log_in_client(desk: Desk) -> Api:
    """Exchange a signed assertion for a token (private_key_jwt)."""
    known = desk.memory.clients[TAX_AUTHORITY]
    now = int(desk.present.now().timestamp())
    claims = {
        "iss": known["id"],
        "sub": known["id"],
        "aud": f"{desk.stack.place.public_url}/v1/tokens",
        "iat": now,
        "exp": now + _LIFE_S,
        "jti": f"demo-{now}-{id(object())}",
    }
    key = OKPKey.import_key(known["key"])
    assertion = jwt.encode({"alg": "Ed25519", "kid": "demo-1"}, claims, key, algorithms=["Ed25519"])
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": _ASSERTION_TYPE,
        "client_assertion": assertion,
        "client_id": known["id"],
    }
    answer = await desk.api.post("/v1/tokens", data=form)
    return desk.api.acting(answer["access_token"])
