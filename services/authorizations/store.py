"""Documents of authorizations: own collections, and the read copies of identity and chain as facts."""

import asyncio
from collections.abc import Collection as Items, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.mongo import Collection, Database, Document, Index, aggregate
from chassis.work import Work
from contracts.chain import ChainStatus
from contracts.identity import CredentialStatus, CredentialType
from contracts.values import Level, Role
from services.authorizations.domain.catalogue import Provider, Service
from services.authorizations.domain.facts import ChainAuthorization, Credential, Grant, Offer, Organisation
from services.authorizations.domain.grants import GrantFacts

PROVIDERS = Collection("providers", Provider, audited=True)
SERVICES = Collection(
    "services",
    Service,
    indexes=(Index((("view.service_uuid", 1),)), Index((("order_nl", 1),)), Index((("order_en", 1),))),
)
GRANTS = Collection(
    "grants",
    Grant,
    indexes=(Index((("person_id", 1), ("service_uuid", 1), ("organisation_id", 1))),),
    audited=True,
    audit_scope=lambda grant: grant.organisation_id,
)

ORGANISATIONS = "organisations"
ORGANISATION_INDEXES = (Index((("kvk_number", 1),)),)
CREDENTIALS = "credentials"
CREDENTIAL_INDEXES = (Index((("organisation_id", 1), ("person_id", 1))),)
CHAINS = "chain_authorizations"
CHAIN_INDEXES = (Index((("relation.kvk_number", 1), ("intermediary_id", 1))),)


@dataclass(frozen=True, slots=True)
class DecisionRead:
    """What one read for a decision finds; of grants and chain authorizations only those asked for."""

    services: tuple[Service, ...]
    """The service at every provider, unlisted ones included."""

    organisations: tuple[Organisation, ...]
    credentials: tuple[Credential, ...]
    grants: tuple[Grant, ...]
    chains: tuple[ChainAuthorization, ...]
    relation_suspended: bool


@dataclass(frozen=True, slots=True)
class SpecialProviders:
    """Providers with rules of their own, by OIN (AU-16, ID-06)."""

    belastingdienst: frozenset[str]
    uwv: frozenset[str]

    def offer(self, service: Service) -> Offer:
        """Return a service as the rules see it."""
        view = service.view
        belastingdienst = view.provider_oin in self.belastingdienst
        return Offer(
            service_uuid=view.service_uuid,
            provider_oin=view.provider_oin,
            level=view.level,
            chain_allowed=view.chain_allowed,
            belastingdienst=belastingdienst,
            refuses_branches=belastingdienst or view.provider_oin in self.uwv,
            since=service.since,
        )


class Copies:
    """Reads outside any transaction: read copies, and the own collections for decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def decision(self, person: UUID, kvk_number: str, service: UUID, relation: str | None) -> DecisionRead:
        """Read all that a decision rests on: one round trip of indexed look-ups."""
        link = _chains_of(relation, person) if relation is not None else _grants_of(person, service)
        pipeline: list[Document] = [
            {"$match": {"kvk_number": {"$in": [kvk_number, *([relation] if relation is not None else ())]}}},
            _credentials_of(person),
            _union(SERVICES.name, {"view.service_uuid": service}),
            link,
        ]
        found: dict[str, list[Document]] = {}
        for row in await aggregate(self._database[ORGANISATIONS], pipeline):
            found.setdefault(row.pop("of", ORGANISATIONS), []).append(row)
        organisations = found.get(ORGANISATIONS, [])
        customers = [row for row in organisations if row["kvk_number"] == kvk_number]
        return DecisionRead(
            services=tuple(SERVICES.value(row) for row in found.get(SERVICES.name, [])),
            organisations=tuple(_organisation(row) for row in customers),
            credentials=tuple(_credential(held) for row in customers for held in row["held"]),
            grants=tuple(GRANTS.value(row) for row in found.get(GRANTS.name, [])),
            chains=tuple(_chain(row) for row in found.get(CHAINS, [])),
            relation_suspended=any(row["kvk_number"] == relation and row.get("suspended") for row in organisations),
        )

    async def organisation(self, id_: UUID | None) -> Organisation | None:
        """Return a customer by id."""
        document = await self._database[ORGANISATIONS].find_one({"_id": id_})
        return _organisation(document) if document is not None else None

    async def credentials(self, organisation: UUID | None, persons: Iterable[UUID]) -> tuple[Credential, ...]:
        """Return the credentials of persons at an organisation."""
        filters = {"organisation_id": organisation, "person_id": {"$in": list(persons)}}
        return tuple([_credential(document) async for document in self._database[CREDENTIALS].find(filters)])

    async def grants(self, organisation: UUID | None, person: UUID) -> tuple[Grant, ...]:
        """Return a person's grants at an organisation that were not withdrawn."""
        filters = {"person_id": person, "organisation_id": organisation, "withdrawn": False}
        return tuple([GRANTS.value(document) async for document in self._database[GRANTS.name].find(filters)])

    async def services(self, service_uuids: Iterable[UUID]) -> tuple[Service, ...]:
        """Return the rows of services at every provider, unlisted ones included."""
        found = self._database[SERVICES.name].find({"view.service_uuid": {"$in": list(service_uuids)}})
        return tuple([SERVICES.value(document) async for document in found])

    async def last(self, name: str, ids: Iterable[UUID]) -> dict[UUID, int]:
        """Return the number of the last event that a copy holds of each aggregate."""
        found = self._database[name].find({"_id": {"$in": list(ids)}}, {"last": 1})
        return {document["_id"]: document["last"] async for document in found}


