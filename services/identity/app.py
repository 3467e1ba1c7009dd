"""Puts identity together: which message goes where, what is kept and published."""

from chassis.process import Process
from contracts import identity as messages
from profiles.model import load_profile
from services.identity.crypto.codes import CodeHashes
from services.identity.crypto.passwords import Passwords, common_passwords
from services.identity.crypto.quotations import QuotationReader
from services.identity.crypto.tokens import Tokens
from services.identity.details import Details
from services.identity.domain.applications import organisation_state
from services.identity.domain.credentials import credential_state
from services.identity.domain.mutations import mutation_state
from services.identity.domain.sessions import session_state
from services.identity.handlers.activation import ActivationHandlers
from services.identity.handlers.applications import ApplicationHandlers
from services.identity.handlers.changes import ChangeHandlers
from services.identity.handlers.clients import ClientHandlers
from services.identity.handlers.credentials import CredentialHandlers
from services.identity.handlers.devices import DeviceHandlers
from services.identity.handlers.documents import DocumentHandlers
from services.identity.handlers.holders import HolderHandlers
from services.identity.handlers.identifications import IdentificationHandlers
from services.identity.handlers.inviting import Inviting
from services.identity.handlers.letters import LetterHandlers
from services.identity.handlers.login import LoginHandlers
from services.identity.handlers.mutating import MutatingHandlers
from services.identity.handlers.own import OwnHandlers
from services.identity.handlers.processing import ProcessingHandlers
from services.identity.handlers.recovery import RecoveryHandlers
from services.identity.handlers.requests import RequestHandlers
from services.identity.handlers.sessions import SessionHandlers
from services.identity.handlers.staff import StaffHandlers
from services.identity.handlers.texting import Texting
from services.identity.handlers.tools import Tools
from services.identity.own_views import OwnViews
from services.identity.partner import ByHand, HttpPartner, Partner
from services.identity.register import CompanyRegister, EmbeddedRegister, HttpRegister
from services.identity.register.http import BASE_URL
from services.identity.settings import Settings
from services.identity.store import (
    APPLICATIONS,
    COLLECTIONS,
    CREDENTIALS,
    IDENTIFICATIONS,
    IDENTITY_DOCUMENTS,
    MUTATIONS,
    ORGANISATIONS,
    SESSIONS,
    Reads,
)
from services.identity.views import Views
from services.identity.views_of_changes import EndingViews, MutationViews


def create_app(settings: Settings) -> Process:
    """Return the process of identity."""
    process = Process("identity", settings)
    tools = _tools(process, settings)
    _credentials(process, tools)
    texting = Texting(tools)
    _sessions(process, tools, texting)
    _accounts(process, tools, texting)
    _queries(process, tools)
    routes = process.routes
    routes.keep(*COLLECTIONS)
    routes.snapshot(ORGANISATIONS, messages.OrganisationSnapshot, organisation_state)
    routes.snapshot(CREDENTIALS, messages.CredentialSnapshot, credential_state)
    routes.snapshot(MUTATIONS, messages.MutationSnapshot, mutation_state)
    routes.snapshot(SESSIONS, messages.SessionSnapshot, session_state)
    return process


def _tools(process: Process, settings: Settings) -> Tools:
    return Tools(
        settings=settings,
        profile=load_profile(settings.profile),
        sealer=process.sealer,
        fields=process.fields,
        passwords=Passwords(settings.password_pepper, settings.password_threads, settings.password_old_peppers),
        common=common_passwords(),
        codes=CodeHashes(settings.refresh_key),
        tokens=Tokens(settings.token_signing_key, settings.refresh_key, settings.deployment),
        register=_register(settings),
        reads=Reads(process.database),
        quotations=QuotationReader(settings.quote_public_keys),
        partner=_partner(settings),
        blobs=process.blobs,
    )


def _register(settings: Settings) -> CompanyRegister:
    """Return the register of the KVK where there is a key for it, else the embedded one."""
    if settings.kvk_api_key is None:
        return EmbeddedRegister.load()
    url = settings.kvk_url or BASE_URL
    return HttpRegister.open(settings.kvk_api_key, base_url=url, ca_file=settings.kvk_ca_file)


def _partner(settings: Settings) -> Partner:
    """Return the partner that identifies people where there is an address for it, else the back office."""
    if settings.partner_url is None:
        return ByHand()
    if settings.partner_api_key is None or settings.partner_public_keys is None:
        raise ValueError("PARTNER_URL needs PARTNER_API_KEY and PARTNER_PUBLIC_KEYS")
    return HttpPartner(settings.partner_url, settings.partner_api_key, ca_file=settings.partner_ca_file)


