"""Puts identity together: which message goes where, what is kept and published."""

from functools import partial

from chassis.once import handle_once
from chassis.process import Process
from chassis.tables import TableWriter
from contracts import identity as messages
from contracts.notifications import DeliveryEvent, DocumentEvent
from services.identity.clients import register_of
from services.identity.domain.additions import addition_state
from services.identity.domain.applications import organisation_state
from services.identity.domain.credentials import credential_state
from services.identity.domain.mutations import mutation_state
from services.identity.domain.orders import order_state
from services.identity.domain.sessions import session_state
from services.identity.handlers.activation import ActivationHandlers
from services.identity.handlers.additions import AdditionHandlers
from services.identity.handlers.applications import ApplicationHandlers
from services.identity.handlers.changes import ChangeHandlers
from services.identity.handlers.clients import ClientHandlers
from services.identity.handlers.credentials import CredentialHandlers
from services.identity.handlers.device_reviews import DeviceReviews
from services.identity.handlers.devices import DeviceHandlers
from services.identity.handlers.dispatch import DispatchHandlers
from services.identity.handlers.documents import DocumentHandlers
from services.identity.handlers.forms import FormHandlers
from services.identity.handlers.holder_forms import HolderForms
from services.identity.handlers.holders import HolderHandlers
from services.identity.handlers.identifications import IdentificationHandlers
from services.identity.handlers.inviting import Inviting
from services.identity.handlers.letters import LetterHandlers
from services.identity.handlers.login import LoginHandlers
from services.identity.handlers.mutating import MutatingHandlers
from services.identity.handlers.organisations import OrganisationHandlers
from services.identity.handlers.own import OwnHandlers
from services.identity.handlers.processing import ProcessingHandlers
from services.identity.handlers.recovery import RecoveryHandlers
from services.identity.handlers.requests import RequestHandlers
from services.identity.handlers.sessions import SessionHandlers
from services.identity.handlers.signals import SignalReader
from services.identity.handlers.staff import StaffHandlers
from services.identity.handlers.submitting import SubmissionHandlers
from services.identity.handlers.texting import Texting
from services.identity.register import HttpRegister
from services.identity.rotation import FIELDS
from services.identity.settings import Settings
from services.identity.store import (
    ADDITIONS,
    APPLICATIONS,
    COLLECTIONS,
    CREDENTIALS,
    DEVICE_ORDERS,
    FORMS,
    IDENTIFICATIONS,
    IDENTITY_DOCUMENTS,
    MUTATIONS,
    ORGANISATIONS,
    SESSIONS,
    SIGNALS_READ,
)
from services.identity.store.overview import Overview
from services.identity.tools import Tools, tools_of
from services.identity.views import (
    AdditionViews,
    Details,
    DeviceViews,
    EndingViews,
    FormViews,
    MutationViews,
    OrganisationViews,
    OwnViews,
    StaffViews,
    UserViews,
    Views,
)


def create_app(settings: Settings) -> Process:
    """Return the process of identity."""
    process = Process("identity", settings)
    tools = tools_of(process, settings)
    texting = Texting(tools)
    _credentials(process, tools, texting)
    _sessions(process, tools, texting)
    _accounts(process, tools, texting)
    _queries(process, tools)
    _organisations(process, tools)
    _forms(process, tools)
    _additions(process, tools)
    _users(process, tools)
    _listen_to_the_register(process, tools)
    routes = process.routes
    routes.keep(*COLLECTIONS)
    routes.encrypt(*FIELDS)
    routes.snapshot(ORGANISATIONS, messages.OrganisationSnapshot, organisation_state)
    routes.snapshot(CREDENTIALS, messages.CredentialSnapshot, credential_state)
    routes.snapshot(MUTATIONS, messages.MutationSnapshot, mutation_state)
    routes.snapshot(ADDITIONS, messages.AdditionSnapshot, addition_state)
    routes.snapshot(SESSIONS, messages.SessionSnapshot, session_state)
    return process


