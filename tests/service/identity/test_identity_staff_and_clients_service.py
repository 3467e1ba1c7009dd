"""Back-office staff, machine clients, and the command line."""

from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from contracts.actor import ANYONE, StaffRole
from contracts.identity import IssueClientToken, ListApplications, RegisterMachineClient
from contracts.message import Refusal
from services.identity.__main__ import add_staff, arguments
from services.identity.app import create_app
from tests.harness import ServiceUnderTest
from tests.service.identity.journey import (
    GATEWAY,
    HANDLER,
    Journey,
    actor_of,
    claims_of,
    identity_settings,
    sealed_for_identity,
)

OIN = "00000001003214345000"
KEY = OKPKey.generate_key("Ed25519")
EC_KEY = ECKey.generate_key("P-256")


@pytest.mark.rule("SP-128")
async def test_an_employee_logs_in_with_a_device_and_has_no_organisation(journey):
    password, seed = await journey.add_staff("Kantoor", StaffRole.HANDLER, StaffRole.AUDITOR)
    access, _ = await journey.log_in("kantoor", seed, password)
    claims = claims_of(access)
    assert (claims["kind"], claims["staff_roles"]) == ("staff", ["auditor", "handler"])
    assert not {"tenant", "role", "acr"} & set(claims)
    assert (await journey.service.query(ListApplications(actor=actor_of(access)))).rows == ()
    assert (await journey.add_staff("KANTOOR")).code == "user_name_taken"


async def test_the_command_line_adds_an_employee_who_can_log_in(mongo):
    settings = identity_settings(mongo)
    given = ["add-staff", "--user-name", "eerste", "--email", "eerste@supplier.example", "--roles", "handler,reviewer"]
    code, text = await add_staff(settings, arguments(given))
    assert code == 0
    password, uri = (line.partition(": ")[2] for line in text.splitlines())
    again = await add_staff(settings, arguments(given))
    assert again == (1, "refused: user_name_taken")
    async with ServiceUnderTest(create_app(settings)) as service:
        seed = uri.partition("secret=")[2].partition("&")[0]
        access, _ = await Journey(service).log_in("eerste", seed, password)
        assert claims_of(access)["staff_roles"] == ["handler", "reviewer"]
        (entry,) = await service.database["audit"].find({"collection": "accounts"}).to_list()
        assert entry["actor"]["kind"] == "system"


async def test_the_command_line_says_in_a_line_what_does_not_fit(mongo, capsys):
    given = ["add-staff", "--user-name", "ab", "--email", "ab@supplier.example", "--roles", "handler"]
    code, text = await add_staff(identity_settings(mongo), arguments(given))
    assert (code, text) == (1, "refused: user_name: String should have at least 3 characters")
    with pytest.raises(SystemExit):
        arguments([*given[:-1], "handler,boss"])
    assert "'boss' is none of handler, reviewer, auditor" in capsys.readouterr().err


def jwk(key):
    return dict(key.as_dict(private=False))


async def register(journey, key=KEY, actor=HANDLER):
    command = RegisterMachineClient(actor=actor, oin=OIN, name="Dienst", public_key=jwk(key))
    return await journey.send(command)


def assertion(journey, client_id, key=KEY, header=None, **changes):
    present = int(journey.now.timestamp())
    claims = {
        "iss": str(client_id), "sub": str(client_id), "aud": "http://127.0.0.1:8080/v1/tokens",
        "exp": present + 300, "iat": present, "jti": str(uuid4()),
    } | changes  # fmt: skip
    algorithm = "Ed25519" if isinstance(key, OKPKey) else "ES256"
    return jwt.encode({"alg": algorithm} | (header or {}), claims, key, algorithms=[algorithm])


async def issue(journey, client_id, text):
    id_ = uuid4()
    sealed = sealed_for_identity(text, id_, "assertion")
    outcome = await journey.send(IssueClientToken(actor=ANYONE, client_id=client_id, assertion=sealed), id_)
    if isinstance(outcome, Refusal):
        return outcome
    return GATEWAY.open(outcome.access_token, message_id=id_, field="access_token")


@pytest.mark.parametrize("key", [KEY, EC_KEY], ids=["Ed25519", "P-256"])
async def test_a_client_gets_a_token_for_decisions(journey, key):
    client_id = (await register(journey, key)).client_id
    claims = claims_of(await issue(journey, client_id, assertion(journey, client_id, key)))
    assert (claims["kind"], claims["sub"], claims["oin"], claims["scope"]) == (
        "client",
        str(client_id),
        OIN,
        "decisions",
    )
    assert claims["exp"] - claims["iat"] == 300


async def test_an_assertion_counts_once(journey):
    client_id = (await register(journey)).client_id
    text = assertion(journey, client_id)
    assert isinstance(await issue(journey, client_id, text), str)
    assert (await issue(journey, client_id, text)).code == "invalid_assertion"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": str(UUID(int=7))},
        {"sub": str(UUID(int=7))},
        {"aud": "https://elsewhere.example/token"},
        {"aud": 5},
        {"aud": None},
        {"jti": None},
        {"jti": "short"},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1},
        {"exp": 2**60},
        {"nbf": 2**40},
        {"iat": 2**40},
    ],
    ids=repr,
)
async def test_a_faulty_assertion_is_refused(journey, changes):
    client_id = (await register(journey)).client_id
    assert (await issue(journey, client_id, assertion(journey, client_id, **changes))).code == "invalid_assertion"


async def test_an_assertion_of_another_key_or_with_a_key_of_its_own_is_refused(journey):
    client_id = (await register(journey)).client_id
    other = OKPKey.generate_key("Ed25519")
    texts = [
        assertion(journey, client_id, other),
        assertion(journey, client_id, other, header={"jwk": jwk(other)}),
        assertion(journey, client_id, KEY, header={"jku": "https://elsewhere.example/keys"}),
        assertion(journey, client_id, EC_KEY),
        assertion(journey, client_id)[:-4],
        "eyJhbGciOiJub25lIn0." + assertion(journey, client_id).split(".")[1] + ".",
        "", "a.b.c", "[" * 3000, "x" * 5000,
    ]  # fmt: skip
    for text in texts:
        assert (await issue(journey, client_id, text)).code == "invalid_assertion"
    assert (await issue(journey, uuid4(), assertion(journey, client_id))).code == "invalid_assertion"


async def test_only_public_keys_of_the_two_kinds_are_registered(journey):
    private = {name: str(value) for name, value in KEY.as_dict(private=True).items()}
    keys = [
        private,
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
        {},
    ]
    for key in keys:
        command = RegisterMachineClient(actor=HANDLER, oin=OIN, name="Dienst", public_key=key)
        assert (await journey.send(command)).code == "invalid_key", key
    assert (await register(journey, actor=ANYONE)).code == "not_allowed"
