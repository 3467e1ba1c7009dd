"""Signatures of machine clients: their public keys, their assertions (RFC 7523)."""

import json
import warnings
from base64 import urlsafe_b64decode
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey

from services.identity.domain.clients import algorithms, has_right_form, takes_header

_LONGEST = 4096


def public_key(jwk: dict[str, str]) -> dict[str, str] | None:
    """Return what is stored of a public JWK, None when it is no Ed25519 or P-256 key, or holds a private half."""
    if not has_right_form(jwk):
        return None
    try:
        _import(jwk)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    return {name: jwk[name] for name in ("kty", "crv", "x", "y", "kid") if name in jwk}


def verified_claims(assertion: str, jwk: dict[str, str]) -> dict[str, Any] | None:
    """Return the claims of an assertion that the key's owner signed, None for any other text."""
    if len(assertion) > _LONGEST or not takes_header(_header(assertion), jwk):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # the name EdDSA is deprecated and in wide use
            return jwt.decode(assertion, _import(jwk), algorithms=list(algorithms(jwk))).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        return None


def _header(assertion: str) -> dict[str, Any]:
    """Return the header before its signature is verified: only to choose whether to verify at all."""
    try:
        part = assertion.split(".", 1)[0]
        header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}


def _import(jwk: dict[str, str]) -> OKPKey | ECKey:
    known: dict[str, str | list[str]] = {name: jwk[name] for name in ("kty", "crv", "x", "y") if name in jwk}
    return OKPKey.import_key(known) if jwk["kty"] == "OKP" else ECKey.import_key(known)
