"""Gathering what a decision rests on: own documents through the store, others' through the copies."""

from contracts.actor import Actor
from contracts.chain import (
    DeleteChainAuthorization,
    LinkUsers,
    RequestRenewal,
    RequestTerms,
    UnlinkUsers,
)
from contracts.message import Refusal
from profiles.model import Profile
from services.chain.domain.access import ChainAccess
from services.chain.domain.authorization import ChainAuthorization
from services.chain.domain.requesting import RequestFacts
from services.chain.domain.running import own
from services.chain.domain.scopes import CatalogueFacts
from services.chain.domain.standing import Standing, refuse_manager
from services.chain.store import Copies, Store

ManagedCommand = LinkUsers | UnlinkUsers | DeleteChainAuthorization | RequestRenewal
"""What administrators do with a chain authorization of their organisation."""


class Facts:
    """Gathers facts for the decisions."""

    def __init__(self, copies: Copies, profile: Profile) -> None:
        self.copies = copies
        self.profile = profile

    async def standing(self, actor: Actor, access: ChainAccess | None) -> Standing:
        """Return what is known of the actor's organisation and the actor's credentials there."""
        organisation = await self.copies.organisation(actor.organisation_id)
        credentials = await self.copies.credentials_of(actor.organisation_id, actor.person_id)
        return Standing(organisation, credentials, access)

    async def standing_of(self, actor: Actor, store: Store) -> Standing:
        """Return the standing of a command's actor, with access as the transaction knows it."""
        access = await store.access(actor.organisation_id) if actor.organisation_id else None
        return await self.standing(actor, access)

    async def for_terms(self, actor: Actor, terms: RequestTerms, store: Store) -> RequestFacts:
        """Return the facts of a request's terms."""
        standing = await self.standing_of(actor, store)
        users = await self.copies.credentials(actor.organisation_id, terms.person_ids)
        return RequestFacts(self.profile, standing, await self.copies.catalogue(terms.scope), users)

    async def for_relation(self, actor: Actor, terms: RequestTerms, number: str, store: Store) -> RequestFacts:
        """Return the facts of a request to the relation of this number."""
        facts = await self.for_terms(actor, terms, store)
        pending = await store.pending(actor.organisation_id, number) if actor.organisation_id else ()
        return RequestFacts(facts.profile, facts.standing, facts.catalogue, facts.users, pending)

    async def for_renewal(self, actor: Actor, found: ChainAuthorization, store: Store) -> RequestFacts:
        """Return the facts of a renewal."""
        standing = await self.standing_of(actor, store)
        pending = await store.pending(found.intermediary_id, found.number)
        catalogue = CatalogueFacts(service_providers=found.service_providers)
        return RequestFacts(self.profile, standing, catalogue, {}, pending)

    async def managed(self, command: ManagedCommand, store: Store) -> ChainAuthorization | Refusal:
        """Return the chain authorization that an administrator's command names, in the version that was seen."""
        standing = await self.standing_of(command.actor, store)
        if (refusal := refuse_manager(command.actor, standing)) is not None:
            return refusal
        found = await store.authorization(command.chain_authorization_id)
        version = await store.version(command.chain_authorization_id)
        return own(found, command.actor.organisation_id, version, command.seen_version)
