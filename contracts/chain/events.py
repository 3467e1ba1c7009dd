"""Facts of chain: access, chain authorizations, and what other suppliers may know."""

__all__ = (
    "AgreementIncomplete",
    "AgreementReceived",
    "ChainAccessChanged",
    "ChainAccessEvent",
    "ChainAccessSnapshot",
    "ChainAccessState",
    "ChainAuthorizationActivated",
    "ChainAuthorizationEvent",
    "ChainAuthorizationExpired",
    "ChainAuthorizationRemoved",
    "ChainAuthorizationRequested",
    "ChainAuthorizationSnapshot",
    "ChainAuthorizationState",
    "ChainEvent",
    "ChainUsersChanged",
    "InvitationDeclined",
    "InvitationExpired",
    "InvitationFailed",
    "PublicChainAuthorizationChanged",
    "PublicChainAuthorizationEvent",
    "PublicChainAuthorizationSnapshot",
    "PublicChainAuthorizationState",
    "RemovalScheduled",
    "RenewalDue",
)

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.chain.values import AccessStatus, ChainStatus, Contact, NamedRelation, Scope, Sender
from contracts.message import BlobReference, Event, PublicEvent, Sealed, State
from contracts.values import Cents, KvkNumber, Language, Period


class ChainAccessState(State):
    """An organisation's access to the chain functionality; the id is the organisation's."""

    status: AccessStatus
    price_per_year: Cents | None = None
    """Of the accepted offer, without VAT; None: the price list's."""


class ChainAuthorizationState(State):
    """A chain authorization of a relation to an intermediary."""

    intermediary_id: UUID
    relation: NamedRelation
    status: ChainStatus
    scope: Scope
    person_ids: tuple[UUID, ...] = ()
    years: int | None = None
    end: date | None = None
    """The term asked for: whole years from activation, or a last day."""

    period: Period | None = None
    """From activation to the last day; None before."""

    ends_on: date | None = None
    """The day on which a scheduled deletion takes effect."""

    contact: Contact
    sender: Sender
    language: Language
    reference: str | None = None
    renewal_of: UUID | None = None


class ChainEvent(Event):
    """A fact of chain."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "chain-authorizations"


class ChainAccessEvent(ChainEvent):
    """A fact of an organisation's access."""

    state: ChainAccessState


class ChainAccessChanged(ChainAccessEvent):
    """Access was asked for, offered, opened or given up (ST-42 to ST-45)."""


class ChainAccessSnapshot(ChainAccessEvent):
    """The present access of an organisation."""

    snapshot: ClassVar[bool] = True


class ChainAuthorizationEvent(ChainEvent):
    """A fact of one chain authorization."""

    state: ChainAuthorizationState


class ChainAuthorizationRequested(ChainAuthorizationEvent):
    """The intermediary asked; the invitation is on its way (ST-46)."""

    fiscal_number: Sealed | None = None
    """Of a relation without KvK number: for notifications, which writes it into the agreement.

    Bound to the chain authorization's id in place of the message's.
    """


class InvitationFailed(ChainAuthorizationEvent):
    """The invitation could not be delivered (ST-47)."""


class AgreementReceived(ChainAuthorizationEvent):
    """The signed agreement came in (ST-48)."""

    agreement: BlobReference


class AgreementIncomplete(ChainAuthorizationEvent):
    """The agreement is incomplete or wrongly signed (ST-51)."""

    reason: str


class InvitationDeclined(ChainAuthorizationEvent):
    """The relation declined (SP-63)."""


class InvitationExpired(ChainAuthorizationEvent):
    """No agreement came in time; the request is removed (ST-50)."""


class ChainAuthorizationActivated(ChainAuthorizationEvent):
    """The supplier accepted the agreement (ST-53); of a renewal: the old one goes on until the new end (ST-60)."""


class ChainUsersChanged(ChainAuthorizationEvent):
    """Users were linked or unlinked (CH-87, CH-88)."""


class RenewalDue(ChainAuthorizationEvent):
    """Three months before the end (ST-58)."""


class RemovalScheduled(ChainAuthorizationEvent):
    """The chain authorization stops on a day (ST-64)."""


class ChainAuthorizationRemoved(ChainAuthorizationEvent):
    """Deleted by the intermediary (ST-56, ST-57, ST-63, ST-65, ST-66)."""


class ChainAuthorizationExpired(ChainAuthorizationEvent):
    """The end date passed (ST-61)."""


class ChainAuthorizationSnapshot(ChainAuthorizationEvent):
    """The present state of a chain authorization."""

    snapshot: ClassVar[bool] = True


class PublicChainAuthorizationState(State):
    """What other suppliers may know of a chain authorization: organisations and services, no person."""

    intermediary_kvk_number: KvkNumber
    relation_kvk_number: KvkNumber | None
    active: bool
    scope: Scope
    period: Period | None


class PublicChainAuthorizationEvent(PublicEvent):
    """A fact of a chain authorization for other suppliers."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "chain-authorizations"

    state: PublicChainAuthorizationState


class PublicChainAuthorizationChanged(PublicChainAuthorizationEvent):
    """A chain authorization is active at this supplier, or is no longer."""


class PublicChainAuthorizationSnapshot(PublicChainAuthorizationEvent):
    """The present state of a chain authorization, for a supplier that is new or has lost track."""

    snapshot: ClassVar[bool] = True
