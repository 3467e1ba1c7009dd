"""The signature of a quotation."""

import json
from base64 import urlsafe_b64encode

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from services.chain.invitations import Invitations, token_hash
from services.chain.quotations import QuotationReader
from tests.harness import a_key
from tests.unit.chain.chain_builders import a_quotation
from tests.unit.chain.chain_quotations import a_signing_key, public, signed


def test_a_signed_quotation_is_read():
    key, quotation = a_signing_key(), a_quotation()
    assert QuotationReader(public(key)).read(signed(key, quotation)) == quotation


@pytest.mark.rule("SP-111")
def test_nothing_else_is_believed():
    key, quotation = a_signing_key(), a_quotation()
    reader, token = QuotationReader(public(key)), signed(key, quotation)
    head, body, signature = token.split(".")
    none = urlsafe_b64encode(json.dumps({"alg": "none", "typ": "quotation+jwt"}).encode()).decode().rstrip("=")
    for text in (
        "", "x", "a.b.c", token[:-8] + "AAAAAAAA", f"{head}.{body}.", f"{none}.{body}.", f"{none}.{body}.{signature}",
        f"{head}.{body[:-4]}AAAA.{signature}", "é" * 20, token * 20,
        signed(key, quotation, typ="at+jwt"), signed(a_signing_key(), quotation), signed(key, quotation, exp=None),
        signed(key, quotation, quotation={"id": "x"}), signed(OKPKey.generate_key("Ed25519", {"kid": "q1"}), quotation),
    ):  # fmt: skip
        assert reader.read(text) is None


def test_a_shared_secret_is_no_signature():
    key = a_signing_key()
    body = json.dumps({"quotation": a_quotation().model_dump(mode="json"), "exp": 1})
    secret = OctKey.import_key(key.as_dict(private=False)["x"] * 2)
    forged = jws.serialize_compact({"alg": "HS256", "typ": "quotation+jwt", "kid": "q1"}, body, secret)
    assert QuotationReader(public(key)).read(forged) is None


def test_the_earlier_of_two_ends_counts():
    key, quotation = a_signing_key(), a_quotation()
    read = QuotationReader(public(key)).read(signed(key, quotation, exp=1))
    assert read.expires_at.timestamp() == 1


@pytest.mark.parametrize(
    "key", [{"crv": "X25519", "kid": "a"}, {"crv": "Ed25519"}, {"crv": "Ed25519", "kid": "a", "d": "x"}]
)
def test_a_key_set_with_another_kind_of_key_stops_the_start(key):
    with pytest.raises(ValueError, match="QUOTE_PUBLIC_KEYS"):
        QuotationReader({"keys": [key]})


@pytest.mark.rule("SP-63", "SP-117")
def test_the_token_of_a_link_comes_from_key_and_id_alone():
    first, second = Invitations(a_key(), "https://x.example/"), Invitations(a_key(), "https://x.example")
    id_, other = a_quotation().id, a_quotation().id
    assert first.token(id_) == first.token(id_)
    assert first.token(id_) != first.token(other)
    assert first.token(id_) != second.token(id_)
    assert first.link(id_) == f"https://x.example/invitations/{first.token(id_)}"
    assert token_hash(first.token(id_)) != first.token(id_)
    with pytest.raises(ValueError, match="INVITATION_KEY"):
        Invitations("", "https://x.example")
