"""Values that only one may have: a document keyed by the value, never an index error caught."""

from dataclasses import dataclass
from uuid import UUID

from chassis.mongo import Collection


@dataclass(frozen=True, slots=True)
class Reservation:
    """Who has the value; the id is `kind:value`."""

    id: str
    owner: UUID


RESERVATIONS = Collection("reservations", Reservation)
