"""Facts of changes to credentials, and of changes in treatment (SM 2, SM 3)."""

__all__ = (
    "CredentialConverted",
    "CredentialDowngraded",
    "CredentialLinked",
    "CredentialUpgraded",
    "EmailChanged",
    "EndingPostponed",
    "EndingScheduled",
    "EndingUndone",
    "MobileChanged",
    "MutationCancelled",
    "MutationEvent",
    "MutationLine",
    "MutationProcessed",
    "MutationRefused",
    "MutationSnapshot",
    "MutationState",
    "MutationSubmitted",
    "RoleChanged",
)

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.identity.events import CredentialEvent, IdentityEvent
from contracts.identity.values import CredentialType, MutationKind, MutationStatus
from contracts.message import Model, State
from contracts.values import Level, Role


class CredentialLinked(CredentialEvent):
    """A person was linked to a further organisation: the credential there is in use (ST-18)."""


class CredentialUpgraded(CredentialEvent):
    """The level was raised; a new contract runs (ST-18, SP-112)."""


class CredentialDowngraded(CredentialEvent):
    """The level was lowered: what needs more ends (SP-12)."""


class CredentialConverted(CredentialEvent):
    """The type changed: what the new one cannot be used for ends (SP-35); a new contract runs (BI-21)."""


class RoleChanged(CredentialEvent):
    """A person was promoted or demoted (ST-20, ST-21)."""


class EmailChanged(CredentialEvent):
    """The e-mail address of the holder changed (ID-101, ID-102)."""


class MobileChanged(CredentialEvent):
    """The mobile number of the holder changed; it stands in no event (ID-95, S7)."""


class EndingScheduled(CredentialEvent):
    """The credential ends after a day (ST-09, ST-10)."""


class EndingUndone(CredentialEvent):
    """A scheduled ending was taken back (SP-28)."""


class EndingPostponed(CredentialEvent):
    """An ending waits a day: others would be left without an administrator (SP-25)."""


class MutationLine(Model):
    """What a change brings at one organisation."""

    organisation_id: UUID
    credential_id: UUID
    role: Role
    status: MutationStatus
    reason: str | None = None


class MutationState(State):
    """A change in treatment, with the tariff's facts that were agreed to (BI-14, BI-19, BI-21, BI-22)."""

    kind: MutationKind
    status: MutationStatus
    person_id: UUID
    organisation_id: UUID
    """From which it was asked: it is invoiced there (SP-113)."""

    credential_id: UUID
    requested_by: UUID
    submitted_at: datetime
    level: Level
    type: CredentialType
    years: int | None = None
    lines: tuple[MutationLine, ...] = ()


class MutationEvent(IdentityEvent):
    """A fact of a change in treatment."""

    state: MutationState


class MutationSubmitted(MutationEvent):
    """A change was asked for: the person is locked for others (ST-14 to ST-16)."""


class MutationProcessed(MutationEvent):
    """Lines of a change were processed (ST-18)."""

    organisation_ids: tuple[UUID, ...] = ()
    """Those whose lines were processed now: others were before, or still wait (SP-18)."""


class MutationRefused(MutationEvent):
    """Lines of a change were refused; nothing changes by them (ST-19)."""

    reason: str
    organisation_ids: tuple[UUID, ...] = ()
    """Those whose lines were refused now: others were decided before, or still wait (SP-18)."""


class MutationCancelled(MutationEvent):
    """The credential was ended before the change was processed (SP-16)."""


class MutationSnapshot(MutationEvent):
    """The present state of a change."""

    snapshot: ClassVar[bool] = True
