"""The wiring of notifications."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from chassis.once import handle_once
from chassis.process import Process
from chassis.work import Work
from contracts.authorizations import ServiceProviderEvent
from contracts.chain import ChainAccessEvent, ChainAuthorizationEvent
from contracts.identity import AdditionEvent, CredentialEvent, MutationEvent, OrganisationEvent
from contracts.message import Event
from contracts.notifications import (
    Deliver,
    DeliverySnapshot,
    DocumentSnapshot,
    ListFailedDeliveries,
    ListMessages,
    MarkRead,
    RecordDocument,
    SendAccountNotice,
    SendActivationLetter,
    SendAgain,
    SendDeviceLetter,
    SendFormOutcome,
    SendIdentificationFailed,
    SendInvitation,
    SendLoginCode,
    SendNumberNotice,
    SendRecoveryLink,
    SendValidationCode,
)
from contracts.values import Language
from profiles.model import Profile, load_profile
from services.notifications import store
from services.notifications.clients.composer import refuse_if_it_injects
from services.notifications.clients.http import PrintHouse, SmsProvider
from services.notifications.clients.mail import Mailer
from services.notifications.clients.pdf import PdfMaker
from services.notifications.clients.templates import Templates
from services.notifications.domain.limits import SmsLimits
from services.notifications.handlers import (
    Agreements,
    BoxHandlers,
    ChangeMails,
    DeliveringHandlers,
    DocumentHandlers,
    DocumentWorker,
    SendingHandlers,
)
from services.notifications.handlers.delivering import Posting
from services.notifications.settings import Settings
from services.notifications.views import Views

E = TypeVar("E", bound=Event)


def create_app(settings: Settings) -> Process:
    """Build the service; InjectionError when this Python lets a text become a mail header (S28)."""
    refuse_if_it_injects()
    process = Process("notifications", settings)
    profile = load_profile(settings.profile)
    vault = store.Vault(process.fields, settings.field_keys)
    copies = store.Copies(process.database, vault)
    templates = Templates(profile, settings.public_url)
    pdfs = PdfMaker(settings.pdf_threads)
    _keep(process)
    limits = SmsLimits(settings.sms_limit_short, settings.sms_limit_day, settings.sms_countries)
    _send(process, SendingHandlers(profile, process.sealer, vault, limits))
    posting = _posting(settings, profile, templates, pdfs)
    delivering = DeliveringHandlers(copies, posting, process.clock, vault)
    process.routes.outside(Deliver, delivering.call, delivering.deliver, aggregate=store.DELIVERIES)
    process.routes.command(SendAgain, delivering.again, aggregate=store.DELIVERIES)
    documents = DocumentHandlers(vault, process.sealer)
    process.routes.command(RecordDocument, documents.record, aggregate=store.DOCUMENTS)
    box = BoxHandlers(profile, copies, templates, vault)
    _tell(process, box, documents)
    _tell_of_changes(process, ChangeMails(copies, vault, profile.back_office), box)
    agreements = Agreements(profile, copies, templates, pdfs, process.blobs, vault)
    queue = store.DocumentQueue(process.database, timedelta(seconds=settings.document_lease_s))
    worker = DocumentWorker(queue, agreements, partial(handle_once, process))
    process.background += [worker.run] * settings.pdf_threads
    views = Views(profile, process.database, copies)
    process.routes.query(ListMessages, views.list_messages)
    process.routes.query(ListFailedDeliveries, views.failed)
    return process


def _keep(process: Process) -> None:
    """Say what is kept: own documents, and copies of others' facts."""
    routes = process.routes
    routes.keep(store.DELIVERIES, store.CONTENTS, store.NOTICES, store.DOCUMENTS, store.WINDOWS, store.BEGUN)
    routes.keep(store.PLANNED_DOCUMENTS)
    routes.encrypt((store.CONTENTS.name, "secrets"), (store.PLANNED_DOCUMENTS.name, "fiscal_number"))
    routes.snapshot(store.DELIVERIES, DeliverySnapshot, store.delivery_state)
    routes.snapshot(store.DOCUMENTS, DocumentSnapshot, store.document_state)
    routes.copy(OrganisationEvent, store.ORGANISATIONS)
    routes.copy(CredentialEvent, store.CREDENTIALS, indexes=store.CREDENTIAL_INDEXES)
    routes.copy(ServiceProviderEvent, store.PROVIDERS, indexes=store.PROVIDER_INDEXES)


