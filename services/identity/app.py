"""Puts identity together: which message goes where, what is kept and published."""

from functools import partial

from chassis.once import handle_once
from chassis.process import Process
from contracts import identity as messages
from contracts.notifications import DocumentEvent
from profiles.model import load_profile
from services.identity.crypto.codes import CodeHashes
from services.identity.crypto.passwords import Passwords, common_passwords
from services.identity.crypto.tokens import Tokens
from services.identity.domain.additions import addition_state
from services.identity.domain.applications import organisation_state
from services.identity.domain.credentials import credential_state
from services.identity.domain.sessions import session_state
from services.identity.handlers.activation import ActivationHandlers
from services.identity.handlers.additions import AdditionHandlers
from services.identity.handlers.applications import ApplicationHandlers
from services.identity.handlers.clients import ClientHandlers
from services.identity.handlers.credentials import CredentialHandlers
from services.identity.handlers.forms import FormHandlers
from services.identity.handlers.login import LoginHandlers
from services.identity.handlers.organisations import OrganisationHandlers
from services.identity.handlers.sessions import SessionHandlers
from services.identity.handlers.signals import SignalReader
from services.identity.handlers.staff import StaffHandlers
from services.identity.handlers.tools import Tools
from services.identity.register import CompanyRegister, EmbeddedRegister, HttpRegister
from services.identity.register.http import BASE_URL
from services.identity.settings import Settings
from services.identity.store import (
    ADDITIONS,
    APPLICATIONS,
    COLLECTIONS,
    CREDENTIALS,
    FORMS,
    ORGANISATIONS,
    SESSIONS,
    SIGNALS_READ,
    Reads,
)
from services.identity.store.overview import Overview
from services.identity.views import Views
from services.identity.views_of_organisations import AdditionViews, FormViews, OrganisationViews
from services.identity.views_of_users import UserViews


def create_app(settings: Settings) -> Process:
    """Return the process of identity."""
    process = Process("identity", settings)
    tools = _tools(process, settings)
    _credentials(process, tools)
    _sessions(process, tools)
    _queries(process, tools)
    _organisations(process, tools)
    _forms(process, tools)
    _additions(process, tools)
    _users(process, tools)
    _listen_to_the_register(process, tools)
    routes = process.routes
    routes.keep(*COLLECTIONS)
    routes.snapshot(ORGANISATIONS, messages.OrganisationSnapshot, organisation_state)
    routes.snapshot(CREDENTIALS, messages.CredentialSnapshot, credential_state)
    routes.snapshot(ADDITIONS, messages.AdditionSnapshot, addition_state)
    routes.snapshot(SESSIONS, messages.SessionSnapshot, session_state)
    return process


def _tools(process: Process, settings: Settings) -> Tools:
    return Tools(
        settings=settings,
        profile=load_profile(settings.profile),
        sealer=process.sealer,
        fields=process.fields,
        passwords=Passwords(settings.password_pepper, settings.password_threads),
        common=common_passwords(),
        codes=CodeHashes(settings.refresh_key),
        tokens=Tokens(settings.token_signing_key, settings.refresh_key, settings.deployment),
        register=_register(settings),
        reads=Reads(process.database),
    )


def _register(settings: Settings) -> CompanyRegister:
    """Return the register of the KVK where there is a key for it, else the embedded one."""
    if settings.kvk_api_key is None:
        return EmbeddedRegister.load()
    url = settings.kvk_url or BASE_URL
    return HttpRegister.open(settings.kvk_api_key, base_url=url, ca_file=settings.kvk_ca_file)


def _credentials(process: Process, tools: Tools) -> None:
    applications, activation = ApplicationHandlers(tools), ActivationHandlers(tools)
    routes = process.routes
    routes.outside(messages.SubmitApplication, applications.look_up, applications.submit)
    routes.command(messages.ApproveApplication, applications.approve, aggregate=APPLICATIONS)
    routes.command(messages.RejectApplication, applications.reject, aggregate=APPLICATIONS)
    routes.command(messages.RecordIdentification, activation.identify, aggregate=CREDENTIALS)
    routes.command(messages.ExpireActivation, activation.expire, aggregate=CREDENTIALS)
    routes.command(messages.StartActivation, activation.start)
    routes.outside(messages.CompleteActivation, activation.hash, activation.complete)
    routes.command(messages.EndCredential, CredentialHandlers(tools).end, aggregate=CREDENTIALS)


def _sessions(process: Process, tools: Tools) -> None:
    login, sessions, staff, clients = (
        LoginHandlers(tools),
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


def _queries(process: Process, tools: Tools) -> None:
    views = Views(tools.reads, tools.register, tools.profile.second_factor.min_level)
    routes = process.routes
    routes.query(messages.LookUpCompany, views.company)
    routes.query(messages.ListApplications, views.applications)
    routes.query(messages.GetProfile, views.profile)


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
    forms, views, routes = FormHandlers(tools), FormViews(tools.reads, tools.profile), process.routes
    routes.command(messages.SubmitForm, forms.submit)
    routes.outside(messages.SubmitOpenForm, forms.look_up, forms.submit_open)
    routes.outside(messages.HandleForm, forms.look_up_new, forms.handle, aggregate=FORMS)
    routes.command(messages.RefuseForm, forms.refuse, aggregate=FORMS)
    routes.query(messages.ListFormTypes, views.types)
    routes.query(messages.ListForms, views.forms)
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
    views, routes = UserViews(tools, process.blobs, Overview(process.database)), process.routes
    routes.query(messages.ListCredentials, views.overview)
    routes.sealed_query(messages.GetHolder, views.holder)
    routes.query(messages.ExportUsers, views.export)


def _listen_to_the_register(process: Process, tools: Tools) -> None:
    """Read the mutation signals where the register has them; the embedded one has none."""
    pause, service = tools.settings.kvk_signals_every_s, _register(tools.settings)
    # A register of its own: when the mutation service fails, its circuit breaker must not stop the look-ups.
    if isinstance(service, HttpRegister) and pause > 0:
        record = partial(handle_once, process)
        reader = SignalReader(tools.register, service, tools.reads, process.clock, record, pause)
        process.background.append(reader.run)
