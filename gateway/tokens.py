"""Access tokens: which ones are believed, and who they say is speaking (S14)."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc._rfc8037.jws_eddsa import EdDSAAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts.actor import Actor, ActorKind, StaffRole
from contracts.values import Language, Level, Oin, Role

AUDIENCE = "volmacht-gateway"
TYPE = "at+jwt"
DECISIONS = "decisions"
_HEADER = {"alg", "kid", "typ"}
_LONGEST = 4096
_REMEMBERED = 4096
_LIFE_S = 300
_SKEW_S = 5


class InvalidTokenError(Exception):
    """A token that is not believed; which fault it has is nobody's business."""


class _EdDSA(EdDSAAlgorithm):
    """The name of RFC 8037, which RFC 9864 replaces by Ed25519; the key set holds Ed25519 keys alone."""

    security_warning: str | None = None  # type: ignore[assignment]


class _Ed25519(_EdDSA):
    name = "Ed25519"


class _Claims(BaseModel):
    """The claims of an access token."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)

    iss: str
    aud: str
    sub: UUID
    iat: int = Field(strict=True)
    exp: int = Field(strict=True)
    jti: str = Field(min_length=8, max_length=64)
    kind: ActorKind
    sid: UUID | None = None
    auth_time: int | None = Field(default=None, strict=True)
    tenant: UUID | None = None
    role: Role | None = None
    acr: Level | None = None
    staff_roles: frozenset[StaffRole] = frozenset()
    oin: Oin | None = None
    scope: str = ""
    lang: Language = Language.NL

    @model_validator(mode="after")
    def _complete(self) -> "_Claims":
        """Refuse a token that does not say all that its kind must say."""
        match self.kind:
            case ActorKind.CLIENT:
                complete = self.oin is not None and DECISIONS in self.scope.split()
            case ActorKind.STAFF:
                complete = None not in {self.sid, self.auth_time} and bool(self.staff_roles)
            case ActorKind.PERSON:
                complete = None not in {self.sid, self.auth_time} and (self.tenant is None) is (self.role is None)
            case _:
                complete = False
        if not complete:
            raise ValueError("claims are missing")
        return self


class TokenReader:
    """Reads access tokens of one deployment."""

    def __init__(self, keys: Mapping[str, Any], deployment: str) -> None:
        self._keys = {str(key["kid"]): OKPKey.import_key(_checked(key)) for key in keys["keys"]}
        self._issuer = f"volmacht:{deployment}"
        self._registry = JWSRegistry(algorithms=["EdDSA", "Ed25519"])
        self._registry.algorithms = {"EdDSA": _EdDSA(), "Ed25519": _Ed25519()}
        self._believed = lru_cache(_REMEMBERED)(self._verified)
        """A signature that was right stays right: only what time changes is looked at with each request."""

    def read(self, token: str, now: datetime) -> Actor:
        """Return who a token speaks for; raise InvalidTokenError."""
        claims, actor = self._believed(token)
        seconds = now.timestamp()
        if claims.iss != self._issuer or claims.aud != AUDIENCE:
            raise InvalidTokenError
        if not claims.iat - _SKEW_S <= seconds < claims.exp or claims.exp - claims.iat > _LIFE_S:
            raise InvalidTokenError
        return actor

    def _verified(self, token: str) -> tuple[_Claims, Actor]:
        if len(token) > _LONGEST:
            raise InvalidTokenError
        try:
            found = jwt.decode(token, self._key, registry=self._registry)
            self._check_header(found.header)
            claims = _Claims.model_validate(found.claims)
        except (JoseError, ValidationError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise InvalidTokenError from error
        return claims, _actor(claims)

    def _key(self, signed: Any) -> Any:
        """Return the key that the header names, of those we know; nothing in a token brings a key of its own."""
        header = signed.headers()
        self._check_header(header)
        return self._keys[header["kid"]]

    def _check_header(self, header: Mapping[str, Any]) -> None:
        if set(header) != _HEADER or header["typ"] != TYPE or header["kid"] not in self._keys:
            raise InvalidTokenError


def _checked(key: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse to start with a key that is no public Ed25519 key with a name."""
    if key.get("crv") != "Ed25519" or not key.get("kid") or "d" in key:
        raise ValueError("TOKEN_PUBLIC_KEYS holds public Ed25519 keys with a kid")
    return dict(key)


def _actor(claims: _Claims) -> Actor:
    if claims.kind is ActorKind.CLIENT:
        return Actor(kind=claims.kind, client_id=claims.sub, oin=claims.oin, language=claims.lang)
    return Actor(
        kind=claims.kind, person_id=claims.sub, organisation_id=claims.tenant, role=claims.role, level=claims.acr,
        staff_roles=claims.staff_roles, session_id=claims.sid, language=claims.lang,
    )  # fmt: skip
