"""Quotations: signed compact tokens of billing, believed by their signature alone (SP-111)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc._rfc8037.jws_eddsa import EdDSAAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import ValidationError

from contracts.billing import Quotation

TYPE = "quotation+jwt"
_LONGEST = 8192
_NO_QUOTATION = (
    JoseError,
    ValidationError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    OverflowError,
)


class _EdDSA(EdDSAAlgorithm):
    """The name of RFC 8037, which RFC 9864 replaces by Ed25519; the key set holds Ed25519 keys alone."""

    security_warning = None  # type: ignore[assignment]


class QuotationReader:
    """Reads quotations that were signed with a known key."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        if any(key.get("crv") != "Ed25519" or not key.get("kid") or "d" in key for key in keys["keys"]):
            raise ValueError("QUOTE_PUBLIC_KEYS holds public Ed25519 keys with a kid")
        if not keys["keys"]:
            raise ValueError("QUOTE_PUBLIC_KEYS holds no key")
        self._known = [key["kid"] for key in keys["keys"]]
        self._first = next(iter(self._known), None)
        self._keys = KeySet.import_key_set({"keys": list(keys["keys"])})
        self._registry = JWSRegistry(algorithms=["EdDSA"])
        self._registry.algorithms = {"EdDSA": _EdDSA()}

    def read(self, token: str) -> Quotation | None:
        """Return the quotation of a token; None when it is not one that billing signed."""
        if len(token) > _LONGEST:
            return None
        try:
            found = jwt.decode(token, self._key, registry=self._registry)
            quotation = Quotation.model_validate(found.claims["quotation"])
            ends = datetime.fromtimestamp(found.claims["exp"], UTC)
        except _NO_QUOTATION:
            return None
        return quotation.model_copy(update={"expires_at": min(ends, quotation.expires_at)})

    def _key(self, signed: Any) -> Any:
        """Return the key that the header names, of those we know; the first where it names none."""
        header = signed.headers()
        kid = header.get("kid", self._first)
        if header.get("typ") != TYPE or header.get("alg") != "EdDSA" or kid not in self._known:
            raise ValueError("no quotation of ours")
        return self._keys.get_by_kid(kid)
