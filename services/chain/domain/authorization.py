"""A chain authorization from request to end: its value, what others may know of it, and its due moments (SM 7)."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.actor import SYSTEM
from contracts.chain import (
    ChainAuthorizationEvent,
    ChainAuthorizationState,
    ChainCommand,
    ChainStatus,
    Contact,
    Expire,
    ExpireInvitation,
    NamedRelation,
    PublicChainAuthorizationChanged,
    PublicChainAuthorizationState,
    RemoveOnDate,
    Scope,
    Sender,
    WarnOfEnd,
)
from contracts.message import BlobReference, Done, Event, SealedText
from contracts.values import KvkNumber, Language, Oin, Period, end_of_day, start_of_day
from services.chain.domain.scopes import Coverage

AWAITING = (ChainStatus.SENT, ChainStatus.INCOMPLETE)
"""The relation must still answer, before a deadline (TI-02, SP-68)."""

PENDING = (ChainStatus.SENT, ChainStatus.RECEIVED, ChainStatus.INCOMPLETE)
"""A request that may still become active; one in 'Fout' is not awaited any more (CH-70, SP-75)."""

RUNNING = (ChainStatus.ACTIVE, ChainStatus.END_SCHEDULED)
"""Usable."""


@dataclass(frozen=True, slots=True)
class KeptNumber:
    """The fiscal number of a relation, as one chain authorization keeps and tells it: never in clear (S38)."""

    encrypted: str
    digest: str
    """Keyed; the same number has the same one everywhere."""

    sealed: SealedText
    """For notifications, bound to the chain authorization's id."""


@dataclass(frozen=True, slots=True)
class ChainAuthorization:
    """A chain authorization of a relation to an intermediary."""

    id: UUID
    intermediary_id: UUID
    intermediary_kvk_number: KvkNumber
    intermediary_name: str
    relation: NamedRelation
    contact: Contact
    sender: Sender
    language: Language
    reference: str | None
    scope: Scope
    service_providers: tuple[Oin, ...]
    person_ids: tuple[UUID, ...]
    years: int | None
    end: date | None
    """The term asked for: whole years from activation, or a last day."""

    status: ChainStatus
    sent_at: datetime
    answer_by: date
    """The last day on which an answer is taken (SP-67)."""

    token_hash: str
    """SHA-256 of the personal link's token."""

    search: str
    """What the overview is searched by, folded."""

    fiscal_number: str | None = None
    """Of a relation without KvK number, encrypted for its place (S37, S38)."""

    fiscal_digest: str | None = None
    """What it is found by."""

    quotation_id: UUID | None = None
    import_id: UUID | None = None
    """Of an import: one quotation covers its requests."""

    renewal_of: UUID | None = None
    renewal_id: UUID | None = None
    """The renewal that is pending (SP-90)."""

    period: Period | None = None
    warn_at: datetime | None = None
    """When the intermediary is warned of the end; None: it was, or needs not be (TI-04)."""

    ends_on: date | None = None
    document: BlobReference | None = None
    """The agreement to sign."""

    agreement: BlobReference | None = None
    """The agreement that came back signed."""

    received_at: datetime | None = None
    incomplete_reason: str | None = None

    def state(self) -> ChainAuthorizationState:
        """Return what the other services may know."""
        return ChainAuthorizationState(
            id=self.id, intermediary_id=self.intermediary_id, relation=self.relation, status=self.status,
            scope=self.scope, person_ids=self.person_ids, years=self.years, end=self.end, period=self.period,
            ends_on=self.ends_on,
            contact=self.contact, sender=self.sender, language=self.language, reference=self.reference,
            renewal_of=self.renewal_of,
        )  # fmt: skip

    def public_state(self) -> PublicChainAuthorizationState:
        """Return what other suppliers may know: organisations and services, no person."""
        return PublicChainAuthorizationState(
            id=self.id, intermediary_kvk_number=self.intermediary_kvk_number,
            relation_kvk_number=self.relation.kvk_number, active=self.status in RUNNING, scope=self.scope,
            period=self.period,
        )  # fmt: skip

    def public_event(self) -> PublicChainAuthorizationChanged:
        """Return the event for other suppliers."""
        return PublicChainAuthorizationChanged(state=self.public_state())

    @property
    def file(self) -> str:
        """The id of the file of this intermediary's pending requests to this relation."""
        return file_id(self.intermediary_id, self.number)

    @property
    def number(self) -> str:
        """What tells its relation from others."""
        return number_of(self.relation.kvk_number, self.fiscal_digest)

    @property
    def coverage(self) -> Coverage:
        """What it covers."""
        return Coverage(self.scope, self.service_providers)

    def due(self) -> dict[str, tuple[datetime, ChainCommand[Done]]]:
        """Return the timers that should run, by name: when, and what the clock then says."""
        found: dict[str, tuple[datetime, ChainCommand[Done]]] = {}
        if self.status in AWAITING:
            found["answer"] = end_of_day(self.answer_by), ExpireInvitation(**self._by_clock())
        if self.status is ChainStatus.ACTIVE and self.warn_at is not None:
            found["warning"] = self.warn_at, WarnOfEnd(**self._by_clock())
        if self.status in RUNNING and self.period is not None:
            found["end"] = end_of_day(self.period.end), Expire(**self._by_clock())
        if self.ends_on is not None and self.status is not ChainStatus.REMOVED:
            found["removal"] = start_of_day(self.ends_on), RemoveOnDate(**self._by_clock())
        return found

    def _by_clock(self) -> dict[str, object]:
        return {"actor": SYSTEM, "chain_authorization_id": self.id}


@dataclass(frozen=True, slots=True)
class Changed:
    """A chain authorization after a decision, and the events that tell it."""

    after: ChainAuthorization
    events: tuple[Event, ...] = ()


def changed(
    after: ChainAuthorization, event: type[ChainAuthorizationEvent], *, public: bool = False, **more: object
) -> Changed:
    """Return a change told by one event; `public`: other suppliers hear of it as well."""
    told = event(state=after.state(), **more)
    return Changed(after, (told, after.public_event()) if public else (told,))


def number_of(kvk_number: str | None, fiscal_digest: str | None) -> str:
    """Return what tells a relation from others: its KvK number or, without one, the digest of its fiscal number."""
    return f"kvk:{kvk_number}" if kvk_number else f"fiscal:{fiscal_digest}"


def file_id(intermediary_id: UUID, number: str) -> str:
    """Return the id of the file of an intermediary's pending requests to a relation."""
    return f"{intermediary_id}:{number}"


def folded(text: str) -> str:
    """Return a text as searching compares it: without accents and case (SP-118)."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def search_text(relation: NamedRelation, contact: Contact, reference: str | None) -> str:
    """Return what the overview is searched by: relation, KvK number, contact person and reference."""
    parts = (relation.name, relation.kvk_number, contact.name.full, contact.email, reference)
    return folded("\n".join(part for part in parts if part))
