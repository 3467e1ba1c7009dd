"""Signing keys rotate: the new key is announced, then used; the old one counts as long as its tokens live (S17)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from joserfc.jwk import OKPKey

from gateway.tokens import InvalidTokenError, TokenReader
from services.identity.crypto.tokens import ACCESS_LIFE_S, Tokens
from tests.harness import a_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLAIMS = {"kind": "staff", "sub": str(uuid4()), "sid": str(uuid4()), "auth_time": 1, "staff_roles": ["handler"]}


def a_signing_key(name):
    return dict(OKPKey.generate_key("Ed25519", {"kid": name, "use": "sig"}).as_dict(private=True))


def reader(*keys):
    return TokenReader({"keys": [{name: part for name, part in key.items() if name != "d"} for key in keys]}, "dep")


@pytest.mark.security("S17")
def test_no_request_fails_while_the_signing_key_rotates():
    """A token a second for half an hour, used all its life; gateway and identity change one after the other."""
    old, new = a_signing_key("token-1"), a_signing_key("token-2")
    refresh = a_key()
    announced, used, withdrawn = 300, 600, 600 + ACCESS_LIFE_S
    read = 0
    for second in range(0, 1800, 3):
        signing = old if second < used else new
        token = Tokens(signing, refresh, "dep").access(CLAIMS, uuid4(), NOW + timedelta(seconds=second))
        for age in (0, 150, ACCESS_LIFE_S - 1):
            moment = second + age
            known = (old,) if moment < announced else (old, new) if moment < withdrawn else (new,)
            assert reader(*known).read(token, NOW + timedelta(seconds=moment)).session_id
            read += 1
    assert read == 1800
    last = Tokens(old, refresh, "dep").access(CLAIMS, uuid4(), NOW)
    with pytest.raises(InvalidTokenError):
        reader(new).read(last, NOW)
