"""Personal links: their tokens are made again from the request's id, and stored as a hash alone (SP-63, SP-117)."""

from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import new as hmac
from uuid import UUID

_MIN_KEY = 32


class Invitations:
    """Makes the personal links of one deployment."""

    def __init__(self, key: str, public_url: str) -> None:
        self._key = b64decode(key)
        if len(self._key) < _MIN_KEY:
            raise ValueError("INVITATION_KEY must be base64 of at least 32 bytes")
        self._url = public_url.rstrip("/")

    def token(self, id_: UUID) -> str:
        """Return the token of a request: HMAC-SHA256 of its id, base64url without padding."""
        return urlsafe_b64encode(hmac(self._key, id_.bytes, sha256).digest()).rstrip(b"=").decode()

    def link(self, id_: UUID) -> str:
        """Return the personal link to a request."""
        return f"{self._url}/invitations/{self.token(id_)}"


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode()).hexdigest()
