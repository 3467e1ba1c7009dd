"""Read copies: what chain knows of organisations, credentials and the service catalogue, from the events of others."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from chassis.mongo import Database, Document, Index
from contracts.authorizations import ServiceProviderState
from contracts.chain import Scope
from contracts.identity import CredentialState, CredentialStatus, OrganisationState
from contracts.message import State
from contracts.values import KvkNumber, Oin
from services.chain.domain.scopes import CatalogueFacts

ORGANISATIONS, CREDENTIALS, PROVIDERS = "organisations", "credentials", "service_providers"
INDEXES: Mapping[str, tuple[Index, ...]] = {
    ORGANISATIONS: (Index((("kvk_number", 1),)), Index((("suspended", 1),), partial={"suspended": True})),
    CREDENTIALS: (Index((("organisation_id", 1), ("person_id", 1))),),
    PROVIDERS: (Index((("oin", 1),)), Index((("services.service_uuid", 1),))),
}
S = TypeVar("S", bound=State)


class Copies:
    """Reads the copies; they may lag behind their owners by moments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def organisation(self, id_: UUID | None) -> OrganisationState | None:
        """Return an organisation."""
        document = await self._database[ORGANISATIONS].find_one({"_id": id_})
        return _state(OrganisationState, document) if document else None

    async def organisations(self, ids: Collection[UUID]) -> dict[UUID, OrganisationState]:
        """Return organisations by id."""
        found = await self._find(ORGANISATIONS, {"_id": {"$in": list(ids)}}, OrganisationState)
        return {organisation.id: organisation for organisation in found}

    async def suspended(self, id_: UUID, kvk_number: KvkNumber | None) -> bool:
        """Say whether the company of an organisation, or of a relation that is a customer, has ended."""
        numbers = [] if kvk_number is None else [{"kvk_number": kvk_number}]
        either = {"$or": [{"_id": id_}, *numbers], "suspended": True}
        return await self._database[ORGANISATIONS].find_one(either, {"_id": 1}) is not None

    async def suspended_rsins(self) -> list[str]:
        """Return the RSINs of the customers whose company has ended."""
        filters = {"suspended": True, "rsin": {"$ne": None}}
        return [found["rsin"] async for found in self._database[ORGANISATIONS].find(filters, {"rsin": 1})]

    async def names_by_kvk(self, numbers: Iterable[str]) -> dict[str, str]:
        """Return the names of those organisations that are customers, by KvK number."""
        found = await self._find(ORGANISATIONS, {"kvk_number": {"$in": list(numbers)}}, OrganisationState)
        return {organisation.kvk_number: organisation.name for organisation in found}

    async def credentials(
        self, organisation_id: UUID | None, person_ids: Collection[UUID]
    ) -> dict[UUID, list[CredentialState]]:
        """Return the credentials of persons at an organisation, by person."""
        filters = {"organisation_id": organisation_id, "person_id": {"$in": list(person_ids)}}
        found: dict[UUID, list[CredentialState]] = {}
        for credential in await self._find(CREDENTIALS, filters, CredentialState):
            found.setdefault(credential.person_id, []).append(credential)
        return found

    async def credentials_of(self, organisation_id: UUID | None, person_id: UUID | None) -> list[CredentialState]:
        """Return the credentials of one person at an organisation."""
        return (await self.credentials(organisation_id, [person_id] if person_id else [])).get(person_id, [])  # type: ignore[arg-type]

    async def person_names(self, organisation_id: UUID | None, person_ids: Collection[UUID]) -> dict[UUID, str]:
        """Return the names of persons; that of a credential that works goes before that of one that ended."""
        names: dict[UUID, str] = {}
        for person_id, credentials in (await self.credentials(organisation_id, person_ids)).items():
            newest = max(credentials, key=lambda one: one.status is CredentialStatus.ACTIVE)
            names[person_id] = newest.name.full
        return names

    async def catalogue(self, *scopes: Scope) -> CatalogueFacts:
        """Return what the catalogue says of the services and providers that scopes name."""
        services = {one for scope in scopes for one in scope.service_uuids}
        oins = {one for scope in scopes for one in scope.provider_oins}
        if not services and not oins:
            return CatalogueFacts()
        either = {"$or": [{"services.service_uuid": {"$in": list(services)}}, {"oin": {"$in": list(oins)}}]}
        return _facts(await self._find(PROVIDERS, either, ServiceProviderState), services, oins)

    async def _find(self, name: str, filters: Document, kind: type[S]) -> list[S]:
        return [_state(kind, document) async for document in self._database[name].find(filters)]


def _facts(providers: list[ServiceProviderState], services: set[UUID], oins: set[Oin]) -> CatalogueFacts:
    """Return the facts of the services and providers named, of what was found."""
    offered = [service for one in providers for service in one.services if service.service_uuid in services]
    names = {service.service_uuid: service.name for service in offered}
    owners = {service.provider_oin for service in offered}
    accepting = {service.service_uuid for service in offered if service.chain_allowed}
    named = {provider.oin: provider.name for provider in providers if provider.oin in oins}
    return CatalogueFacts(names, named, tuple(sorted(owners)), frozenset(names.keys() - accepting))


def _state(kind: type[S], document: Mapping[str, Any]) -> S:
    return kind.model_validate({**document, "id": document["_id"]})