def _credentials(process: Process, tools: Tools, texting: Texting) -> None:
    inviting, activation = Inviting(tools), ActivationHandlers(tools, texting)
    identifications = IdentificationHandlers(tools, inviting)
    applications = ApplicationHandlers(tools, inviting, identifications)
    routes = process.routes
    _requests(process, tools, inviting)
    _identifications(process, identifications)
    submissions = SubmissionHandlers(tools)
    routes.outside(messages.SubmitApplication, submissions.look, submissions.submit)
    routes.command(messages.ApproveApplication, applications.approve, aggregate=APPLICATIONS)
    routes.command(messages.RejectApplication, applications.reject, aggregate=APPLICATIONS)
    routes.command(messages.ExpireActivation, activation.expire, aggregate=CREDENTIALS)
    routes.command(messages.StartActivation, activation.start)
    routes.outside(messages.CompleteActivation, activation.hash, activation.complete)
    _endings(process, tools)
    _changes(process, tools)
    _mutations(process, tools, inviting)


def _endings(process: Process, tools: Tools) -> None:
    endings, routes = CredentialHandlers(tools), process.routes
    routes.command(messages.EndCredential, endings.end, aggregate=CREDENTIALS)
    routes.command(messages.EndOnDate, endings.end_on_date, aggregate=CREDENTIALS)
    routes.command(messages.UndoEnding, endings.undo, aggregate=CREDENTIALS)
    views = EndingViews(tools.reads, tools.profile.second_factor.min_level)
    routes.query(messages.GetEndingOptions, views.options)


def _changes(process: Process, tools: Tools) -> None:
    changes, routes = ChangeHandlers(tools), process.routes
    routes.command(messages.ChangeRole, changes.role, aggregate=CREDENTIALS)
    routes.command(messages.ChangeMobile, changes.mobile, aggregate=CREDENTIALS)
    routes.command(messages.ChangeEmail, changes.email, aggregate=CREDENTIALS)


def _mutations(process: Process, tools: Tools, inviting: Inviting) -> None:
    asking, processing = MutatingHandlers(tools, inviting), ProcessingHandlers(tools)
    holders, routes = HolderHandlers(tools), process.routes
    routes.command(messages.LinkPerson, asking.link, aggregate=CREDENTIALS)
    routes.outside(messages.UpgradeCredential, asking.look, asking.upgrade, aggregate=CREDENTIALS)
    routes.command(messages.DowngradeCredential, asking.downgrade, aggregate=CREDENTIALS)
    routes.command(messages.ConvertCredential, asking.convert, aggregate=CREDENTIALS)
    routes.command(messages.ConfirmDeclaration, holders.declare, aggregate=MUTATIONS)
    routes.command(messages.EnrolDevice, holders.enrol, aggregate=MUTATIONS)
    routes.command(messages.ConfirmDevice, holders.confirm_device, aggregate=MUTATIONS)
    routes.command(messages.ChooseUpgradeIdentificationMethod, holders.choose_method, aggregate=MUTATIONS)
    routes.command(messages.RecordHolderIdentification, holders.identify, aggregate=MUTATIONS)
    routes.outside(messages.ProcessMutation, processing.look_up, processing.process, aggregate=MUTATIONS)
    routes.command(messages.RefuseMutation, processing.refuse, aggregate=MUTATIONS)
    routes.command(messages.ApplyDowngrade, processing.apply_downgrade, aggregate=CREDENTIALS)
    views = MutationViews(tools)
    routes.query(messages.ListMutations, views.queue)
    routes.query(messages.GetOwnMutation, views.own)
    routes.sealed_query(messages.GetMutation, views.detail)


def _requests(process: Process, tools: Tools, inviting: Inviting) -> None:
    requests, documents = RequestHandlers(tools), DocumentHandlers(tools)
    routes = process.routes
    routes.outside(messages.RequestCredential, requests.look, requests.request)
    routes.command(messages.ViewDocument, documents.view, aggregate=IDENTITY_DOCUMENTS)
    routes.outside(messages.KeepCopies, documents.keep_files, documents.keep)
    routes.outside(messages.RemoveCopies, documents.remove_files, documents.remove, aggregate=IDENTITY_DOCUMENTS)
    routes.command(messages.IssueActivationLetter, LetterHandlers(tools, inviting).issue, aggregate=CREDENTIALS)


