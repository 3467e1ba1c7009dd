"""Bad input: operators, unknown fields, sizes and depths (S23, S24, S33), with all faults together."""

import json
import sys
from copy import deepcopy

import pytest

from chassis.sealed import Sealer
from contracts.identity import CredentialPage, ListCredentials
from contracts.message import Refusal
from tests.gateway.samples import at, full, json_bodies, objects, placed, sample
from tests.gateway.test_gateway_matrix import filled

OPERATORS = [
    {"$ne": None}, {"$gt": ""}, {"$where": "sleep(1000)"}, {"$regex": ".*"}, {"a.b": 1}, [{"$ne": None}], [], {},
]  # fmt: skip
EXTRA = {
    "role": "administrator", "status": "active", "tenant": "x", "organisationId": "x", "price": 0,
    "actor": {"kind": "system"},
    "level_": "EH4", "isAdmin": True, "__proto__": {}, "kvk_number": "69599084", "personId_": "x", "$set": {"a": 1},
}  # fmt: skip


def headers_for(gate, operation):
    policy = operation["x-policy"]
    if "anyone" in policy["who"]:
        return {}
    if policy["who"] == ["staff"]:
        return gate.staff(staff_roles=policy["staffRoles"])
    return {"person": gate.person, "staff": gate.staff, "client": gate.machine}[policy["who"][0]]()


async def cases(gate):
    document = (await gate.client.get("/openapi.json")).json()
    found = list(json_bodies(document))
    assert len(found) > 15
    return document, found


async def test_a_valid_body_of_each_operation_reaches_a_service(gate):
    """Without this the tests below could pass because the bodies are wrong for another reason."""
    document, found = await cases(gate)
    for method, path, operation, schema in found:
        heard = len(gate.peer.heard)
        answer = await gate.client.request(
            method, filled(path), json=sample(document, schema), headers=headers_for(gate, operation)
        )
        assert len(gate.peer.heard) == heard + 1, (method, path, answer.text)


@pytest.mark.timeout(180)
@pytest.mark.security("S24")
async def test_an_operator_in_any_field_is_refused(gate, capsys):
    document, found = await cases(gate)
    tried, harmless = 0, []
    for method, path, operation, schema in found:
        body, headers = sample(document, schema), headers_for(gate, operation)
        for place, part in full(document, schema, ()):
            for value in OPERATORS:
                if part.get("type") == "array" and value == []:
                    continue  # an empty list is no operator
                changed = placed(body, place, deepcopy(value))
                if changed is None:
                    continue
                answer = await gate.client.request(method, filled(path), json=changed, headers=headers)
                tried += 1
                if answer.status_code != 400:
                    harmless.append((method, path, place, value, answer.status_code))
    with capsys.disabled():
        sys.stdout.write(f"\noperators: {tried} bodies, {len(harmless)} not refused\n")
    assert tried > 500
    # Only publicKey is a free map of texts: an empty one is too short, an operator no text; both are refused as well.
    assert harmless == []
    assert gate.peer.heard == []


@pytest.mark.security("S24")
async def test_an_operator_as_text_stays_text(gate):
    text = '{"$ne": null}'
    answer = await gate.client.get("/v1/chain-authorizations", params={"search": text}, headers=gate.person())
    assert answer.status_code == 404
    ((envelope, query),) = gate.peer.heard
    chain = Sealer(gate.gateway.settings.sealing_keys, "chain")
    assert chain.open(query.search, message_id=envelope.id, field="search") == text


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=%7B%22%24gt%22%3A1%7D", "limit[$gt]=1&limit=x",
                                   "cursor=abc",
                                   "cursor=WyJ4Il0=", "cursor=" + "x" * 1025])  # fmt: skip
async def test_a_bad_part_of_a_list_is_refused(gate, query):
    answer = await gate.client.get(f"/v1/credentials?{query}", headers=gate.person())
    assert answer.status_code == 400
    assert gate.peer.heard == []


