"""The wiring of billing."""

from chassis.envelope import source
from chassis.process import Process
from contracts.billing import (
    ChargeNextYear,
    ChargeSnapshot,
    ListCharges,
    ListSubscriptions,
    Quote,
    QuoteApplication,
    SubscriptionSnapshot,
)
from contracts.chain import ChainAccessEvent, ChainAuthorizationEvent
from contracts.identity import AdditionEvent, CredentialEvent, DeviceOrderEvent, MutationEvent, OrganisationEvent
from profiles.model import load_profile
from services.billing import store
from services.billing.charging import Charging
from services.billing.domain import Charge, Subscription
from services.billing.handlers import Handlers
from services.billing.quotations import QuotationSigner
from services.billing.settings import Settings
from services.billing.views import Views


def create_app(settings: Settings) -> Process:
    """Build the service."""
    process = Process("billing", settings)
    profile = load_profile(settings.profile)
    copies = store.Copies(process.database)
    offer_vat = settings.offer_vat_percent * 10
    signer = QuotationSigner(settings.quote_signing_key, source(settings.source_number, process.service))
    _keep(process)
    _hear(process, Handlers(profile, copies, offer_vat))
    _hear_identity(process, Charging(profile))
    views = Views(profile, process.database, copies, signer, offer_vat)
    process.routes.query(Quote, views.quote)
    process.routes.query(QuoteApplication, views.quote_application)
    process.routes.query(ListSubscriptions, views.list_subscriptions)
    process.routes.query(ListCharges, views.list_charges)
    return process


def _keep(process: Process) -> None:
    """Say what is kept: own documents, and copies of others' facts."""
    routes = process.routes
    routes.keep(store.SUBSCRIPTIONS, store.CHARGES, store.AGREED, store.AGREED_FEES)
    routes.snapshot(store.SUBSCRIPTIONS, SubscriptionSnapshot, Subscription.state)
    routes.snapshot(store.CHARGES, ChargeSnapshot, Charge.state)
    routes.copy(ChainAccessEvent, store.ACCESS)
    routes.copy(OrganisationEvent, store.ORGANISATIONS)
    routes.copy(CredentialEvent, store.CREDENTIALS, indexes=store.CREDENTIAL_INDEXES)


def _hear(process: Process, handlers: Handlers) -> None:
    routes = process.routes
    routes.command(ChargeNextYear, handlers.charge_next_year, aggregate=store.SUBSCRIPTIONS)
    routes.listen(
        ChainAuthorizationEvent,
        ChainAuthorizationRequested=handlers.on_requested,
        ChainAuthorizationActivated=handlers.on_activated,
        RemovalScheduled=handlers.on_removal_scheduled,
        ChainAuthorizationRemoved=handlers.on_ended,
        ChainAuthorizationExpired=handlers.on_ended,
    )


def _hear_identity(process: Process, charging: Charging) -> None:
    routes = process.routes
    routes.listen(
        CredentialEvent,
        CredentialRequested=charging.on_requested,
        CredentialActivated=charging.on_activated,
        ActivationLetterReissued=charging.on_letter,
    )
    routes.listen(MutationEvent, MutationProcessed=charging.on_processed)
    routes.listen(DeviceOrderEvent, DeviceOrdered=charging.on_device)
    routes.listen(AdditionEvent, AdditionAccepted=charging.on_added)
