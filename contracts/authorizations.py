"""Messages of authorizations: service catalogue, grants (machtigingen) and decisions."""

from datetime import date
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from contracts.actor import Actor
from contracts.identity import CredentialType
from contracts.message import BlobReference, Command, Event, Model, Page, Query, State, Written
from contracts.values import KvkNumber, Level, Localized, Oin
from contracts.values.terms import Term

R = TypeVar("R", bound=Model)


class AuthorizationsRefusal(Term):
    """Why authorizations refuses."""

    NOT_ALLOWED = "not_allowed"
    UNKNOWN = "unknown"
    INVALID_CATALOGUE = "invalid_catalogue"
    CREDENTIAL_NOT_ACTIVE = "credential_not_active"
    LEVEL_TOO_LOW = "level_too_low"
    END_DATE_TOO_EARLY = "end_date_too_early"
    END_DATE_TOO_LATE = "end_date_too_late"
    FOREIGN_SERVICE = "foreign_service"
    NOT_APPLIED_YET = "not_applied_yet"
    BELASTINGDIENST_ONLY = "belastingdienst_only"
    TOO_MANY = "too_many"


class Reason(Term):
    """Why a decision says yes or no (SP-132); the order is the order of the checks."""

    DIRECT = "direct"
    CHAIN = "chain"
    UNKNOWN_SERVICE = "unknown_service"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    NO_CREDENTIAL = "no_credential"
    CREDENTIAL_NOT_ACTIVE = "credential_not_active"
    LEVEL_TOO_LOW = "level_too_low"
    BRANCH_NUMBER = "branch_number"
    NO_AUTHORIZATION = "no_authorization"
    AUTHORIZATION_ENDED = "authorization_ended"
    NO_CHAIN_AUTHORIZATION = "no_chain_authorization"
    CHAIN_NOT_ACTIVE = "chain_not_active"
    CHAIN_USER_NOT_LINKED = "chain_user_not_linked"
    CHAIN_SERVICE_NOT_IN_SCOPE = "chain_service_not_in_scope"
    CHAIN_NOT_ACCEPTED_BY_SERVICE = "chain_not_accepted_by_service"
    CHAIN_CREDENTIAL_NOT_REGULAR = "chain_credential_not_regular"
    CHAIN_NOT_VERIFIED = "chain_not_verified"


class ServiceView(Model):
    """A service of a provider: the ServiceUUID is what authorizations are registered to."""

    service_uuid: UUID
    service_id: str
    name: Localized
    level: Level
    chain_allowed: bool
    provider_oin: Oin
    provider_name: Localized


class ServiceProviderState(State):
    """A service provider with its services; the id is derived from the OIN."""

    oin: Oin
    name: Localized
    services: tuple[ServiceView, ...] = ()


class GrantState(State):
    """The authorization of a person for a service at an organisation."""

    person_id: UUID
    organisation_id: UUID
    service_uuid: UUID
    start: date
    end: date
    withdrawn: bool = False


class AuthorizationsEvent(Event):
    """A fact of authorizations."""

    service: ClassVar[str] = "authorizations"
    domain: ClassVar[str] = "authorizations"


class ServiceProviderEvent(AuthorizationsEvent):
    """A fact of a service provider."""

    state: ServiceProviderState


class ServiceProviderChanged(ServiceProviderEvent):
    """The catalogue lists a provider, or lists it differently."""


class ServiceProviderSnapshot(ServiceProviderEvent):
    """The present state of a provider."""

    snapshot: ClassVar[bool] = True


class GrantEvent(AuthorizationsEvent):
    """A fact of an authorization."""

    state: GrantState


class AuthorizationGranted(GrantEvent):
    """A person was authorised for a service, or the end date was overwritten (ST-31, ST-34)."""


class AuthorizationWithdrawn(GrantEvent):
    """An authorization ended at once, since the holder's credential ended (ST-41, SP-58)."""


class AuthorizationSnapshot(GrantEvent):
    """The present state of an authorization."""

    snapshot: ClassVar[bool] = True


class AuthorizationsCommand(Command[R]):
    """A command to authorizations."""

    service: ClassVar[str] = "authorizations"
    domain: ClassVar[str] = "authorizations"

    actor: Actor


class CatalogueImported(Model):
    """What the catalogue held."""

    providers: int
    services: int
    changed: int
    """Providers that differ from what was known."""


class ImportCatalogue(AuthorizationsCommand[CatalogueImported]):
    """Take a service catalogue over (the scheme's XML), by the back office."""

    blob: BlobReference

    @property
    def key(self) -> str:
        """One import at a time."""
        return "catalogue"


class Granted(Model):
    """The grants that arose or changed."""

    grant_ids: tuple[UUID, ...]


class GrantAuthorizations(AuthorizationsCommand[Granted]):
    """Authorise persons of the actor's organisation for services (AU.2, AU.3)."""

    person_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    service_uuids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    end: date | None = None
    """Last day; None: five years (AU-11)."""

    @property
    def key(self) -> str:
        """The organisation."""
        return str(self.actor.organisation_id)


class AuthorizationsQuery(Query[R]):
    """A question to authorizations."""

    service: ClassVar[str] = "authorizations"
    domain: ClassVar[str] = "authorizations"

    actor: Actor


class ServicePage(Page):
    """A part of the services found."""

    rows: tuple[ServiceView, ...] = ()


class SearchServices(AuthorizationsQuery[ServicePage]):
    """Services whose name or provider holds a text, case- and accent-insensitive (AU-03, SP-118)."""

    text: str = Field(default="", max_length=100)
    chain_only: bool = False
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class Losses(Model):
    """The services for which a person would be authorised no longer, at most 500 of `total`."""

    services: tuple[ServiceView, ...] = ()
    total: int = 0


class ListLosses(AuthorizationsQuery[Losses]):
    """What a person would lose at the actor's organisation by a lower level or another type (SP-12, SP-35)."""

    person_id: UUID
    level: Level | None = None
    """None: as it is."""

    to_type: CredentialType | None = None
    """None: as it is."""


class HolderGrant(Model):
    """An active authorization of a person (ID-200)."""

    authorization_id: UUID
    service_uuid: UUID
    name: Localized
    provider_name: Localized
    start: date
    end: date


class HolderGrantPage(Page):
    """A part of a person's active authorizations."""

    rows: tuple[HolderGrant, ...] = ()


class ListHolderGrants(AuthorizationsQuery[HolderGrantPage]):
    """The active regular authorizations of a person of the actor's organisation; no chain authorizations (ID-200).

    For its administrators; everybody may ask the own (ID-27).
    """

    person_id: UUID
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=100)


class Decision(Model):
    """The answer to: may this person, now, act for that organisation at this service?"""

    permitted: bool
    reason: Reason
    level: Level | None = None
    """The level at which the person may act; the minimum of the links."""


class Decide(AuthorizationsQuery[Decision]):
    """May person P act for organisation O at service S, directly or by chain for R (SP-132)?"""

    person_id: UUID
    kvk_number: KvkNumber
    """The organisation whose credential the person used."""

    service_uuid: UUID
    on_behalf_of: KvkNumber | None = None
    """The relation, when acting by chain authorization."""

    level: Level | None = None
    """The level at which the person logged in, when lower than the credential's."""


class Applied(Model):
    """Decisions know the events asked about."""


class AwaitApplied(AuthorizationsQuery[Applied]):
    """Wait at most 2 s until decisions know these events; refused with `not_applied_yet` after that."""

    patient: ClassVar[bool] = True

    pairs: tuple[Written, ...] = Field(max_length=1000)
