"""The cookies of visitors: the device that they speak from (S11), and the proofs of what they have made (S32)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from uuid import UUID

from fastapi import Response

_DEVICE = "__Host-device"
_DEVICE_FORM = re.compile(r"[A-Za-z0-9_-]{32}")
_PROOF = "__Host-request-"
_PROOF_FORM = re.compile(rf"{_PROOF}(?P<id>[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")
_SECRET_FORM = re.compile(r"[0-9a-f]{64}")
_DAY_S = 24 * 3600
_YEAR_S = 365 * _DAY_S


def device_of(cookies: Mapping[str, str]) -> tuple[str, bool]:
    """Return the device that a visitor speaks from, and whether it is new."""
    found = cookies.get(_DEVICE, "")
    return (found, False) if _DEVICE_FORM.fullmatch(found) else (token_urlsafe(24), True)


def give_device(response: Response, device: str) -> None:
    """Give a visitor the device cookie, by which an own browser is told from others' guesses, for a year."""
    _set(response, _DEVICE, device, _YEAR_S)


@dataclass(frozen=True, slots=True)
class Proof:
    """What only the browser has that made the request `id`: never in an address, nor in an answer's body."""

    id: UUID
    secret: str

    @property
    def owner(self) -> str:
        """Who owns what was made with it."""
        return f"proof:{self.secret}"

    def give(self, response: Response) -> None:
        """Give a visitor the proof, for a day from now."""
        _set(response, f"{_PROOF}{self.id}", self.secret, _DAY_S)


def proofs_in(cookies: Mapping[str, str]) -> dict[UUID, Proof]:
    """Return the proofs that a browser shows, by request."""
    found = ((_PROOF_FORM.fullmatch(name), secret) for name, secret in sorted(cookies.items()))
    proofs = (Proof(UUID(named["id"]), secret) for named, secret in found if named and _SECRET_FORM.fullmatch(secret))
    return {proof.id: proof for proof in proofs}


def _set(response: Response, name: str, value: str, life_s: int) -> None:
    response.set_cookie(name, value, max_age=life_s, path="/", secure=True, httponly=True, samesite="strict")
