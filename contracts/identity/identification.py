"""The identification in person for EH3 and up, by AMP Groep or entered by hand (ID-57, ID-89 to ID-92, SM 9)."""

__all__ = (
    "ChangeIdentificationAddress",
    "ChooseIdentificationMethod",
    "IdentificationMethod",
    "IdentificationPage",
    "IdentificationStatus",
    "IdentificationView",
    "ListIdentifications",
    "OrderIdentification",
    "RecordFailedIdentification",
    "ReportIdentification",
)

from datetime import datetime
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.identity.values import PersonName
from contracts.message import Done, Model, Page, Sealed
from contracts.values.terms import Term


class IdentificationMethod(Term):
    """How a person is identified (CF-09)."""

    PHYSICAL = "physical"
    APP = "app"


class IdentificationStatus(Term):
    """SM 9; CANCELLED when the credential it was for is gone (ST-12)."""

    ORDERED = "ordered"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class _IdentificationCommand(IdentityCommand[Done]):
    identification_id: UUID
    """The credential that it is for, the first one of a request for several organisations; or the upgrade."""

    @property
    def key(self) -> str:
        """The identification."""
        return str(self.identification_id)


class OrderIdentification(_IdentificationCommand):
    """Tell the partner what it does not know yet; sent by the service to itself (ST-72, ST-75, ST-12)."""


class ReportIdentification(_IdentificationCommand):
    """The partner reports: appointment, changed address, identified, failed (ST-73, ST-76, ST-77)."""

    report: Sealed
    """A JWT that the partner has signed, with `iat` and `jti` against replay."""


class ChooseIdentificationMethod(IdentityCommand[Done]):
    """The holder chooses the way of identification during activation (ST-75, CF-10)."""

    activation_id: UUID
    method: IdentificationMethod

    @property
    def key(self) -> str:
        """The activation."""
        return str(self.activation_id)


class RecordFailedIdentification(IdentityCommand[Done]):
    """The back office records that the holder was not identified (ST-77)."""

    credential_id: UUID
    reason: str = Field(min_length=1, max_length=200)

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)


class ChangeIdentificationAddress(IdentityCommand[Done]):
    """An attempt to change the address here: refused with the partner's site (ID-91)."""

    credential_id: UUID

    @property
    def key(self) -> str:
        """The credential."""
        return str(self.credential_id)


class IdentificationView(Model):
    """An identification in the back office's queue."""

    identification_id: UUID
    credential_id: UUID
    name: PersonName
    organisation_name: str
    method: IdentificationMethod
    status: IdentificationStatus
    ordered_at: datetime
    appointment_at: datetime | None = None
    reference: str | None = None
    """The partner's; None: not ordered there, so the result is entered by hand."""

    reason: str | None = None


class IdentificationPage(Page):
    """A part of the queue."""

    rows: tuple[IdentificationView, ...] = ()


class ListIdentifications(IdentityQuery[IdentificationPage]):
    """The back office's queue of identifications, oldest first."""

    status: IdentificationStatus = IdentificationStatus.ORDERED
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)