def _identifications(process: Process, handlers: IdentificationHandlers) -> None:
    routes = process.routes
    routes.outside(messages.OrderIdentification, handlers.tell, handlers.order, aggregate=IDENTIFICATIONS)
    routes.command(messages.ReportIdentification, handlers.report, aggregate=IDENTIFICATIONS)
    routes.command(messages.ChooseIdentificationMethod, handlers.choose)
    routes.command(messages.RecordIdentification, handlers.record, aggregate=CREDENTIALS)
    routes.command(messages.RecordFailedIdentification, handlers.record_failure, aggregate=CREDENTIALS)
    routes.command(messages.ChangeIdentificationAddress, handlers.change_address, aggregate=CREDENTIALS)


def _sessions(process: Process, tools: Tools, texting: Texting) -> None:
    login, sessions, clients = LoginHandlers(tools, texting), SessionHandlers(tools), ClientHandlers(tools)
    routes = process.routes
    routes.outside(messages.StartLogin, login.check, login.start)
    routes.command(messages.CompleteLogin, login.complete)
    routes.command(messages.RefreshSession, sessions.refresh, aggregate=SESSIONS)
    routes.command(messages.SwitchOrganisation, sessions.switch, aggregate=SESSIONS)
    routes.command(messages.EndSession, sessions.end, aggregate=SESSIONS)
    routes.command(messages.RegisterMachineClient, clients.register)
    routes.command(messages.IssueClientToken, clients.issue)
    staff = StaffHandlers(tools)
    routes.outside(messages.AddStaff, staff.make_password, staff.add)
    routes.outside(messages.ConfirmStaff, staff.make_password, staff.confirm)
    routes.command(messages.RemoveStaff, staff.remove)
    routes.query(messages.ListStaff, StaffViews(tools.reads).staff)


def _accounts(process: Process, tools: Tools, texting: Texting) -> None:
    """Connect recovery, the own account, and OTP devices."""
    recovery, own, devices = RecoveryHandlers(tools, texting), OwnHandlers(tools), DeviceHandlers(tools, process.blobs)
    routes = process.routes
    routes.command(messages.StartRecovery, recovery.start)
    routes.outside(messages.SendRecovery, recovery.look_up, recovery.send)
    routes.command(messages.OpenRecovery, recovery.open)
    routes.outside(messages.CompleteRecovery, recovery.hash, recovery.complete)
    routes.command(messages.ChangeOwnEmail, own.change_email)
    routes.command(messages.ChangeLanguage, own.change_language)
    routes.outside(messages.ChangePassword, own.check, own.change_password)
    routes.outside(messages.ImportDevices, devices.read, devices.take_over)
    routes.command(messages.AssignDevice, devices.assign)
    routes.command(messages.ResynchroniseDevice, devices.resynchronise)
    _dispatching(process, tools)
    views = OwnViews(tools.reads, tools.profile)
    routes.query(messages.ListSessions, views.sessions)
    routes.query(messages.ListLogins, views.logins)


def _dispatching(process: Process, tools: Tools) -> None:
    dispatch, views, routes = DispatchHandlers(tools), DeviceViews(tools.reads), process.routes
    routes.command(messages.OrderDevice, dispatch.order)
    routes.command(messages.WithdrawDeviceReview, DeviceReviews(tools).withdraw)
    routes.command(messages.ResendDevice, dispatch.resend, aggregate=DEVICE_ORDERS)
    routes.outside(messages.DispatchDevices, dispatch.look, dispatch.dispatch)
    routes.listen(DeliveryEvent, DeliveryFailed=dispatch.on_delivery_failed)
    routes.query(messages.ListDeviceOrders, views.orders)
    routes.query(messages.ListDeviceReviews, views.reviews)
    routes.query(messages.GetDeviceStock, views.stock)
    routes.snapshot(DEVICE_ORDERS, messages.DeviceOrderSnapshot, order_state)


