"""Machine clients: which keys they may have, which assertions are taken (private_key_jwt, RFC 7523)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.identity import IdentityRefusal
from contracts.message import Refusal

LONGEST_LIFE_S = 300
"""An assertion may live five minutes at most."""

SKEW_S = 10
"""Seconds by which the clock of a client may run ahead."""

_LEAST_JTI, _MOST_JTI = 8, 128
_NEEDED = {("OKP", "Ed25519"): {"x"}, ("EC", "P-256"): {"x", "y"}}
_ALGORITHMS = {("OKP", "Ed25519"): ("Ed25519", "EdDSA"), ("EC", "P-256"): ("ES256",)}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
_FORBIDDEN_HEADERS = frozenset({"jku", "x5u", "jwk", "x5c", "crit", "b64"})

INVALID_ASSERTION = Refusal(code=IdentityRefusal.INVALID_ASSERTION)
INVALID_KEY = Refusal(code=IdentityRefusal.INVALID_KEY)


@dataclass(frozen=True, slots=True)
class MachineClient:
    """A system of a service provider or broker, with the public half of its key."""

    id: UUID
    oin: str
    name: str
    public_key: dict[str, str]


@dataclass(frozen=True, slots=True)
class UsedAssertion:
    """An assertion that was taken; it is kept until it would be refused anyway."""

    id: str
    expires_at: datetime


def has_right_form(jwk: Mapping[str, str]) -> bool:
    """Say whether a JWK is the public half of an Ed25519 or P-256 key."""
    needed = _NEEDED.get((jwk.get("kty", ""), jwk.get("crv", "")))
    return needed is not None and needed <= set(jwk) and not _PRIVATE & set(jwk)


def algorithms(jwk: Mapping[str, str]) -> tuple[str, ...]:
    """Return the signature algorithms that go with a key; no other is verified."""
    return _ALGORITHMS.get((jwk.get("kty", ""), jwk.get("crv", "")), ())


def takes_header(header: Mapping[str, Any], jwk: Mapping[str, str]) -> bool:
    """Say whether an assertion's header may be followed: known algorithm, no key of its own."""
    return header.get("alg") in algorithms(jwk) and not _FORBIDDEN_HEADERS & set(header)


def decide_assertion(
    client_id: UUID, claims: Mapping[str, Any], audience: str, now: datetime
) -> UsedAssertion | Refusal:
    """Judge the claims of an assertion whose signature is right; the id of the outcome may be used once."""
    named = claims.get("iss") == claims.get("sub") == str(client_id)
    audiences = claims.get("aud")
    meant = audiences == audience or (isinstance(audiences, list) and audience in audiences)
    jti = claims.get("jti")
    if not named or not meant or not isinstance(jti, str) or not _LEAST_JTI <= len(jti) <= _MOST_JTI:
        return INVALID_ASSERTION
    expires = _in_time(claims, now)
    if expires is None:
        return INVALID_ASSERTION
    return UsedAssertion(id=f"{client_id}:{jti}", expires_at=datetime.fromtimestamp(expires, tz=now.tzinfo))


def _in_time(claims: Mapping[str, Any], now: datetime) -> float | None:
    """Return when an assertion ends, None when it is over, not yet valid, or lives too long."""
    present = now.timestamp()
    expires = claims.get("exp")
    moments = [claims[name] for name in ("exp", "nbf", "iat") if name in claims]
    if expires is None or not all(
        isinstance(moment, int | float) and not isinstance(moment, bool) for moment in moments
    ):
        return None
    if any(claims[name] > present + SKEW_S for name in ("nbf", "iat") if name in claims):
        return None
    return float(expires) if present < expires <= present + LONGEST_LIFE_S + SKEW_S else None
