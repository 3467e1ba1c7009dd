"""Chain, put together."""

from chassis.process import Process
from chassis.tables import TableWriter
from contracts import chain as messages
from contracts.authorizations import ServiceProviderEvent
from contracts.identity import CredentialEvent, OrganisationEvent
from contracts.notifications import DeliveryEvent, DocumentEvent
from profiles.model import load_profile
from services.chain import handlers, views
from services.chain.clients import WorkbookReader
from services.chain.facts import Facts
from services.chain.invitations import Invitations
from services.chain.numbers import FiscalNumbers
from services.chain.quotations import QuotationReader
from services.chain.rotation import FIELDS
from services.chain.settings import Settings
from services.chain.store import ACCESS, AUTHORIZATIONS, FILES, IMPORTS, REFUSED_ROWS, Copies
from services.chain.store.copies import CREDENTIALS, INDEXES, ORGANISATIONS, PROVIDERS
from services.chain.views.reading import Reading


def create_app(settings: Settings) -> Process:
    """Return the process of chain; ValueError when a key is missing or malformed."""
    process = Process("chain", settings)
    facts = Facts(Copies(process.database), load_profile(settings.profile))
    invitations = Invitations(settings.invitation_key, settings.public_url)
    numbers = FiscalNumbers(process.sealer, process.fields, settings.invitation_key)
    _keep(process)
    inviting = handlers.Inviting(invitations, process.sealer)
    _commands(process, facts, inviting, QuotationReader(settings.quote_public_keys), numbers)
    _queries(process, facts, numbers)
    return process


def _keep(process: Process) -> None:
    routes = process.routes
    routes.keep(ACCESS, AUTHORIZATIONS, FILES, IMPORTS, REFUSED_ROWS)
    routes.encrypt(*FIELDS)
    routes.snapshot(ACCESS, messages.ChainAccessSnapshot, lambda value: value.state())
    routes.snapshot(AUTHORIZATIONS, messages.ChainAuthorizationSnapshot, lambda value: value.state())
    routes.snapshot(AUTHORIZATIONS, messages.PublicChainAuthorizationSnapshot, lambda value: value.public_state())
    routes.copy(OrganisationEvent, ORGANISATIONS, indexes=INDEXES[ORGANISATIONS])
    routes.copy(CredentialEvent, CREDENTIALS, indexes=INDEXES[CREDENTIALS])
    routes.copy(ServiceProviderEvent, PROVIDERS, indexes=INDEXES[PROVIDERS])


def _commands(
    process: Process, facts: Facts, inviting: handlers.Inviting, quotations: QuotationReader, numbers: FiscalNumbers
) -> None:
    routes = process.routes
    access = handlers.AccessHandlers(facts)
    routes.command(messages.AskForOffer, access.ask_for_offer)
    routes.command(messages.SendOffer, access.send_offer)
    routes.command(messages.RecordOffer, access.record_offer)
    requests = handlers.RequestHandlers(facts, inviting, quotations, numbers)
    routes.command(messages.RequestChainAuthorization, requests.request)
    routes.command(messages.RequestImported, requests.request_imported)
    routes.command(messages.RequestRenewal, requests.renew, aggregate=AUTHORIZATIONS)
    reader = WorkbookReader(process.blobs, facts.profile.chain.import_max_rows)
    imports = handlers.ImportHandlers(facts, reader, quotations)
    routes.outside(messages.ImportRelations, imports.read, imports.import_relations)
    answers = handlers.AnswerHandlers(facts, process.sealer, process.blobs, numbers)
    routes.outside(messages.ReturnAgreement, answers.keep_agreement, answers.return_agreement, aggregate=AUTHORIZATIONS)
    routes.command(messages.DeclineInvitation, answers.decline, aggregate=AUTHORIZATIONS)
    routes.command(messages.MarkIncomplete, answers.mark_incomplete, aggregate=AUTHORIZATIONS)
    routes.command(messages.ApproveAgreement, answers.approve, aggregate=AUTHORIZATIONS)
    routes.listen(DeliveryEvent, DeliveryFailed=answers.on_delivery_failed)
    routes.listen(DocumentEvent, DocumentMade=answers.on_document_made)
    _running(process, facts)


def _running(process: Process, facts: Facts) -> None:
    routes = process.routes
    running = handlers.RunningHandlers(facts)
    routes.command(messages.LinkUsers, running.link, aggregate=AUTHORIZATIONS)
    routes.command(messages.UnlinkUsers, running.unlink, aggregate=AUTHORIZATIONS)
    routes.command(messages.DeleteChainAuthorization, running.delete, aggregate=AUTHORIZATIONS)
    routes.command(messages.UnlinkEverywhere, running.unlink_everywhere)
    routes.command(messages.EndOrganisation, running.end_organisation)
    routes.listen(
        CredentialEvent,
        CredentialEnded=running.on_credential_ended,
        CredentialDowngraded=running.on_credential_ended,
        CredentialConverted=running.on_credential_ended,
    )
    routes.listen(OrganisationEvent, OrganisationEnded=running.on_organisation_ended)
    timers = handlers.TimerHandlers()
    routes.command(messages.ExpireInvitation, timers.expire_invitation, aggregate=AUTHORIZATIONS)
    routes.command(messages.WarnOfEnd, timers.warn_of_end, aggregate=AUTHORIZATIONS)
    routes.command(messages.Expire, timers.expire, aggregate=AUTHORIZATIONS)
    routes.command(messages.RemoveOnDate, timers.remove_on_date, aggregate=AUTHORIZATIONS)


def _queries(process: Process, facts: Facts, numbers: FiscalNumbers) -> None:
    routes, reading = process.routes, Reading(process.database, facts, numbers)
    overview = views.OverviewViews(reading, process.sealer)
    routes.query(messages.GetAccess, overview.access)
    routes.sealed_query(messages.ListChainAuthorizations, overview.list_)
    routes.sealed_query(messages.GetChainAuthorization, overview.get)
    routes.query(messages.ExportChainAuthorizations, views.ExportViews(reading, TableWriter(process.blobs)).export)
    routes.query(messages.ListIssuedChainAuthorizations, views.IssuedViews(reading).list_)
    routes.sealed_query(messages.ListUnlinked, views.UnlinkedViews(reading).list_)
    back_office = views.BackOfficeViews(reading)
    routes.query(messages.ListAccessRequests, back_office.access_requests)
    routes.sealed_query(messages.ListReceivedAgreements, back_office.received_agreements)
    reader = WorkbookReader(process.blobs, facts.profile.chain.import_max_rows)
    imports = views.ImportViews(reading, reader, process.blobs)
    routes.query(messages.GetImportTemplate, imports.template)
    routes.query(messages.PreviewImport, imports.preview)
    routes.query(messages.GetImport, imports.get)
    routes.sealed_query(messages.ReadInvitation, views.InvitationViews(reading, process.sealer).read)