async def test_a_cursor_is_taken_back_at_its_own_list_only(gate):
    gate.peer.answers[ListCredentials] = lambda *_: CredentialPage(next="WyJ4Il0=")
    first = (await gate.client.get("/v1/credentials", headers=gate.person())).json()
    await gate.client.get("/v1/credentials", params={"cursor": first["next"]}, headers=gate.person())
    assert [query.cursor for _, query in gate.peer.heard] == [None, "WyJ4Il0="]
    elsewhere = await gate.client.get("/v1/messages", params={"cursor": first["next"]}, headers=gate.person())
    assert elsewhere.status_code == 400


@pytest.mark.timeout(180)
@pytest.mark.security("S23")
async def test_a_field_that_nobody_asked_for_is_refused_everywhere(gate):
    document, found = await cases(gate)
    tried = 0
    for method, path, operation, schema in found:
        body, headers = sample(document, schema), headers_for(gate, operation)
        for place in objects(body):
            if "publicKey" in place:
                continue  # a JWK names its own fields
            for name, value in EXTRA.items():
                if name in at(body, place):
                    continue
                if name in {"role", "organisationId"} and f'"{name}"' in json.dumps(_properties(document, schema)):
                    continue  # a field of this very body
                changed = deepcopy(body)
                at(changed, place)[name] = value
                answer = await gate.client.request(method, filled(path), json=changed, headers=headers)
                tried += 1
                assert answer.status_code == 400, (method, path, place, name)
                assert "extra_forbidden" in answer.text
    assert tried > 250
    assert gate.peer.heard == []


def misread(part):
    """Return values of another JSON type, or form, that a lenient reader takes for a value of a schema."""
    if part.get("type") == "boolean":
        return ["true", "yes", 1, 0]
    if part.get("type") == "integer":
        return ["1", True]
    return [0, "0", "1577836800", "2020-01-01T00:00:00"] if part.get("format") == "date" else []


async def test_a_value_of_another_json_type_is_refused(gate):
    """Consent that is not said as the description says it is no consent (found by tests/fuzz)."""
    document, found = await cases(gate)
    tried, taken = 0, []
    for method, path, operation, schema in found:
        body, headers = sample(document, schema), headers_for(gate, operation)
        for place, part in full(document, schema, ()):
            for value in misread(part):
                if (changed := placed(body, place, value)) is None:
                    continue
                answer = await gate.client.request(method, filled(path), json=changed, headers=headers)
                tried += 1
                if answer.status_code != 400:
                    taken.append((method, path, place, value, answer.status_code))
    assert tried > 80
    assert taken == []


def _properties(document, schema):
    return [name for path, _ in full(document, schema, ()) for name in path]


