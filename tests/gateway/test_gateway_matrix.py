"""Every route of the description with every kind of caller (S19): 401, 403 or let in."""

import re
import sys
from collections import Counter
from uuid import UUID, uuid4

import pytest

from chassis.time import real_now
from contracts.actor import ActorKind
from gateway.openapi import policy_routes
from gateway.policy import Policy, PolicyRoute, UndeclaredPolicyError
from gateway.routes import ROUTERS
from tests.gateway.people import HEADER, bearer, claims_of, compact, token

PERSON_LEVELS = ("EH2", "EH2+", "EH3", "EH4")
ANYONE = "everyone"
PEOPLE = {f"{role} {level}" for role in ("user", "administrator") for level in PERSON_LEVELS} | {"no organisation"}
ADMINISTRATORS = {f"administrator {level}" for level in ("EH2+", "EH3", "EH4")}
CHAIN_USERS = {f"{role} {level}" for role in ("user", "administrator") for level in ("EH3", "EH4")}
CHAIN_ADMINISTRATORS = {"administrator EH3", "administrator EH4"}
DECIDING = {"handler", "reviewer"}
STAFF = DECIDING | {"auditor"}
SIGNED_IN = PEOPLE | STAFF
MANAGING, OVERSEEING = {"reviewer"}, {"reviewer", "auditor"}
CLIENT = {"client"}

