"""Keys are made once, only their owner reads them, and each process gets those it needs."""

import base64
import json

import pytest
from joserfc import jws
from joserfc.jwk import KeySet, OKPKey

from stack import secrets
from stack.settings import PROCESSES


def test_keys_are_made_once_and_read_by_their_owner_alone(tmp_path):
    path = tmp_path / "inside" / "secrets.json"

    made = secrets.load(path)
    path.chmod(0o644)

    assert secrets.load(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets.generate() != made


@pytest.mark.parametrize(
    ("private", "public"), [("TOKEN_SIGNING_KEY", "TOKEN_PUBLIC_KEYS"), ("QUOTE_SIGNING_KEY", "QUOTE_PUBLIC_KEYS")]
)
def test_what_the_private_key_signs_the_public_keys_verify(private, public):
    kept = secrets.generate()
    key = OKPKey.import_key(kept[private])

    signed = jws.serialize_compact({"alg": "Ed25519", "kid": key.kid}, b"text", key, algorithms=["Ed25519"])

    assert (
        jws.deserialize_compact(signed, KeySet.import_key_set(kept[public]), algorithms=["Ed25519"]).payload == b"text"
    )
    assert "d" not in kept[public]["keys"][0]


def test_private_keys_go_to_one_process_each():
    kept = secrets.generate()
    holders = {
        name: [process for process in PROCESSES if name in secrets.environment(kept, process)]
        for name in ("PASSWORD_PEPPER", "TOKEN_SIGNING_KEY", "REFRESH_KEY", "QUOTE_SIGNING_KEY")
    }

    assert holders == {
        "PASSWORD_PEPPER": ["identity"],
        "TOKEN_SIGNING_KEY": ["identity"],
        "REFRESH_KEY": ["identity"],
        "QUOTE_SIGNING_KEY": ["billing"],
    }


def test_the_clock_gets_no_secret():
    assert secrets.environment(secrets.generate(), "clock") == {}


def test_a_service_opens_what_is_sealed_for_others_only_where_it_sends_to_them():
    kept = secrets.generate()

    assert set(json.loads(secrets.environment(kept, "billing")["SEALING_KEYS"])) == {
        "billing",
        "notifications",
        "gateway",
    }
    assert set(json.loads(secrets.environment(kept, "gateway")["SEALING_KEYS"])) == set(secrets.RECEIVERS)


def test_symmetric_keys_have_32_bytes():
    kept = secrets.generate()

    for name in ("SEALING_KEYS", "FIELD_KEYS", "BLOB_KEYS"):
        assert {len(base64.b64decode(key)) for key in kept[name].values()} == {32}
