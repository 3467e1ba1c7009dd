"""What the rules look at: small values made of the read copies of identity and chain."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.chain import ChainStatus
from contracts.identity import CredentialStatus, CredentialType
from contracts.values import Level, Role


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential (middel) of a person at an organisation."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    level: Level
    role: Role
    type: CredentialType
    status: CredentialStatus
    ends_on: date | None = None
    """The last day of one whose ending is scheduled."""

    @property
    def usable(self) -> bool:
        """Whether its holder can log in with it; one that ends later works until then (ID-155)."""
        return self.status in {CredentialStatus.ACTIVE, CredentialStatus.ENDING_SCHEDULED}

    def usable_on(self, day: date) -> bool:
        """Whether it is usable on a day, also when the job that ends it is late (ID-155, TI-16)."""
        return self.usable and (self.ends_on is None or day <= self.ends_on)

    def fits(self, *, belastingdienst: bool) -> bool:
        """Whether its type allows a service, which is the Belastingdienst's or not (AU-16)."""
        return belastingdienst or self.type is CredentialType.REGULAR


@dataclass(frozen=True, slots=True)
class Organisation:
    """A customer of the supplier; `branch` tells that it carries a branch number (ID-05)."""

    id: UUID
    active: bool
    branch: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as the rules see it."""

    service_uuid: UUID
    provider_oin: str
    level: Level
    chain_allowed: bool
    belastingdienst: bool
    refuses_branches: bool
    """A branch number blocks the login (ID-06)."""

    since: datetime
    """From when on it is offered without a break: what was granted before is void (SP-53)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The authorization of a person for a service at an organisation; both days included (SP-01).

    `generation` counts what one person has had for one service: an authorization that ended never comes back (ST-40).
    """

    id: UUID
    organisation_id: UUID
    person_id: UUID
    service_uuid: UUID
    generation: int
    start: date
    end: date
    granted_at: datetime
    withdrawn: bool = False

    def live(self, today: date, since: datetime) -> bool:
        """Whether it gives access on a day to a service that is offered since a moment (AU-43, SP-53)."""
        return not self.withdrawn and self.start <= today <= self.end and self.granted_at >= since


@dataclass(frozen=True, slots=True)
class ChainAuthorization:
    """A chain authorization (ketenmachtiging) of a relation to an organisation; `linked`: the person asked about."""

    id: UUID
    intermediary_id: UUID
    status: ChainStatus
    start: date | None
    end: date | None
    ends_on: date | None
    linked: bool
    general: bool
    provider_oins: frozenset[str]
    service_uuids: frozenset[UUID]

    def active(self, today: date) -> bool:
        """Whether it can be used on a day, also when the job that ends it is late (CH-97, CH-102)."""
        if self.status not in {ChainStatus.ACTIVE, ChainStatus.END_SCHEDULED} or self.start is None or self.end is None:
            return False
        return self.start <= today <= self.end and (self.ends_on is None or today < self.ends_on)

    def covers(self, service: Offer) -> bool:
        """Whether a service is in its scope (CF-36); services that a provider adds later are (CH-112)."""
        return self.general or service.provider_oin in self.provider_oins or service.service_uuid in self.service_uuids


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision rests on, read in one go."""

    service: Offer | None
    """None: the catalogue does not hold it, or holds it no longer."""

    organisations: tuple[Organisation, ...]
    """Those with the KvK number asked about."""

    credentials: tuple[Credential, ...]
    """The person's, at these organisations."""

    grants: tuple[Grant, ...] = ()
    """The person's, for this service, at any organisation."""

    chains: tuple[ChainAuthorization, ...] = ()
    """The relation's, to any organisation."""

    relation_suspended: bool = False
    """The relation is a customer whose company ended: what it has given cannot be used meanwhile."""

    by_chain: bool = False
    login_level: Level | None = None