# Written by hand from the requirements, not from the code: a route without a row fails.
ROWS = {
    "POST /logins": ANYONE,
    "POST /logins/{id}/sessions": ANYONE,
    "POST /sessions/{id}/tokens": ANYONE,
    "GET /sessions/current": SIGNED_IN,
    "DELETE /sessions/current": SIGNED_IN,
    "PUT /sessions/current/organisation": PEOPLE,
    "POST /recoveries": ANYONE,
    "POST /recoveries/openings": ANYONE,
    "POST /recoveries/completions": ANYONE,
    "GET /sessions": SIGNED_IN,
    "DELETE /sessions/{id}": SIGNED_IN,
    "GET /logins": SIGNED_IN,
    "PUT /sessions/current/language": PEOPLE,
    "PUT /sessions/current/password": SIGNED_IN,
    "POST /otp-devices": DECIDING,
    "GET /otp-devices": STAFF,
    "GET /otp-devices/orders": STAFF,
    "POST /otp-devices/orders": DECIDING,
    "POST /otp-devices/orders/{id}/letters": DECIDING,
    "GET /otp-devices/reviews": STAFF,
    "DELETE /otp-devices/reviews/{id}": DECIDING,
    "PUT /otp-devices/{serial}/holder": DECIDING,
    "POST /otp-devices/{serial}/resynchronisations": DECIDING,
    "POST /applicant-document-copies": ANYONE,
    "POST /application-quotations": ANYONE,
    "POST /applications": ANYONE,
    "GET /applications": STAFF,
    "POST /applications/{id}/approvals": DECIDING,
    "POST /applications/{id}/rejections": DECIDING,
    "GET /applications/{id}": STAFF,
    "POST /applications/{id}/document-views": DECIDING,
    "POST /identity-document-copies": ADMINISTRATORS,
    "POST /credentials": ADMINISTRATORS,
    "GET /credentials/{id}": PEOPLE - {"no organisation"},
    "POST /credentials/{id}/activation-letters": ADMINISTRATORS | DECIDING,
    "PUT /credentials/{id}/identification-address": ADMINISTRATORS,
    "POST /credentials/{id}/identification-failures": DECIDING,
    "GET /identifications": STAFF,
    "PUT /activations/{id}/identification-method": ANYONE,
    "POST /identification-reports": ANYONE,
    "GET /companies/{kvkNumber}": ANYONE,
    "POST /activations": ANYONE,
    "POST /activations/{id}/completions": ANYONE,
    "GET /credentials": ADMINISTRATORS,
    "GET /credentials/exports": ADMINISTRATORS,
    "GET /credentials/{id}/authorizations": PEOPLE - {"no organisation"},
    "GET /supplier": ANYONE,
    "GET /organisation": ADMINISTRATORS,
    "GET /organisation/settings": ADMINISTRATORS,
    "DELETE /organisation/branch-number": ADMINISTRATORS,
    "POST /organisations/{id}/resumptions": DECIDING,
    "POST /organisation-additions": ADMINISTRATORS,
    "GET /organisation-additions": ADMINISTRATORS | STAFF,
    "GET /organisation-additions/{id}/contract": ADMINISTRATORS | STAFF,
    "POST /organisation-additions/{id}/acceptances": DECIDING,
    "POST /organisation-additions/{id}/rejections": DECIDING,
    "GET /form-types": ANYONE,
    "POST /forms": ADMINISTRATORS,
    "POST /open-forms": ANYONE,
    "GET /forms": ADMINISTRATORS | STAFF,
    "GET /forms/{id}/attachment": STAFF,
    "POST /forms/{id}/handlings": DECIDING,
    "POST /forms/{id}/rejections": DECIDING,
    "DELETE /credentials/{id}": ADMINISTRATORS,
    "POST /credentials/{id}/identifications": DECIDING,
    "PUT /credentials/{id}/role": ADMINISTRATORS,
    "PUT /credentials/{id}/mobile": ADMINISTRATORS,
    "PUT /credentials/{id}/email": ADMINISTRATORS,
    "PUT /sessions/current/email": PEOPLE - {"no organisation"},
    "GET /credentials/{id}/ending-options": ADMINISTRATORS,
    "GET /consequences": ADMINISTRATORS,
    "POST /credentials/{id}/endings": ADMINISTRATORS,
    "DELETE /credentials/{id}/endings": ADMINISTRATORS,
    "POST /credentials/{id}/links": ADMINISTRATORS,
    "POST /credentials/{id}/upgrades": ADMINISTRATORS,
    "POST /credentials/{id}/downgrades": ADMINISTRATORS,
    "POST /credentials/{id}/conversions": ADMINISTRATORS,
    "GET /mutations": ADMINISTRATORS | STAFF,
    "GET /mutations/own": PEOPLE - {"no organisation"},
    "GET /mutations/{id}": STAFF,
    "POST /mutations/{id}/document-views": DECIDING,
    "POST /mutations/{id}/declarations": PEOPLE - {"no organisation"},
    "PUT /mutations/{id}/identification-method": PEOPLE - {"no organisation"},
    "POST /mutations/{id}/devices": PEOPLE - {"no organisation"},
    "POST /mutations/{id}/device-codes": PEOPLE - {"no organisation"},
    "POST /mutations/{id}/identifications": DECIDING,
    "POST /mutations/{id}/approvals": DECIDING,
    "POST /mutations/{id}/rejections": DECIDING,
    "GET /services": ANYONE,
    "POST /service-catalogues": DECIDING,
    "POST /authorizations": ADMINISTRATORS,
    "POST /decisions": CLIENT,
    "GET /chain-access": PEOPLE - {"no organisation"},
    "POST /chain-access": CHAIN_ADMINISTRATORS,
    "GET /chain-access-requests": STAFF,
    "POST /chain-access-requests/{id}/offers": DECIDING,
    "POST /chain-access-requests/{id}/answers": DECIDING,
    "GET /chain-authorizations": CHAIN_USERS,
    "POST /chain-authorizations": CHAIN_ADMINISTRATORS,
    "GET /chain-authorizations/exports": CHAIN_USERS,
    "GET /chain-authorizations/{id}": CHAIN_USERS,
    "DELETE /chain-authorizations/{id}": CHAIN_ADMINISTRATORS,
    "POST /chain-authorizations/{id}/users": CHAIN_ADMINISTRATORS,
    "DELETE /chain-authorizations/{id}/users": CHAIN_ADMINISTRATORS,
    "POST /chain-authorizations/{id}/renewals": CHAIN_ADMINISTRATORS,
    "GET /issued-chain-authorizations": CHAIN_ADMINISTRATORS,
    "GET /module/ketenmachtigingen/{page}": ANYONE,
    "POST /chain-authorization-imports": CHAIN_ADMINISTRATORS,
    "POST /chain-authorization-imports/previews": CHAIN_ADMINISTRATORS,
    "GET /chain-authorization-imports/template": CHAIN_ADMINISTRATORS,
    "GET /chain-authorization-imports/{id}": CHAIN_ADMINISTRATORS,
    "GET /invitations/{token}": ANYONE,
    "GET /invitations/{token}/agreement": ANYONE,
    "POST /invitations/{token}/agreement": ANYONE,
    "POST /invitations/{token}/rejections": ANYONE,
    "GET /received-agreements": STAFF,
    "GET /received-agreements/{id}/document": STAFF,
    "POST /received-agreements/{id}/approvals": DECIDING,
    "POST /received-agreements/{id}/incompletes": DECIDING,
    "GET /messages": ADMINISTRATORS,
    "POST /messages/{id}/reads": ADMINISTRATORS,
    "GET /failed-deliveries": STAFF,
    "POST /failed-deliveries/{id}/attempts": DECIDING,
    "POST /quotations": ADMINISTRATORS,
    "GET /subscriptions": ADMINISTRATORS,
    "GET /charges": ADMINISTRATORS,
    "GET /employees": OVERSEEING,
    "POST /employees": MANAGING,
    "POST /employees/{id}/confirmations": MANAGING,
    "DELETE /employees/{id}": MANAGING,
    "POST /machine-clients": DECIDING,
    "POST /tokens": ANYONE,
    "GET /requests/{id}": ANYONE,
}
# Open routes that use a token when there is one, and so refuse a bad one.
USE_TOKENS = {
    "GET /services", "GET /requests/{id}", "GET /companies/{kvkNumber}", "GET /form-types",
    "GET /module/ketenmachtigingen/{page}",
}  # fmt: skip
NOT_SIGNED_IN = ("nobody", "expired", "ended", "forged")


