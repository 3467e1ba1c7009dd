"""Documents that are still to be made: planned, tried again, and failed when that does not help (ST-46, R22)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.chain import ChainAuthorizationState
from contracts.identity import AdditionState
from contracts.notifications import Purpose

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
    """The agreement of a request, or the contract of an addition, still to be made; the id is the document's."""

    id: UUID
    request: ChainAuthorizationState | AdditionState
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

    fiscal_number: str | None = None
    """Of a relation without KvK number, encrypted for its place; forgotten with the plan (S38)."""


def purpose_of(document: PlannedDocument) -> Purpose:
    """Return what a document is for."""
    return Purpose.CONTRACT if isinstance(document.request, AdditionState) else Purpose.AGREEMENT


def status_after(tries: int) -> DocumentStatus:
    """Return the status of a document that could not be rendered so many times."""
    return DocumentStatus.FAILED if tries >= TRIES else DocumentStatus.PLANNED


def pause_after(times: int) -> timedelta:
    """Return how long a document rests that was tried in vain so many times: twice as long each time."""
    return min(_FIRST_PAUSE * (1 << min(max(times - 1, 0), _DOUBLINGS)), _LONGEST_PAUSE)
