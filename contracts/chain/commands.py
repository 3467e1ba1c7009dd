"""Commands to chain about one chain authorization: the answer, its users, its renewal and its end."""

__all__ = (
    "ApproveAgreement",
    "DeclineInvitation",
    "DeleteChainAuthorization",
    "Expire",
    "ExpireInvitation",
    "LinkUsers",
    "MarkIncomplete",
    "RemoveOnDate",
    "RequestRenewal",
    "ReturnAgreement",
    "UnlinkUsers",
    "WarnOfEnd",
)

from datetime import date
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.chain.requests import ChainCommand, Requested
from contracts.chain.values import Contact
from contracts.message import BlobReference, Done, Model, Sealed
from contracts.values import Language

R = TypeVar("R", bound=Model)


class _ChainAuthorizationCommand(ChainCommand[R]):
    chain_authorization_id: UUID
    seen_version: int | None = None
    """The version that the actor saw (If-Match); None: whatever it is now."""

    @property
    def key(self) -> str:
        """The chain authorization."""
        return str(self.chain_authorization_id)


class ReturnAgreement(_ChainAuthorizationCommand[Done]):
    """The relation uploads the signed agreement by its personal link (SP-63, ST-48)."""

    token: Sealed
    agreement: BlobReference


class DeclineInvitation(_ChainAuthorizationCommand[Done]):
    """The relation declines by its personal link (SP-63)."""

    token: Sealed


class ApproveAgreement(_ChainAuthorizationCommand[Done]):
    """The back office accepts after the check at the trade register (ST-53)."""


class MarkIncomplete(_ChainAuthorizationCommand[Done]):
    """The back office finds the agreement incomplete or wrongly signed (ST-51)."""

    reason: str = Field(min_length=1, max_length=1000)


class LinkUsers(_ChainAuthorizationCommand[Done]):
    """Add users (CH-87)."""

    person_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)


class UnlinkUsers(_ChainAuthorizationCommand[Done]):
    """Remove users; directly afterwards they have no access (CH-88)."""

    takes_away: ClassVar[bool] = True

    person_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)


class DeleteChainAuthorization(_ChainAuthorizationCommand[Done]):
    """Delete at once, or on a day in the future (CH.11)."""

    takes_away: ClassVar[bool] = True

    on: date | None = None


class RequestRenewal(_ChainAuthorizationCommand[Requested]):
    """Ask the relation again, from three months before the end (CH.10)."""

    contact: Contact
    language: Language
    quotation: str


class ExpireInvitation(_ChainAuthorizationCommand[Done]):
    """Three months without an agreement (TI-02); sent by the clock's tick."""


class WarnOfEnd(_ChainAuthorizationCommand[Done]):
    """Three months before the end (TI-04); sent by the clock's tick."""


class Expire(_ChainAuthorizationCommand[Done]):
    """The last day is over (TI-07); sent by the clock's tick."""


class RemoveOnDate(_ChainAuthorizationCommand[Done]):
    """The day of the scheduled deletion has come (TI-17); sent by the clock's tick."""