def _queries(process: Process, tools: Tools) -> None:
    views = Views(tools.reads, tools.register, tools.profile.second_factor.min_level)
    routes = process.routes
    routes.query(messages.LookUpCompany, views.company)
    routes.query(messages.ListApplications, views.applications)
    routes.query(messages.GetProfile, views.profile)
    details = Details(tools)
    routes.sealed_query(messages.GetCredential, details.credential)
    routes.sealed_query(messages.GetApplication, details.application)
    routes.query(messages.ListIdentifications, details.identifications)


def _organisations(process: Process, tools: Tools) -> None:
    organisations, routes = OrganisationHandlers(tools), process.routes
    routes.outside(
        messages.RemoveBranchNumber, organisations.look_up, organisations.remove_branch, aggregate=ORGANISATIONS
    )
    routes.command(messages.RecordCompanyEnded, organisations.company_ended)
    routes.command(messages.RecordSignalsRead, organisations.signals_read, aggregate=SIGNALS_READ)
    routes.command(messages.ResumeOrganisation, organisations.resume, aggregate=ORGANISATIONS)
    routes.command(messages.EndOrganisation, organisations.end, aggregate=ORGANISATIONS)
    views = OrganisationViews(tools.reads, tools.register, tools.profile)
    routes.query(messages.GetOrganisation, views.organisation)
    routes.query(messages.GetSettings, views.settings)
    routes.query(messages.GetSupplier, views.supplier)


def _forms(process: Process, tools: Tools) -> None:
    letters, devices = LetterHandlers(tools, Inviting(tools)), DispatchHandlers(tools)
    holders = HolderForms(tools, letters, devices, CredentialHandlers(tools), ChangeHandlers(tools))
    forms = FormHandlers(tools, holders)
    views, routes = FormViews(tools), process.routes
    routes.command(messages.SubmitForm, forms.submit)
    routes.outside(messages.SubmitOpenForm, forms.look_up, forms.submit_open)
    routes.outside(messages.KeepAttachment, forms.keep_file, forms.keep)
    routes.outside(messages.HandleForm, forms.look_up_new, forms.handle, aggregate=FORMS)
    routes.command(messages.RefuseForm, forms.refuse, aggregate=FORMS)
    routes.query(messages.ListFormTypes, views.types)
    routes.sealed_query(messages.ListForms, views.forms)
    routes.query(messages.GetFormAttachment, views.attachment)


def _additions(process: Process, tools: Tools) -> None:
    additions, views, routes = AdditionHandlers(tools), AdditionViews(tools.reads, tools.profile), process.routes
    routes.outside(messages.AddOrganisation, additions.look_up, additions.add)
    routes.command(messages.AcceptContract, additions.accept, aggregate=ADDITIONS)
    routes.command(messages.RefuseContract, additions.refuse, aggregate=ADDITIONS)
    routes.command(messages.RemindOfContract, additions.remind, aggregate=ADDITIONS)
    routes.command(messages.RemoveAddition, additions.remove, aggregate=ADDITIONS)
    routes.listen(DocumentEvent, DocumentMade=additions.on_document_made)
    routes.query(messages.ListAdditions, views.additions)
    routes.query(messages.GetContract, views.contract)


def _users(process: Process, tools: Tools) -> None:
    views, routes = UserViews(tools, TableWriter(process.blobs), Overview(process.database)), process.routes
    routes.query(messages.ListCredentials, views.overview)
    routes.query(messages.ExportUsers, views.export)


def _listen_to_the_register(process: Process, tools: Tools) -> None:
    """Read the mutation signals where the register has them; the embedded one has none."""
    pause, service = tools.settings.kvk_signals_every_s, register_of(tools.settings)
    # A register of its own: when the mutation service fails, its circuit breaker must not stop the look-ups.
    if isinstance(service, HttpRegister) and pause > 0:
        record = partial(handle_once, process)
        reader = SignalReader(tools.register, service, tools.reads, process.clock, record, pause)
        process.background.append(reader.run)
