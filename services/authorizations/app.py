"""The wiring of authorizations: what it handles, hears and keeps."""

from chassis.process import Process
from contracts.authorizations import (
    AuthorizationSnapshot,
    AwaitApplied,
    Decide,
    GrantAuthorizations,
    ImportCatalogue,
    ListHolderGrants,
    ListLosses,
    SearchServices,
    ServiceProviderSnapshot,
)
from contracts.chain import ChainAuthorizationEvent
from contracts.identity import CredentialEvent, OrganisationEvent
from profiles.model import load_profile
from services.authorizations import store
from services.authorizations.clients import CatalogueFiles
from services.authorizations.domain.catalogue import provider_state
from services.authorizations.domain.grants import grant_state
from services.authorizations.handlers import Handlers
from services.authorizations.settings import Settings
from services.authorizations.views.applied import AppliedEvents
from services.authorizations.views.catalogue import Catalogue
from services.authorizations.views.decisions import Decisions
from services.authorizations.views.holders import HolderGrants
from services.authorizations.views.losses import LossViews


def create_app(settings: Settings) -> Process:
    """Return the service, ready to run."""
    process = Process("authorizations", settings)
    routes = process.routes
    copies = store.Copies(process.database)
    special = store.SpecialProviders(settings.belastingdienst_oins, settings.uwv_oins)
    max_years = load_profile(settings.profile).authorizations.max_years
    handlers = Handlers(copies, special, max_years)

    routes.keep(store.PROVIDERS, store.SERVICES, store.GRANTS)
    routes.snapshot(store.PROVIDERS, ServiceProviderSnapshot, provider_state)
    routes.snapshot(store.GRANTS, AuthorizationSnapshot, grant_state)
    routes.copy(OrganisationEvent, store.ORGANISATIONS, indexes=store.ORGANISATION_INDEXES)
    routes.copy(CredentialEvent, store.CREDENTIALS, indexes=store.CREDENTIAL_INDEXES)
    routes.copy(ChainAuthorizationEvent, store.CHAINS, indexes=store.CHAIN_INDEXES)
    routes.listen(
        CredentialEvent,
        CredentialEnded=handlers.on_credential_ended,
        CredentialDowngraded=handlers.on_credential_limited,
        CredentialConverted=handlers.on_credential_limited,
    )

    routes.outside(ImportCatalogue, CatalogueFiles(process.blobs).read, handlers.import_catalogue)
    routes.command(GrantAuthorizations, handlers.grant)
    routes.query(SearchServices, Catalogue(process.database).search)
    routes.query(ListLosses, LossViews(copies, special).list_)
    routes.query(Decide, Decisions(copies, special).decide)
    routes.query(ListHolderGrants, HolderGrants(process.database, copies).active)
    # The loop of events exists only once the process is assembled.
    routes.query(AwaitApplied, AppliedEvents(copies, routes.copies, lambda: process.events.applied).wait)
    return process
