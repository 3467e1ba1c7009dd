"""Idempotency keys, 202 and stored requests; taking away is confirmed."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chassis.time import real_now
from contracts.authorizations import (
    Applied,
    AwaitApplied,
    GrantAuthorizations,
    Granted,
)
from contracts.chain import AskForOffer, DeleteChainAuthorization, GetAccess
from contracts.identity import (
    CompleteLogin,
    LoginStarted,
    StartLogin,
    Tokens,
)
from contracts.message import Done, Refusal
from tests.gateway.later import SUB, outcome_of, same_person
from tests.gateway.peer import SILENT, WROTE, until
from tests.gateway.people import token

GRANT = {"personIds": [str(uuid4())], "serviceUuids": [str(uuid4())]}


async def grant(gate, headers, key, body=GRANT):
    content = body if isinstance(body, str) else json.dumps(body)
    return await gate.client.post(
        "/v1/authorizations", content=content,
        headers={**headers, "Idempotency-Key": key, "Content-Type": "application/json"},
    )  # fmt: skip


def answer_grants(gate):
    gate.peer.answers[GrantAuthorizations] = lambda *_: Granted(grant_ids=(uuid4(),))


async def test_a_repeated_key_makes_the_same_command(gate):
    answer_grants(gate)
    first = await grant(gate, same_person(gate), "k1")
    again = await grant(gate, same_person(gate), "k1", f'{{ "serviceUuids": ["{GRANT["serviceUuids"][0]}"],'
                        f'"personIds": ["{GRANT["personIds"][0]}"] }}')  # fmt: skip
    assert (first.status_code, again.status_code) == (201, 201)
    (one, _), (other, _) = gate.peer.of(GrantAuthorizations)
    assert one.id == other.id
    assert one.digest == other.digest


async def test_another_body_with_the_same_key_has_another_digest(gate):
    answer_grants(gate)
    await grant(gate, same_person(gate), "k1")
    await grant(gate, same_person(gate), "k1", {**GRANT, "end": "2030-01-01"})
    (one, _), (other, _) = gate.peer.of(GrantAuthorizations)
    assert one.id == other.id
    assert one.digest != other.digest


@pytest.mark.parametrize("more", [{"sub": str(uuid4())}, {"tenant": str(uuid4())}])
async def test_the_key_of_another_person_or_organisation_is_another_command(gate, more):
    answer_grants(gate)
    await grant(gate, same_person(gate), "k1")
    await grant(gate, gate.person(**{"sub": SUB, **more}), "k1")
    (one, _), (other, _) = gate.peer.of(GrantAuthorizations)
    assert one.id != other.id


async def test_without_a_key_each_request_is_a_command_of_its_own(gate):
    answer_grants(gate)
    for _ in range(2):
        await gate.client.post("/v1/authorizations", json=GRANT, headers=same_person(gate))
    (one, _), (other, _) = gate.peer.of(GrantAuthorizations)
    assert one.id != other.id


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
async def test_a_key_of_another_form_is_refused(gate, key):
    assert (await grant(gate, same_person(gate), key)).status_code == 400
    assert gate.peer.heard == []


async def test_the_chassis_refusal_of_a_reused_key_is_409(gate):
    gate.peer.answers[GrantAuthorizations] = lambda *_: Refusal(code="idempotency_key_reused")
    answer = await grant(gate, same_person(gate), "k2")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.rule("SP-124")
async def test_a_command_without_an_answer_is_stored_repeated_and_its_outcome_readable(gate):
    gate.peer.answers[GrantAuthorizations] = lambda *_: SILENT
    me = same_person(gate)
    answer = await grant(gate, me, "silent")
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/requests/{answer.json()['id']}"
    pending = await gate.client.get(answer.headers["location"], headers=me)
    assert (pending.status_code, pending.json()["status"]) == (200, "pending")
    heard = await gate.peer.hears(GrantAuthorizations, 3)
    assert len({(envelope.id, envelope.time, envelope.digest, message) for envelope, message in heard}) == 1
    id_ = uuid4()
    gate.peer.answers[GrantAuthorizations] = lambda *_: Granted(grant_ids=(id_,))
    done = await outcome_of(gate, answer, me)
    assert (done["status"], done["result"]) == ("done", {"grantIds": [str(id_)]})
    assert (await grant(gate, me, "silent")).status_code == 201
    assert len({envelope.id for envelope, _ in gate.peer.of(GrantAuthorizations)}) == 1


async def test_a_refusal_that_came_late_is_the_outcome(gate):
    answers = iter([SILENT, Refusal(code="level_too_low", details={"needed": "EH3"})])
    gate.peer.answers[GrantAuthorizations] = lambda *_: next(answers)
    me = {**same_person(gate), "Accept-Language": "en"}
    answer = await grant(gate, me, "late")
    assert answer.status_code == 202
    outcome = await outcome_of(gate, answer, me)
    assert outcome["status"] == "refused"
    assert outcome["problem"]["code"] == "level_too_low"
    assert outcome["problem"]["detail"] == "Your reliability level is too low for this."
    assert outcome["problem"]["details"] == {"needed": "EH3"}


async def test_a_stored_request_is_readable_by_its_principal_only(gate):
    gate.peer.answers[AskForOffer] = lambda *_: SILENT
    answer = await gate.client.post("/v1/chain-access", headers=same_person(gate))
    assert answer.status_code == 202
    path = answer.headers["location"]
    unknown = await gate.client.get(f"/v1/requests/{uuid4()}", headers=same_person(gate))
    gate.client.cookies.clear()
    others = {
        "another person": gate.person(),
        "another organisation": same_person(gate, tenant=str(uuid4())),
        "an employee": gate.staff(sub=SUB),
        "a machine": gate.machine(sub=SUB),
        "nobody": {},
        "nobody with a device": {"Cookie": "__Host-device=" + "a" * 32},
    }
    for name, headers in others.items():
        found = await gate.client.get(path, headers=headers)
        assert (name, found.status_code, found.content) == (name, 404, unknown.content)
    assert (await gate.client.get(path, headers=same_person(gate))).status_code == 200


async def test_a_visitor_reads_a_stored_request_by_its_own_cookie_alone(gate):
    gate.peer.answers[StartLogin] = lambda *_: SILENT
    body = {"userName": "anna", "password": "a long enough secret"}
    answer = await gate.client.post("/v1/logins", json=body)
    assert answer.status_code == 202
    device, proof = answer.headers.get_list("set-cookie")
    assert device.startswith("__Host-device=")
    assert proof.startswith(f"__Host-request-{answer.json()['id']}=")
    for cookie in (device, proof):
        assert all(part in cookie for part in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=strict"))
    login = LoginStarted(login_id=uuid4(), second_factor="sms", expires_at=real_now())
    gate.peer.answers[StartLogin] = lambda *_: login
    outcome = await outcome_of(gate, answer, {})
    assert outcome["result"]["loginId"] == str(login.login_id)
    assert (await gate.client.get(answer.headers["location"], headers=gate.person())).json() == outcome
    del gate.client.cookies[f"__Host-request-{answer.json()['id']}"]
    assert (await gate.client.get(answer.headers["location"])).status_code == 404


@pytest.mark.parametrize("keys", [("one", "two"), ("same", "same")])
async def test_of_two_first_requests_at_once_a_browser_reads_both(gate, keys):
    gate.peer.answers[StartLogin] = lambda *_: SILENT
    body = {"userName": "anna", "password": "a long enough secret"}
    answers = await asyncio.gather(
        *(gate.client.post("/v1/logins", json=body, headers={"Idempotency-Key": key}) for key in keys)
    )
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["id"] for answer in answers}) == len(set(keys))
    for answer in answers:
        assert (await gate.client.get(answer.headers["location"])).json()["status"] == "pending"


@pytest.mark.security("S32")
async def test_who_guesses_a_visitors_key_reads_nothing_of_it(gate):
    gate.peer.answers[StartLogin] = lambda *_: SILENT
    body, key = {"userName": "anna", "password": "a long enough secret"}, {"Idempotency-Key": "guessed"}
    answer = await gate.client.post("/v1/logins", json=body, headers=key)
    gate.client.cookies.clear()
    other = await gate.client.post("/v1/logins", json={**body, "password": "x" * 12}, headers=key)
    assert (other.status_code, other.json()["id"]) == (202, answer.json()["id"])
    assert (await gate.client.get(other.headers["location"])).status_code == 404


async def test_a_password_is_stored_sealed_only(gate):
    gate.peer.answers[StartLogin] = lambda *_: SILENT
    secret = "canary-4c1f9b52-secret"
    answer = await gate.client.post("/v1/logins", json={"userName": "anna", "password": secret})
    kept = await gate.gateway.database["requests"].find_one({"_id": UUID(answer.json()["id"])})
    assert kept is not None
    assert secret.encode() not in b"".join([kept["value"], *(bytes(value) for _, value in kept["headers"])])


async def test_tokens_that_came_late_are_given_for_a_minute(gate):
    access = token(gate.deployment)
    texts = {"access_token": access, "refresh_token": "r" * 43}

    def tokens(_, envelope):
        sealer = gate.gateway.sealer
        sealed = {
            name: sealer.seal(text, to="gateway", message_id=envelope.id, field=name) for name, text in texts.items()
        }
        return Tokens(**sealed, expires_in=300)

    gate.peer.answers[CompleteLogin] = lambda *_: SILENT
    answer = await gate.client.post(f"/v1/logins/{uuid4()}/sessions", json={"code": "123456"})
    assert answer.status_code == 202
    gate.peer.answers[CompleteLogin] = tokens
    outcome = await outcome_of(gate, answer, {})
    assert outcome["result"]["accessToken"] == access
    requests, id_ = gate.gateway.database["requests"], UUID(answer.json()["id"])
    assert access.encode() not in (await requests.find_one({"_id": id_}))["reply"]
    await requests.update_one({"_id": id_}, {"$set": {"secret_until": real_now() - timedelta(seconds=1)}})
    after = (await gate.client.get(answer.headers["location"])).json()
    assert (after["status"], after["problem"]["code"]) == ("refused", "already_answered")

    async def forgotten():
        return (await requests.find_one({"_id": id_})).get("forgotten")

    await until(forgotten)
    assert b"access_token" not in (await requests.find_one({"_id": id_}))["reply"]


def removes(gate, applied):
    gate.peer.answers[DeleteChainAuthorization] = lambda *_: (Done(), [WROTE])
    gate.peer.answers[AwaitApplied] = lambda *_: applied


@pytest.mark.rule("SP-125")
async def test_taking_away_is_confirmed_once_decisions_know_it(gate):
    removes(gate, Applied())
    answer = await gate.client.delete(f"/v1/chain-authorizations/{uuid4()}", headers=same_person(gate))
    assert answer.status_code == 204
    ((_, asked),) = gate.peer.of(AwaitApplied)
    assert asked.pairs == (WROTE,)


@pytest.mark.rule("SP-125")
@pytest.mark.parametrize("applied", [SILENT, Refusal(code="not_applied_yet")])
async def test_taking_away_that_decisions_do_not_know_yet_is_202_until_they_do(gate, applied):
    removes(gate, applied)
    me = same_person(gate)
    answer = await gate.client.delete(f"/v1/chain-authorizations/{uuid4()}", headers=me)
    assert answer.status_code == 202
    await gate.peer.hears(AwaitApplied, 3)
    assert (await gate.client.get(answer.headers["location"], headers=me)).json()["status"] == "pending"
    gate.peer.answers[AwaitApplied] = lambda *_: Applied()
    assert (await outcome_of(gate, answer, me))["status"] == "done"
    assert len(gate.peer.of(DeleteChainAuthorization)) == 1


async def test_a_query_without_an_answer_is_503(gate):
    gate.peer.answers[GetAccess] = lambda *_: SILENT
    answer = await gate.client.get("/v1/chain-access", headers=same_person(gate))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "retry-after" in answer.headers
