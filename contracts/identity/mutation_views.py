"""Questions about changes in treatment (SM 2)."""

__all__ = (
    "GetMutation",
    "GetOwnMutation",
    "ListMutations",
    "MutationDetail",
    "MutationLineView",
    "MutationPage",
    "MutationView",
)

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from contracts.identity.base import IdentityQuery
from contracts.identity.details import DocumentView
from contracts.identity.identification import IdentificationMethod
from contracts.identity.values import CredentialType, MutationAction, MutationKind, MutationStatus
from contracts.message import Model, Page, Sealed
from contracts.values import Level, Role


class MutationLineView(Model):
    """What a change brings at one organisation (SP-18)."""

    organisation_id: UUID
    organisation_name: str
    role: Role
    status: MutationStatus
    reason: str | None = None
    awaits_second: bool = False


class MutationView(Model):
    """A change in treatment."""

    mutation_id: UUID
    kind: MutationKind
    status: MutationStatus
    person_id: UUID
    name: str
    credential_id: UUID
    organisation_id: UUID
    submitted_at: datetime
    level: Level
    """The new level, or the present one where it stays."""

    type: CredentialType
    years: int | None = None
    lines: tuple[MutationLineView, ...] = ()
    required_actions: tuple[MutationAction, ...] = ()
    """What must be done before it can be processed."""

    identification_method: IdentificationMethod | None = None
    """The way of the identification that was ordered for it; None: there is none."""


class MutationDetail(Model):
    """A change with the data that were completed for it, for the back office (ID-128)."""

    mutation: MutationView
    birth_date: date | None = None
    document: DocumentView | None = None

    identification_address: Sealed | None = None


class GetMutation(IdentityQuery[MutationDetail]):
    """One change in treatment."""

    mutation_id: UUID


class MutationPage(Page):
    """A part of the queue."""

    rows: tuple[MutationView, ...] = ()


class ListMutations(IdentityQuery[MutationPage]):
    """The queue of changes, oldest first: the back office's, or those of the administrator's organisation (ID-111)."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class GetOwnMutation(IdentityQuery[MutationPage]):
    """The change in treatment of the actor's own, with what the actor must do for it; none: no row."""
