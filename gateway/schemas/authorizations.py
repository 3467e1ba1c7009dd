"""Services, authorizations and decisions over HTTP."""

from uuid import UUID

from pydantic import Field

from contracts.authorizations import Reason
from contracts.values import KvkNumber, Level
from gateway.schemas.base import Day, In, Out


class TextsOut(Out):
    """The same text in Dutch and English."""

    nl: str
    en: str


class ServiceOut(Out):
    """A service of a provider."""

    service_uuid: UUID
    service_id: str
    name: TextsOut
    level: Level
    chain_allowed: bool
    provider_oin: str
    provider_name: TextsOut


class CatalogueOut(Out):
    """What a service catalogue held."""

    providers: int
    services: int
    changed: int


class AuthorizationIn(In):
    """Persons to authorise for services; `end` is the last day, without one five years."""

    person_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    service_uuids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    end: Day | None = None


class AuthorizationsOut(Out):
    """The authorizations that arose or changed."""

    grant_ids: tuple[UUID, ...]


class DecisionIn(In):
    """May this person act for this organisation, directly or by chain authorization, at this service?"""

    person_id: UUID
    kvk_number: KvkNumber
    service_uuid: UUID
    on_behalf_of: KvkNumber | None = None
    level: Level | None = None


class DecisionOut(Out):
    """Whether, why, and at which level."""

    permitted: bool
    reason: Reason
    level: Level | None
