"""Documents that are still to be made: planned, tried again, and failed when that does not help (ST-46, R22)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.chain import ChainAuthorizationState

TRIES = 3
"""Tries of a document that cannot be rendered."""

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=5)
_DOUBLINGS = 12


class DocumentStatus(StrEnum):
    """How far a planned document got; one that is made is no longer planned."""

    PLANNED = "planned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """The agreement of a request that is still to be made; the id is the document's."""

    id: UUID
    request: ChainAuthorizationState
    requested_on: date
    planned_at: datetime
    taken_until: datetime
    """Before this moment of the real clock no worker takes it: one is at work on it, or it rests."""

    status: DocumentStatus = DocumentStatus.PLANNED
    waits: int = 0
    """How often the names of the organisation or of services were not known yet."""

    tries: int = 0
    """How often it could not be rendered."""

    reason: str = ""
    """Why it could not be rendered; names no person."""

    def without_names(self) -> "PlannedDocument":
        """Return the document after names were missing: that lasts as long as it lasts."""
        return replace(self, waits=self.waits + 1)

    def after_fault(self, reason: str) -> "PlannedDocument":
        """Return the document after it could not be rendered; after three tries it has failed."""
        tries = self.tries + 1
        status = DocumentStatus.FAILED if tries >= TRIES else DocumentStatus.PLANNED
        return replace(self, tries=tries, status=status, reason=reason)

    @property
    def pause(self) -> timedelta:
        """How long it rests before it is tried again: twice as long each time."""
        again = max(self.waits + self.tries - 1, 0)
        return min(_FIRST_PAUSE * (1 << min(again, _DOUBLINGS)), _LONGEST_PAUSE)
