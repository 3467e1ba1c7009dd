"""Signs quotations: a compact token that the order names (SP-111)."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc._rfc8037.jws_eddsa import EdDSAAlgorithm
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from contracts.billing import SIGNED_QUOTATION, Quotation


class _EdDSA(EdDSAAlgorithm):
    """The name of RFC 8037, which RFC 9864 replaces by Ed25519; the key is an Ed25519 key."""

    security_warning = None  # type: ignore[assignment]


class QuotationSigner:
    """Signs with one private Ed25519 key (JWK)."""

    def __init__(self, key: Mapping[str, Any], issuer: str) -> None:
        if key.get("crv") != "Ed25519" or not key.get("kid") or "d" not in key:
            raise ValueError("QUOTE_SIGNING_KEY holds a private Ed25519 key with a kid")
        self._key = OKPKey.import_key(dict(key))
        self._header = {"alg": "EdDSA", "typ": SIGNED_QUOTATION, "kid": key["kid"]}
        self._issuer = issuer
        self._registry = JWSRegistry(algorithms=["EdDSA"])
        self._registry.algorithms = {"EdDSA": _EdDSA()}

    def sign(self, quotation: Quotation) -> str:
        """Return the token of a quotation."""
        claims = {
            "iss": self._issuer,
            "exp": int(quotation.expires_at.timestamp()),
            "quotation": quotation.model_dump(mode="json"),
        }
        return jwt.encode(self._header, claims, self._key, registry=self._registry)