def _send(process: Process, sending: SendingHandlers) -> None:
    routes = process.routes
    routes.command(SendInvitation, sending.send_invitation, aggregate=store.DELIVERIES)
    routes.command(SendLoginCode, sending.send_login_code, aggregate=store.DELIVERIES)
    routes.command(SendNumberNotice, sending.send_number_notice, aggregate=store.DELIVERIES)
    routes.command(SendValidationCode, sending.send_validation_code, aggregate=store.DELIVERIES)
    routes.command(SendRecoveryLink, sending.send_recovery_link, aggregate=store.DELIVERIES)
    routes.command(SendAccountNotice, sending.send_account_notice, aggregate=store.DELIVERIES)
    routes.command(SendFormOutcome, sending.send_form_outcome, aggregate=store.DELIVERIES)
    routes.command(SendIdentificationFailed, sending.send_identification_failed, aggregate=store.DELIVERIES)
    routes.command(SendActivationLetter, sending.send_activation_letter)
    routes.command(SendDeviceLetter, sending.send_device_letter)


def _tell(process: Process, box: BoxHandlers, documents: DocumentHandlers) -> None:
    routes = process.routes
    routes.command(MarkRead, box.mark_read, aggregate=store.NOTICES)
    routes.listen(CredentialEvent, CredentialRejected=box.on_credential_rejected)
    routes.listen(ChainAccessEvent, ChainAccessChanged=box.on_access_changed)
    routes.listen(
        AdditionEvent,
        AdditionSubmitted=_both(documents.on_added, box.on_added),
        AdditionAccepted=box.on_contract_accepted,
        AdditionReminded=box.on_contract_missing,
        AdditionRefused=box.on_contract_refused,
    )
    routes.listen(
        ChainAuthorizationEvent,
        ChainAuthorizationRequested=documents.on_requested,
        RenewalDue=box.on_renewal_due,
        ChainAuthorizationActivated=box.on_activated,
        ChainAuthorizationExpired=box.on_expired,
        InvitationExpired=box.on_invitation_expired,
        InvitationFailed=box.on_invitation_failed,
    )


def _tell_of_changes(process: Process, changes: ChangeMails, box: BoxHandlers) -> None:
    routes = process.routes
    routes.listen(MutationEvent, MutationRefused=changes.on_mutation_refused)
    routes.listen(
        CredentialEvent,
        MobileChanged=changes.on_mobile_changed,
        EndingScheduled=box.on_ending_scheduled,
        EndingUndone=box.on_ending_undone,
        EndingPostponed=_both(changes.on_ending_postponed, box.on_ending_postponed),
    )


def _both(
    first: Callable[[E, Work], Awaitable[None]], second: Callable[[E, Work], Awaitable[None]]
) -> Callable[[E, Work], Awaitable[None]]:
    """React to an event in two ways, in one transaction."""

    async def react(event: E, work: Work) -> None:
        await first(event, work)
        await second(event, work)

    return react


def _posting(settings: Settings, profile: Profile, templates: Templates, pdfs: PdfMaker) -> Posting:
    """Build the ways out."""
    mailer = Mailer(
        settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_user, settings.smtp_password
    )
    sender = (profile.display_name.in_(Language.NL), settings.mail_from or profile.support.sender)
    return Posting(templates, sender, mailer, SmsProvider(settings.sms_url), PrintHouse(settings.letter_url), pdfs)
