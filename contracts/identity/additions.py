"""Adding an organisation (organisatie toevoegen) to one's account: asked, contract sent in by post, accepted (ID.9)."""

__all__ = (
    "AcceptContract",
    "AddOrganisation",
    "AdditionAccepted",
    "AdditionEvent",
    "AdditionPage",
    "AdditionReceived",
    "AdditionRefused",
    "AdditionReminded",
    "AdditionRemoved",
    "AdditionSnapshot",
    "AdditionState",
    "AdditionStatus",
    "AdditionSubmitted",
    "AdditionView",
    "ContractChannel",
    "ContractView",
    "GetContract",
    "ListAdditions",
    "RefuseContract",
    "RemindOfContract",
    "RemoveAddition",
)

from datetime import date, datetime
from typing import ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.identity.applications import LegalRepresentative
from contracts.identity.base import IdentityCommand, IdentityQuery
from contracts.identity.events import IdentityEvent
from contracts.identity.values import PersonName
from contracts.message import BlobReference, Done, Model, Page, State
from contracts.values import BranchNumber, EmailAddress, KvkNumber, Language, Level, PhoneNumber
from contracts.values.terms import Term

R = TypeVar("R", bound=Model)


class AdditionStatus(Term):
    """How far an addition got (SM 4, ST-25 to ST-27)."""

    PENDING_CONTRACT = "pending_contract"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REMOVED = "removed"


class ContractChannel(Term):
    """How a signed contract came in; only by post it counts (ID-123)."""

    POST = "post"
    EMAIL = "email"
    UPLOAD = "upload"


class AdditionState(State):
    """An organisation that an administrator wants to add, and what its contract says."""

    person_id: UUID
    requested_from: UUID
    """The organisation of the session in which it was asked."""

    kvk_number: KvkNumber
    branch_number: BranchNumber | None = None
    name: str
    address: str
    administrator: PersonName
    representative: PersonName
    co_representatives: tuple[PersonName, ...] = ()
    level: Level
    years: Literal[1, 3]
    language: Language = Language.NL
    status: AdditionStatus
    customer_id: UUID | None = None
    """The organisation when it was a customer already: its administrators are told (SP-33)."""

    submitted_at: datetime | None = None
    """When its tariff was agreed to (BI-15, BI-22)."""


class AdditionEvent(IdentityEvent):
    """A fact of an addition."""

    state: AdditionState


class AdditionSubmitted(AdditionEvent):
    """An organisation was added; its contract is to be printed, signed and sent in (ST-25)."""


class AdditionReminded(AdditionEvent):
    """The signed contract is not in after the profile's days (SP-31)."""


class AdditionAccepted(AdditionEvent):
    """The signed contract is in: the organisation can be used (ST-26)."""


class AdditionRefused(AdditionEvent):
    """The contract was refused (ST-27)."""

    reason: str


class AdditionRemoved(AdditionEvent):
    """The signed contract never came (ST-27, SP-31)."""


class AdditionSnapshot(AdditionEvent):
    """The present state of an addition."""

    snapshot: ClassVar[bool] = True


class AdditionReceived(Model):
    """The organisation is added and waits for its contract."""

    addition_id: UUID


class AddOrganisation(IdentityCommand[AdditionReceived]):
    """Add an organisation: the five steps of the page in one (ID-115 to ID-122)."""

    kvk_number: KvkNumber
    branch_number: BranchNumber | None = None
    level: Level
    email: EmailAddress
    """The own e-mail address, checked or completed (ID-117)."""

    own_data_checked: bool
    representative: LegalRepresentative
    co_representatives: tuple[LegalRepresentative, ...] = Field(default=(), max_length=10)
    """Those who sign the contract with the representative, where they may only sign together (ID-118)."""

    phone: PhoneNumber
    """The organisation's telephone number, which no register knows (ID-119, ID-01)."""

    years: Literal[1, 3] = 1
    terms_accepted: bool
    authority_declared: bool
    """The two consents (ID-121)."""

    @property
    def key(self) -> str:
        """One addition at a time for a number (SP-31)."""
        return self.kvk_number


class _AdditionCommand(IdentityCommand[R]):
    addition_id: UUID

    @property
    def key(self) -> str:
        """The addition."""
        return str(self.addition_id)


class AcceptContract(_AdditionCommand[Done]):
    """The back office has the signed contract and accepts it (ST-26)."""

    received_on: date
    channel: ContractChannel
    signed_by_representative: bool
    """Signed by the legal representative that was chosen."""


class RefuseContract(_AdditionCommand[Done]):
    """The back office refuses the contract with a reason (ST-27)."""

    reason: str = Field(min_length=1, max_length=1000)


class RemindOfContract(_AdditionCommand[Done]):
    """The contract is not in after some time; sent by the clock's tick (SP-31)."""


class RemoveAddition(_AdditionCommand[Done]):
    """The contract never came; sent by the clock's tick (SP-31)."""


class AdditionView(Model):
    """An added organisation that waits for its contract, or has had its decision."""

    addition_id: UUID
    kvk_number: KvkNumber
    branch_number: BranchNumber | None
    name: str
    level: Level
    years: Literal[1, 3]
    administrator: str
    representative: str
    representative_checked: bool
    submitted_at: datetime
    remove_on: date
    """The day on which it is removed when no contract comes."""

    status: AdditionStatus
    contract_ready: bool
    awaits_second: bool = False
    """Another employee must accept the contract as well (S25)."""

    reason: str | None = None


class AdditionPage(Page):
    """A part of the additions."""

    rows: tuple[AdditionView, ...] = ()


class ListAdditions(IdentityQuery[AdditionPage]):
    """For the back office the queue of contracts, oldest first; for an administrator the own additions."""

    status: AdditionStatus = AdditionStatus.PENDING_CONTRACT
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class ContractView(Model):
    """The contract to print; None while it is being made."""

    blob: BlobReference | None


class GetContract(IdentityQuery[ContractView]):
    """The contract of an own addition, or any for the back office (ID-122)."""

    addition_id: UUID
