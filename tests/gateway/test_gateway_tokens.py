"""Which access tokens are believed (S14), and how fast an ended session is refused (S16)."""

import hmac
import json
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from contracts.identity import EndSession, SessionEnded, SessionState
from contracts.message import Done
from tests.gateway.peer import SILENT, until
from tests.gateway.people import HEADER, KEY, OTHER_KEY, b64, claims_of, compact, jwk, public_bytes

PROFILE = "/v1/sessions/current"


def unsigned(header, claims):
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}."


def with_mac(header, claims, secret):
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), sha256).digest())}"


def swapped_signature(claims):
    one, other = compact(HEADER, claims), compact(HEADER, {**claims, "sub": str(uuid4())})
    return ".".join([*one.split(".")[:2], other.split(".")[2]])


def changed_claims(claims):
    head, _, signature = compact(HEADER, claims).split(".")
    return f"{head}.{b64(json.dumps({**claims, 'role': 'user'}).encode())}.{signature}"


def header(**more):
    return lambda claims: compact({**HEADER, **more}, claims)


def claim(**more):
    return lambda claims: compact(HEADER, {**claims, **more})


def without(*names):
    return lambda claims: compact(HEADER, {name: value for name, value in claims.items() if name not in names})


def lacking(name):
    return lambda claims: compact({key: value for key, value in HEADER.items() if key != name}, claims)


BAD = {
    "empty": lambda _: "",
    "no JWT": lambda _: "letters",
    "two parts": lambda claims: compact(HEADER, claims).rsplit(".", 1)[0],
    "four parts": lambda claims: compact(HEADER, claims) + ".x",
    "five parts, like an encrypted one": lambda claims: compact(HEADER, claims) + ".x.y",
    "no base64": lambda claims: "!!!." + compact(HEADER, claims).split(".", 1)[1],
    "header is no object": lambda claims: compact(["EdDSA"], claims),
    "claims are no object": lambda _: compact(HEADER, ["x"]),
    "claims are no JSON": lambda _: f"{b64(json.dumps(HEADER).encode())}.{b64(b'{')}.{b64(b'x' * 64)}",
    "too long": lambda claims: compact(HEADER, {**claims, "x": "y" * 9000}),
    "alg none": lambda claims: unsigned({**HEADER, "alg": "none"}, claims),
    "alg None": lambda claims: unsigned({**HEADER, "alg": "None"}, claims),
    "alg EdDSA without a signature": lambda claims: unsigned(HEADER, claims),
    "alg HS256 with the public key as secret": lambda c: with_mac({**HEADER, "alg": "HS256"}, c, public_bytes(KEY)),
    "alg HS256 with the JWK as secret": lambda c: with_mac({**HEADER, "alg": "HS256"}, c, json.dumps(jwk()).encode()),
    "alg HS256 with an empty secret": lambda c: with_mac({**HEADER, "alg": "HS256"}, c, b""),
    "alg RS256": header(alg="RS256"),
    "alg ES256": header(alg="ES256"),
    "alg ES512": header(alg="ES512"),
    "alg Ed448": header(alg="Ed448"),
    "alg in small letters": header(alg="eddsa"),
    "alg is a list": header(alg=["EdDSA"]),
    "alg missing": lacking("alg"),
    "another key": lambda claims: compact(HEADER, claims, OTHER_KEY),
    "another key, brought along as jwk": lambda c: compact({**HEADER, "jwk": jwk(OTHER_KEY)}, c, OTHER_KEY),
    "right key, with a jwk": header(jwk=jwk()),
    "jku": header(jku="https://attacker.example/keys"),
    "x5u": header(x5u="https://attacker.example/cert"),
    "x5c": header(x5c=["MIIB"]),
    "crit": header(crit=["b64"], b64=False),
    "zip": header(zip="DEF"),
    "cty": header(cty="JWT"),
    "unknown kid": header(kid="token-2"),
    "kid is a path": header(kid="../../../../dev/null"),
    "kid is a query": header(kid="' OR 1=1 --"),
    "kid is an object": header(kid={"$ne": None}),
    "kid is empty": header(kid=""),
    "kid missing": lacking("kid"),
    "typ JWT": header(typ="JWT"),
    "typ of a quotation": header(typ="quotation+jwt"),
    "typ missing": lacking("typ"),
    "signature of another token": swapped_signature,
    "signature cut": lambda claims: compact(HEADER, claims)[:-4],
    "claims changed": changed_claims,
    "another issuer": claim(iss="volmacht:other"),
    "another audience": claim(aud="volmacht-web"),
    "a list of audiences": claim(aud=["volmacht-gateway", "x"]),
    "expired": lambda c: compact(HEADER, {**c, "iat": c["iat"] - 400, "exp": c["iat"] - 100}),
    "just expired": lambda c: compact(HEADER, {**c, "iat": c["iat"] - 301, "exp": c["iat"] - 1}),
    "from the future": lambda c: compact(HEADER, {**c, "iat": c["iat"] + 60, "exp": c["exp"] + 60}),
    "lives too long": lambda c: compact(HEADER, {**c, "exp": c["iat"] + 3600}),
    "exp is text": lambda c: compact(HEADER, {**c, "exp": str(c["exp"])}),
    "exp is endless": claim(exp=1e400),
    "no exp": without("exp"),
    "no iat": without("iat"),
    "no iss": without("iss"),
    "no aud": without("aud"),
    "no sub": without("sub"),
    "no sid": without("sid"),
    "no jti": without("jti"),
    "no auth_time": without("auth_time"),
    "no kind": without("kind"),
    "kind system": claim(kind="system"),
    "kind anyone": claim(kind="anyone"),
    "sub is no id": claim(sub="admin"),
    "sub is an object": claim(sub={"$gt": ""}),
    "organisation without a role": without("role"),
    "role without an organisation": without("tenant"),
    "unknown role": claim(role="owner"),
    "unknown level": claim(acr="EH9"),
    "staff without roles": claim(kind="staff"),
    "client without scope": claim(kind="client", oin="00000003244440010000"),
    "client without OIN": claim(kind="client", scope="decisions"),
}  # fmt: skip