def headers_of(gate, caller):
    """Return the headers of a fresh session of a kind of caller."""
    name = gate.deployment
    if caller in STAFF:
        return bearer(token(name, "staff", staff_roles=[caller]))
    if caller == "client":
        return bearer(token(name, "client"))
    if caller == "no organisation":
        return bearer(token(name, tenant=None, role=None, acr="EH3"))
    if caller == "expired":
        then = int(real_now().timestamp()) - 400
        return bearer(compact(HEADER, claims_of(name, iat=then, exp=then + 300, auth_time=then)))
    if caller == "forged":
        return bearer(compact({**HEADER, "alg": "none"}, claims_of(name), signature=b""))
    role, level = caller.split(" ")
    return bearer(token(name, role=role, acr=level))


async def ended_session(gate):
    claims = claims_of(gate.deployment)
    await gate.gateway.ended.add(UUID(claims["sid"]))
    return bearer(compact(HEADER, claims))


def filled(path):
    path = path.replace("{kvkNumber}", "69599084").replace("{token}", "t" * 43).replace("{page}", "afgegeven")
    return ("" if path.startswith("/module/") else "/v1") + re.sub(r"\{\w+\}", str(uuid4()), path)


def expected(route, caller):
    allowed = ROWS[route]
    if caller in NOT_SIGNED_IN:
        bad = caller != "nobody" and route in USE_TOKENS
        return "401" if allowed != ANYONE or bad else "in"
    return "in" if allowed == ANYONE or caller in allowed else "403"


def outcome(status):
    return str(status) if status in {401, 403} else "in"


async def operations(gate):
    document = (await gate.client.get("/openapi.json")).json()
    return {f"{method.upper()} {path}" for path, found in document["paths"].items() for method in found}


@pytest.mark.security("S19")
async def test_every_route_has_a_row(gate):
    assert await operations(gate) == set(ROWS)


@pytest.mark.timeout(240)
@pytest.mark.security("S19")
async def test_every_route_admits_exactly_who_may_use_it(gate, capsys):
    callers = [*NOT_SIGNED_IN, *sorted(PEOPLE), *sorted(STAFF), "client"]
    wrong, outcomes = [], Counter()
    for route in sorted(await operations(gate)):
        method, path = route.split(" ")
        for caller in callers:
            match caller:
                case "nobody":
                    headers = {}
                case "ended":
                    headers = await ended_session(gate)
                case _:
                    headers = headers_of(gate, caller)
            answer = await gate.client.request(method, filled(path), headers=headers)
            assert answer.status_code < 500, (route, caller, answer.text)
            found = outcome(answer.status_code)
            outcomes[found] += 1
            if found != expected(route, caller):
                wrong.append((route, caller, answer.status_code, answer.text))
    with capsys.disabled():
        size = f"{sum(outcomes.values())} cells, {len(ROWS)} routes by {len(callers)} callers"
        sys.stdout.write(f"\nmatrix: {size}: {dict(outcomes)}\n")
    assert wrong == []
    assert min(outcomes[name] for name in ("401", "403", "in")) > 50


@pytest.mark.security("S19")
def test_a_route_without_a_policy_stops_the_start():
    async def forgotten():
        return {}

    with pytest.raises(UndeclaredPolicyError, match="forgotten"):
        PolicyRoute("/v1/forgotten", forgotten)


@pytest.mark.security("S19")
def test_a_policy_for_nobody_is_no_policy():
    async def closed():
        return {}

    closed.__policy__ = Policy(frozenset())
    with pytest.raises(UndeclaredPolicyError):
        PolicyRoute("/v1/closed", closed)
    closed.__policy__ = Policy(frozenset({ActorKind.STAFF}))
    PolicyRoute("/v1/closed", closed)


@pytest.mark.security("S36")
async def test_the_description_lists_every_route_that_answers(gate):
    listed = await operations(gate)
    served = {
        f"{method} {route.path_format.removeprefix('/v1')}"
        for route in policy_routes(ROUTERS)
        for method in route.methods
    }
    assert served == listed
    others = {"/openapi.json", "/v1/openapi.json", "/health/live", "/health/ready", "/metrics"}
    for path in ("/docs", "/redoc", "/debug", "/v1", "/v1/docs", "/admin"):
        assert (await gate.client.get(path)).status_code == 404
    for path in others:
        assert (await gate.client.get(path)).status_code in {200, 204}
