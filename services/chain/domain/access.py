"""Access to the chain functionality: an offer asked for, sent, and answered (SM 6, CH-07)."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.chain import AccessStatus, ChainAccessState, ChainRefusal
from contracts.message import Refusal
from contracts.values import Cents

WAITING = (AccessStatus.OFFER_REQUESTED, AccessStatus.OFFER_SENT)
"""The back office has something to do (ST-43, ST-44)."""


@dataclass(frozen=True, slots=True)
class ChainAccess:
    """An organisation's access; the id is the organisation's, the price in cents per year without VAT."""

    id: UUID
    status: AccessStatus
    asked_at: datetime
    price_per_year: Cents | None = None

    def state(self) -> ChainAccessState:
        """Return what others may know."""
        return ChainAccessState(id=self.id, status=self.status, price_per_year=self.price_per_year)


def decide_ask(access: ChainAccess | None, organisation_id: UUID, now: datetime) -> ChainAccess | Refusal:
    """Ask for an offer, once (ST-42)."""
    if access is not None and access.status in WAITING:
        return Refusal(code=ChainRefusal.OFFER_PENDING, details={"status": access.status})
    if access is not None and access.status is AccessStatus.OPEN:
        return _wrong(access)
    return ChainAccess(organisation_id, AccessStatus.OFFER_REQUESTED, now)


def decide_offer(access: ChainAccess | None, price_per_year: Cents | None) -> ChainAccess | Refusal:
    """Send the offer that was asked for (ST-43)."""
    if access is None:
        return Refusal(code=ChainRefusal.UNKNOWN)
    if access.status is not AccessStatus.OFFER_REQUESTED:
        return _wrong(access)
    return replace(access, status=AccessStatus.OFFER_SENT, price_per_year=price_per_year)


def decide_record(access: ChainAccess | None, *, accepted: bool) -> ChainAccess | Refusal:
    """Record the answer to the offer: accepted opens access (ST-44), refused leaves none (ST-45)."""
    if access is None:
        return Refusal(code=ChainRefusal.UNKNOWN)
    if access.status is not AccessStatus.OFFER_SENT:
        return _wrong(access)
    if accepted:
        return replace(access, status=AccessStatus.OPEN)
    return replace(access, status=AccessStatus.NONE, price_per_year=None)


def decide_end(access: ChainAccess | None) -> ChainAccess | None:
    """End the access of an organisation that is no customer any more; None when there is none to end."""
    if access is None or access.status is AccessStatus.NONE:
        return None
    return replace(access, status=AccessStatus.NONE, price_per_year=None)


def _wrong(access: ChainAccess) -> Refusal:
    return Refusal(code=ChainRefusal.WRONG_STATUS, details={"status": access.status})
