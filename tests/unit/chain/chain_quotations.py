"""Signed quotations, as billing makes them."""

from joserfc import jwt
from joserfc._rfc8037.jws_eddsa import EdDSAAlgorithm
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry


class _EdDSA(EdDSAAlgorithm):
    security_warning = None


_REGISTRY = JWSRegistry(algorithms=["EdDSA"])
_REGISTRY.algorithms = {"EdDSA": _EdDSA()}


def a_signing_key():
    return OKPKey.generate_key("Ed25519", {"kid": "q1", "use": "sig"})


def public(key):
    return {"keys": [key.as_dict(private=False)]}


def signed(key, quotation, /, typ="quotation+jwt", **claims):
    given = {
        "iss": "volmacht:test", "exp": int(quotation.expires_at.timestamp()),
        "quotation": quotation.model_dump(mode="json"), **claims,
    }  # fmt: skip
    header = {"alg": "EdDSA", "typ": typ, "kid": "q1"}
    return jwt.encode(header, {k: v for k, v in given.items() if v is not None}, key, registry=_REGISTRY)
