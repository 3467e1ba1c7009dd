"""What identity asks of the partner that identifies people (ID-90, MS-07)."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from contracts.identity import IdentificationMethod


class PartnerUnavailableError(Exception):
    """The partner cannot be reached now: try again."""


class PartnerRefusedError(Exception):
    """The partner does not take this order, now or later; the text says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """An identification to be carried out; `round` tells a new order from a repeated one."""

    id: UUID
    round: int
    method: IdentificationMethod
    name: str
    birth_date: date | None
    email: str
    phone: str
    """E.164; empty: not known."""

    address: tuple[str, ...]
    organisation_name: str
    until: date
    """The last day on which it is of use."""


class Partner(Protocol):
    """The partner; each call may be repeated."""

    @property
    def external(self) -> bool:
        """Whether somebody outside identifies; otherwise the back office enters the results."""
        ...

    async def order(self, order: Order) -> str | None:
        """Order, or change the method of what was ordered; return the partner's reference, None by hand."""
        ...

    async def cancel(self, reference: str) -> None:
        """Take an order back; one that the partner does not have any more is no error."""
        ...
