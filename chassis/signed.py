"""Tokens that somebody else has signed with Ed25519: believed by their signature alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, Self, TypeVar

from joserfc import jwt
from joserfc._rfc8037.jws_eddsa import EdDSAAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import ValidationError

_LONGEST = 8192
_NO_VALUE = (ValidationError, ValueError, TypeError, KeyError, OverflowError)
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


class Ending(Protocol):
    """A frozen model that holds until a moment."""

    @property
    def expires_at(self) -> datetime:
        """The moment."""
        ...

    @classmethod
    def model_validate(cls, obj: Any) -> Self:
        """Return the value of data, or raise ValidationError."""
        ...

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """Return the value with some fields changed."""
        ...


M = TypeVar("M", bound=Ending)


class _EdDSA(EdDSAAlgorithm):
    """The name of RFC 8037, which RFC 9864 replaces by Ed25519; the key set holds Ed25519 keys alone."""

    security_warning = None  # type: ignore[assignment]


class SignedReader:
    """Reads JWTs of one type that were signed with a known key; `name` is the setting, for the error at the start."""

    def __init__(self, keys: Mapping[str, Any], type_: str, name: str) -> None:
        if any(key.get("crv") != "Ed25519" or not key.get("kid") or "d" in key for key in keys["keys"]):
            raise ValueError(f"{name} holds public Ed25519 keys with a kid")
        if not keys["keys"]:
            raise ValueError(f"{name} holds no key")
        self._type = type_
        self._known = [key["kid"] for key in keys["keys"]]
        self._keys = KeySet.import_key_set({"keys": list(keys["keys"])})
        self._registry = JWSRegistry(algorithms=["EdDSA"])
        self._registry.algorithms = {"EdDSA": _EdDSA()}

    def claims(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token; None when it is not one that a known key has signed."""
        if len(token) > _LONGEST:
            return None
        try:
            return dict(jwt.decode(token, self._key, registry=self._registry).claims)
        except _UNREADABLE:
            return None

    def _key(self, signed: Any) -> Any:
        """Return the key that the header names, of those we know; the first where it names none."""
        header = signed.headers()
        kid = header.get("kid", self._known[0])
        if header.get("typ") != self._type or header.get("alg") != "EdDSA" or kid not in self._known:
            raise ValueError("no token of a known key")
        return self._keys.get_by_kid(kid)


class SignedValues(Generic[M]):
    """Reads values of one model, each from a claim of a token; a value ends with its token at the latest."""

    def __init__(self, reader: SignedReader, claim: str, model: type[M]) -> None:
        self._reader = reader
        self._claim = claim
        self._model = model

    def read(self, token: str) -> M | None:
        """Return the value of a token; None when it is not one that a known key has signed."""
        claims = self._reader.claims(token)
        if claims is None:
            return None
        try:
            value = self._model.model_validate(claims[self._claim])
            ends = datetime.fromtimestamp(claims["exp"], UTC)
        except _NO_VALUE:
            return None
        return value.model_copy(update={"expires_at": min(ends, value.expires_at)})
