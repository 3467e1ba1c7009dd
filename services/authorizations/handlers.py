"""One method per message: load, decide, save, return."""

from chassis.work import Work
from contracts.authorizations import (
    AuthorizationGranted,
    AuthorizationWithdrawn,
    CatalogueImported,
    GrantAuthorizations,
    Granted,
    ImportCatalogue,
    ServiceProviderChanged,
)
from contracts.identity import CredentialConverted, CredentialDowngraded, CredentialEnded
from contracts.message import Refusal
from services.authorizations.clients import ReadFile
from services.authorizations.domain.catalogue import import_refused, plan_import, provider_state
from services.authorizations.domain.grants import decide_ended, decide_grants, decide_limited, grant_state
from services.authorizations.store import GRANTS, PROVIDERS, SERVICES, Copies, SpecialProviders, Store


class Handlers:
    """The commands of authorizations, and what it does on events of others."""

    def __init__(self, copies: Copies, special: SpecialProviders, max_years: int) -> None:
        self._copies = copies
        self._special = special
        self._max_years = max_years

    async def import_catalogue(
        self, command: ImportCatalogue, work: Work, file: ReadFile
    ) -> CatalogueImported | Refusal:
        """Take a catalogue over whole; providers that differ are told (AU-01, SP-52, SP-53)."""
        if (refusal := import_refused(command.actor, file.faults)) is not None:
            return refusal
        providers, services = await Store(work, self._copies).catalogue()
        plan = plan_import(file.providers, providers, services, work.now)
        for provider in plan.providers:
            await work.put(PROVIDERS, provider, ServiceProviderChanged(state=provider_state(provider)))
        for service in plan.services:
            await work.put(SERVICES, service)
        listed = sum(len(provider.services) for provider in file.providers)
        return CatalogueImported(providers=len(file.providers), services=listed, changed=len(plan.providers))

    async def grant(self, command: GrantAuthorizations, work: Work) -> Granted | Refusal:
        """Authorise persons for services: all or nothing (AU-18, SP-49)."""
        actor = command.actor
        facts = await Store(work, self._copies).grant_facts(
            self._special, actor.organisation_id, actor.person_id, command.person_ids, command.service_uuids
        )
        outcome = decide_grants(command, facts, max_years=self._max_years, now=work.now)
        if isinstance(outcome, Refusal):
            return outcome
        for grant in outcome:
            await work.put(GRANTS, grant, AuthorizationGranted(state=grant_state(grant)))
        return Granted(grant_ids=tuple(grant.id for grant in outcome))

    async def on_credential_ended(self, event: CredentialEnded, work: Work) -> None:
        """Withdraw what rested on the credential (SP-58, ST-41)."""
        person, organisation = event.state.person_id, event.state.organisation_id
        credentials = await self._copies.credentials(organisation, [person])
        grants = await Store(work, self._copies).grants_of(person, organisation)
        for grant in decide_ended(event.state.id, credentials, grants):
            await work.put(GRANTS, grant, AuthorizationWithdrawn(state=grant_state(grant)))

    async def on_credential_limited(self, event: CredentialDowngraded | CredentialConverted, work: Work) -> None:
        """Withdraw what the lower level or the other type cannot hold (SP-12, SP-35)."""
        person, organisation = event.state.person_id, event.state.organisation_id
        credentials = await self._copies.credentials(organisation, [person])
        grants = await Store(work, self._copies).grants_of(person, organisation)
        rows = await self._copies.services({grant.service_uuid for grant in grants})
        offers = {row.view.service_uuid: self._special.offer(row) for row in rows if row.listed}
        for grant in decide_limited(credentials, grants, offers):
            await work.put(GRANTS, grant, AuthorizationWithdrawn(state=grant_state(grant)))
