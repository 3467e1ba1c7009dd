"""Access tokens (signed with Ed25519, RFC 9068) and refresh tokens (derived by HMAC, stored nowhere): S14, S15."""

import hmac
from base64 import b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey

ACCESS_LIFE_S: Final = 300
ALGORITHM: Final = "Ed25519"
TYPE: Final = "at+jwt"
AUDIENCE: Final = "volmacht-gateway"


class Tokens:
    """Makes the tokens of sessions and clients of one deployment."""

    def __init__(self, signing_key: dict[str, Any], refresh_key: str, deployment: str) -> None:
        self._key = OKPKey.import_key(signing_key)
        self._refresh_key = b64decode(refresh_key)
        self._issuer = f"volmacht:{deployment}"

    def access(self, claims: dict[str, Any], token_id: UUID, now: datetime) -> str:
        """Return a signed access token of five minutes with these claims beside those of every token."""
        issued = int(now.timestamp())
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self._key.kid or self._key.thumbprint()}
        common = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "iat": issued,
            "nbf": issued,
            "exp": issued + ACCESS_LIFE_S,
            "jti": str(token_id),
        }
        return jwt.encode(header, {**claims, **common}, self._key, algorithms=[ALGORITHM])

    def refresh(self, session_id: UUID, counter: int) -> str:
        """Return the refresh token of a session with this counter: the same whenever it is asked for."""
        return f"{counter}.{self._signature(session_id, counter)}"

    def counter(self, session_id: UUID, token: str) -> int | None:
        """Return the counter of a refresh token that was made for this session, None for any other text."""
        number, _, signature = token.partition(".")
        if not number.isdecimal() or not number.isascii() or len(number) > 9:  # noqa: PLR2004 (no session lives so long)
            return None
        expected = self._signature(session_id, int(number))
        return int(number) if hmac.compare_digest(expected.encode(), signature.encode()) else None

    def _signature(self, session_id: UUID, counter: int) -> str:
        digest = hmac.digest(self._refresh_key, f"{session_id}:{counter}".encode(), sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