class Store:
    """The own documents, inside the unit of work of a command or an event."""

    def __init__(self, work: Work, copies: Copies) -> None:
        self._work = work
        self._copies = copies

    async def catalogue(self) -> tuple[dict[UUID, Provider], dict[str, Service]]:
        """Return everything that the catalogue has ever held."""
        providers = await self._work.find(PROVIDERS, {})
        services = await self._work.find(SERVICES, {})
        return {known.id: known for known in providers}, {known.id: known for known in services}

    async def grant_facts(
        self,
        special: SpecialProviders,
        organisation: UUID | None,
        actor: UUID | None,
        persons: Items[UUID],
        services: Items[UUID],
    ) -> GrantFacts:
        """Return what granting rests on; the grants are read in the transaction, so that none is missed."""
        filters: Mapping[str, Any] = {
            "person_id": {"$in": list(persons)},
            "service_uuid": {"$in": list(services)},
            "organisation_id": organisation,
        }
        grants = await self._work.find(GRANTS, filters)
        everyone = {*persons, actor} if actor is not None else persons
        customer, credentials, rows = await asyncio.gather(
            self._copies.organisation(organisation),
            self._copies.credentials(organisation, everyone),
            self._copies.services(services),
        )
        offers = {row.view.service_uuid: special.offer(row) for row in rows if row.listed}
        return GrantFacts(customer, credentials, offers, tuple(grants))

    async def grants_of(self, person: UUID, organisation: UUID) -> list[Grant]:
        """Return a person's grants at an organisation that were not withdrawn."""
        filters = {"person_id": person, "organisation_id": organisation, "withdrawn": False}
        return await self._work.find(GRANTS, filters)


def _union(name: str, filters: Document, *stages: Document) -> Document:
    """Return the stage that adds a collection's documents, marked with its name."""
    return {"$unionWith": {"coll": name, "pipeline": [{"$match": filters}, *stages, {"$set": {"of": name}}]}}


def _credentials_of(person: UUID) -> Document:
    held: Document = {"from": CREDENTIALS, "localField": "_id", "foreignField": "organisation_id", "as": "held"}
    return {"$lookup": {**held, "pipeline": [{"$match": {"person_id": person}}]}}


def _grants_of(person: UUID, service: UUID) -> Document:
    return _union(GRANTS.name, {"person_id": person, "service_uuid": service})


def _chains_of(relation: str, person: UUID) -> Document:
    """Of the persons only tell whether the one asked about is linked: there may be 500 of them."""
    fields = dict.fromkeys(("intermediary_id", "status", "period", "ends_on", "scope"), 1)
    linked = {"linked": {"$in": [person, "$person_ids"]}}
    return _union(CHAINS, {"relation.kvk_number": relation}, {"$project": {**fields, **linked}})


def _organisation(document: Document) -> Organisation:
    return Organisation(document["_id"], active=document["active"], branch=document["branch_number"] is not None)


def _credential(document: Document) -> Credential:
    return Credential(
        id=document["_id"],
        organisation_id=document["organisation_id"],
        person_id=document["person_id"],
        level=Level(document["level"]),
        role=Role(document["role"]),
        type=CredentialType(document["type"]),
        status=CredentialStatus(document["status"]),
        ends_on=_day(document.get("ends_on")),
    )


def _chain(document: Document) -> ChainAuthorization:
    period, scope = document["period"] or {}, document["scope"]
    return ChainAuthorization(
        id=document["_id"],
        intermediary_id=document["intermediary_id"],
        status=ChainStatus(document["status"]),
        start=_day(period.get("start")),
        end=_day(period.get("end")),
        ends_on=_day(document["ends_on"]),
        linked=document["linked"],
        general=scope["general"],
        provider_oins=frozenset(scope["provider_oins"]),
        service_uuids=frozenset(scope["service_uuids"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None