@pytest.mark.security("S14")
def test_there_are_forty_bad_tokens():
    assert len(BAD) >= 40


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.security("S14")
async def test_a_bad_token_gets_401(gate, fault):
    answer = await gate.client.get(
        PROFILE, headers={"Authorization": f"Bearer {BAD[fault](claims_of(gate.deployment))}"}
    )
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"
    assert gate.peer.heard == []


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer2", "Digest"])
async def test_another_scheme_gets_401(gate, scheme):
    text = compact(HEADER, claims_of(gate.deployment))
    assert (await gate.client.get(PROFILE, headers={"Authorization": f"{scheme} {text}"})).status_code == 401


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
async def test_a_good_token_is_believed(gate, alg):
    text = compact({**HEADER, "alg": alg}, claims_of(gate.deployment))
    answer = await gate.client.get(PROFILE, headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 404  # the peer's answer
    assert len(gate.peer.heard) == 1


async def test_the_actor_is_what_the_token_says(gate):
    claims = claims_of(gate.deployment, role="user", acr="EH2+")
    await gate.client.get(PROFILE, headers={"Authorization": f"Bearer {compact(HEADER, claims)}"})
    ((_, query),) = gate.peer.heard
    actor = query.actor.model_dump(mode="json")
    assert (actor["person_id"], actor["organisation_id"]) == (claims["sub"], claims["tenant"])
    assert (actor["session_id"], actor["role"], actor["level"]) == (claims["sid"], "user", "EH2+")


@pytest.mark.rule("ID-192")
@pytest.mark.parametrize("answer", [Done(), SILENT])
@pytest.mark.security("S16")
async def test_who_logs_out_is_refused_at_once(gate, answer):
    gate.peer.answers[EndSession] = lambda *_: answer
    me = gate.person()
    left = await gate.client.delete(PROFILE, headers=me)
    assert left.status_code == (204 if answer is not SILENT else 202)
    after = await gate.client.get(PROFILE, headers=me)
    assert (after.status_code, after.json()["code"]) == (401, "session_ended")


@pytest.mark.security("S16")
async def test_a_session_that_ended_elsewhere_is_refused(gate):
    claims = claims_of(gate.deployment)
    me = {"Authorization": f"Bearer {compact(HEADER, claims)}"}
    assert (await gate.client.get(PROFILE, headers=me)).status_code == 404
    await gate.peer.tell(SessionEnded(state=SessionState(id=claims["sid"], person_id=claims["sub"], ended=True)))

    async def refused():
        return (await gate.client.get(PROFILE, headers=me)).status_code == 401

    await until(refused, within=5)


@pytest.mark.security("S16")
async def test_a_session_that_another_instance_ended_is_refused_by_the_database_alone(gate):
    claims = claims_of(gate.deployment)
    me = {"Authorization": f"Bearer {compact(HEADER, claims)}"}
    assert (await gate.client.get(PROFILE, headers=me)).status_code == 404
    other = type(gate.gateway.ended)(gate.gateway.database)
    await other.add(UUID(claims["sid"]))

    async def refused():
        return (await gate.client.get(PROFILE, headers=me)).status_code == 401

    await until(refused, within=5)