async def test_all_faults_are_told_together_without_the_input(gate):
    body = {"userName": "", "password": {"secret": "canary-77"}, "admin": True}
    answer = await gate.client.post("/v1/logins", json=body, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    problem = answer.json()
    assert {error["location"]: error["code"] for error in problem["errors"]} == {
        "body.userName": "string_too_short", "body.password": "string_type", "body": "extra_forbidden",
    }  # fmt: skip
    said = {"is too short", "must be text", "has a field that does not exist here"}
    assert {error["text"] for error in problem["errors"]} == said
    assert "canary-77" not in answer.text


_SECRETS = ("canary-79", "999999011", "+31612345678", "anna@example.org")


@pytest.mark.security("S40", "S38")
async def test_the_name_of_an_unknown_field_does_not_come_back_but_what_there_could_be(gate):
    body = {"userName": "a", "password": "b"} | dict.fromkeys(_SECRETS, _SECRETS[0])
    answer = await gate.client.post("/v1/logins", json=body, headers={"Accept-Language": "en"})
    (fault,) = answer.json()["errors"]
    assert fault["location"] == "body"
    assert fault["code"] == "extra_forbidden"
    assert {"userName", "password"} <= set(fault["allowed"])
    assert not [text for text in _SECRETS if text in answer.text]


@pytest.mark.security("S40", "S38")
async def test_no_body_of_any_operation_comes_back_in_its_problem(gate):
    document, found = await cases(gate)
    tried = 0
    for method, path, operation, schema in found:
        body, headers = sample(document, schema), headers_for(gate, operation)
        for place in objects(body):
            for name in _SECRETS:
                changed = deepcopy(body)
                at(changed, place)[name] = {name: name}
                answer = await gate.client.request(method, filled(path), json=changed, headers=headers)
                tried += 1
                assert answer.status_code == 400, (method, path, place, name)
                assert name not in answer.text, (method, path, answer.text)
                where = ".".join(["body", *map(str, place)])
                told = {error["location"]: error for error in answer.json()["errors"]}
                if "publicKey" not in place:  # a JWK names its own fields
                    assert set(at(body, place)) <= set(told[where]["allowed"])
    assert tried > 100


@pytest.mark.security("S40", "S38")
@pytest.mark.parametrize(
    "query", ["search=" + "canary-80" * 20, "tab=canary-80", "limit=canary-80", "cursor=canary-80"]
)
async def test_a_part_of_an_address_that_is_refused_does_not_come_back(gate, query):
    answer = await gate.client.get(f"/v1/chain-authorizations?{query}", headers=gate.person())
    assert answer.status_code == 400
    assert "canary-80" not in answer.text
    assert [error["location"] for error in answer.json()["errors"]] == [f"query.{query.partition('=')[0]}"]


@pytest.mark.parametrize(
    ("header", "title"),
    [(None, "Ongeldige invoer"), ("en", "Invalid input"), ("nl;q=0.4, en-GB;q=0.9", "Invalid input"),
     ("fr, de", "Ongeldige invoer"), ("en;q=0, nl", "Ongeldige invoer"), (";;;q=x,,", "Ongeldige invoer")],
)  # fmt: skip
async def test_problems_speak_the_language_asked_for(gate, header, title):
    headers = {} if header is None else {"Accept-Language": header}
    assert (await gate.client.post("/v1/logins", json={}, headers=headers)).json()["title"] == title


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"{", 400), (b"null", 400), (b"[]", 400), (b'"x"', 400), (b"\xff\xfe", 400),
     (b"[" * 33 + b"]" * 33, 400),
     (b"[" * 100_000, 400), (b'{"a":' * 40 + b"1" + b"}" * 40, 400), (b'{"userName": "\\ud800", "password": "x"}', 400),
     (b"1" * 5000, 400), (b'{"userName": "' + b"[" * 40 + b'", "password": "x"}', 404)],
)  # fmt: skip
async def test_a_body_that_is_no_fit_json_is_refused(gate, content, status):
    answer = await gate.client.post("/v1/logins", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


@pytest.mark.security("S33")
async def test_a_body_over_the_limit_is_413_announced_or_not(gate):
    large = b'{"userName": "' + b"a" * 1024 * 1024 + b'"}'

    async def pieces():
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    headers = {"Content-Type": "application/json"}
    for content in (large, pieces()):
        answer = await gate.client.post("/v1/logins", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    announced = {**headers, "Content-Length": "9" * 30}
    assert (await gate.client.post("/v1/logins", content=b"{}", headers=announced)).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("PATCH", "/v1/logins", 405), ("TRACE", "/v1/logins", 405),
     ("GET", "/v1/logins/", 404),
     ("POST", "/v1/logins/", 404), ("GET", "/v1/requests/x", 400), ("GET", "/v1/companies/12", 400), ("GET", "/", 404),
     ("GET", "/v1/../etc/passwd", 404), ("GET", "/v1/chain-authorizations/%00", 400), ("OPTIONS", "/v1/logins", 405)],
)  # fmt: skip
@pytest.mark.security("S30")
async def test_what_does_not_exist_is_a_problem(gate, method, path, status):
    answer = await gate.client.request(method, path, headers=gate.person())
    assert answer.status_code == status
    assert {"type", "title", "status", "detail", "code"} <= set(answer.json())
    assert answer.json()["status"] == status


@pytest.mark.security("S33")
async def test_a_failure_of_ours_tells_nothing(gate, monkeypatch):
    async def broken(*_, **__):
        raise ZeroDivisionError("canary-78")

    monkeypatch.setattr(gate.gateway.admission, "admit", broken)
    answer = await gate.client.get("/v1/sessions/current", headers=gate.person())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "canary-78" not in answer.text
    assert "Traceback" not in answer.text


async def test_an_answer_of_a_service_that_has_no_row_is_our_failure(gate):
    gate.peer.answers[ListCredentials] = lambda *_: Refusal(code="never_heard_of")
    answer = await gate.client.get("/v1/credentials", headers=gate.person())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