def _credentials(process: Process, tools: Tools) -> None:
    inviting, activation = Inviting(tools), ActivationHandlers(tools)
    identifications = IdentificationHandlers(tools, inviting)
    applications = ApplicationHandlers(tools, inviting, identifications)
    routes = process.routes
    _requests(process, tools, inviting)
    _identifications(process, identifications)
    routes.outside(messages.SubmitApplication, applications.look_up, applications.submit)
    routes.command(messages.ApproveApplication, applications.approve, aggregate=APPLICATIONS)
    routes.command(messages.RejectApplication, applications.reject, aggregate=APPLICATIONS)
    routes.command(messages.ExpireActivation, activation.expire, aggregate=CREDENTIALS)
    routes.command(messages.StartActivation, activation.start)
    routes.outside(messages.CompleteActivation, activation.hash, activation.complete)
    _endings(process, tools)
    _changes(process, tools)
    _mutations(process, tools)


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
    routes.command(messages.ChangeOwnEmail, changes.own_email)


def _mutations(process: Process, tools: Tools) -> None:
    asking, processing = MutatingHandlers(tools), ProcessingHandlers(tools)
    holders, routes = HolderHandlers(tools, process.blobs), process.routes
    routes.command(messages.LinkPerson, asking.link, aggregate=CREDENTIALS)
    routes.command(messages.UpgradeCredential, asking.upgrade, aggregate=CREDENTIALS)
    routes.command(messages.DowngradeCredential, asking.downgrade, aggregate=CREDENTIALS)
    routes.command(messages.ConvertCredential, asking.convert, aggregate=CREDENTIALS)
    routes.outside(messages.AttachDocument, holders.keep, holders.attach, aggregate=MUTATIONS)
    routes.command(messages.ViewCopy, holders.view, aggregate=MUTATIONS)
    routes.outside(messages.RemoveMutationCopies, holders.remove_files, holders.remove, aggregate=MUTATIONS)
    routes.command(messages.ConfirmDeclaration, holders.declare, aggregate=MUTATIONS)
    routes.command(messages.EnrolDevice, holders.enrol, aggregate=MUTATIONS)
    routes.command(messages.ConfirmDevice, holders.confirm_device, aggregate=MUTATIONS)
    routes.command(messages.RecordHolderIdentification, holders.identify, aggregate=MUTATIONS)
    routes.outside(messages.ProcessMutation, processing.look_up, processing.process, aggregate=MUTATIONS)
    routes.command(messages.RefuseMutation, processing.refuse, aggregate=MUTATIONS)
    routes.command(messages.ApplyDowngrade, processing.apply_downgrade, aggregate=CREDENTIALS)
    views = MutationViews(tools.reads, tools.sealer, tools.fields)
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
    login, sessions, staff, clients = (
        LoginHandlers(tools, texting),
        SessionHandlers(tools),
        StaffHandlers(tools),
        ClientHandlers(tools),
    )
    routes = process.routes
    routes.outside(messages.StartLogin, login.check, login.start)
    routes.command(messages.CompleteLogin, login.complete)
    routes.command(messages.RefreshSession, sessions.refresh, aggregate=SESSIONS)
    routes.command(messages.SwitchOrganisation, sessions.switch, aggregate=SESSIONS)
    routes.command(messages.EndSession, sessions.end, aggregate=SESSIONS)
    routes.outside(messages.AddStaff, staff.make_password, staff.add)
    routes.command(messages.RegisterMachineClient, clients.register)
    routes.command(messages.IssueClientToken, clients.issue)


def _accounts(process: Process, tools: Tools, texting: Texting) -> None:
    """Connect recovery, the own account, and OTP devices."""
    recovery, own, devices = RecoveryHandlers(tools, texting), OwnHandlers(tools), DeviceHandlers(tools, process.blobs)
    routes = process.routes
    routes.command(messages.StartRecovery, recovery.start)
    routes.outside(messages.SendRecovery, recovery.look_up, recovery.send)
    routes.command(messages.OpenRecovery, recovery.open)
    routes.outside(messages.CompleteRecovery, recovery.hash, recovery.complete)
    routes.command(messages.ChangeLanguage, own.change_language)
    routes.outside(messages.ChangePassword, own.check, own.change_password)
    routes.outside(messages.ImportDevices, devices.read, devices.take_over)
    routes.command(messages.AssignDevice, devices.assign)
    routes.command(messages.ResynchroniseDevice, devices.resynchronise)
    views = OwnViews(tools.reads, tools.profile)
    routes.query(messages.ListSessions, views.sessions)
    routes.query(messages.ListLogins, views.logins)


def _queries(process: Process, tools: Tools) -> None:
    views = Views(tools.reads, tools.register, tools.profile.second_factor.min_level)
    routes = process.routes
    routes.query(messages.LookUpCompany, views.company)
    routes.query(messages.ListCredentials, views.credentials)
    routes.query(messages.ListApplications, views.applications)
    routes.query(messages.GetProfile, views.profile)
    details = Details(tools)
    routes.query(messages.GetCredential, details.credential)
    routes.sealed_query(messages.GetApplication, details.application)
    routes.query(messages.ListIdentifications, details.identifications)
