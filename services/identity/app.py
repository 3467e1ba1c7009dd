"""Puts identity together: which message goes where, what is kept and published."""

from chassis.process import Process
from contracts import identity as messages
from profiles.model import load_profile
from services.identity.crypto.codes import CodeHashes
from services.identity.crypto.passwords import Passwords, common_passwords
from services.identity.crypto.tokens import Tokens
from services.identity.domain.applications import organisation_state
from services.identity.domain.credentials import credential_state
from services.identity.domain.sessions import session_state
from services.identity.handlers.activation import ActivationHandlers
from services.identity.handlers.applications import ApplicationHandlers
from services.identity.handlers.clients import ClientHandlers
from services.identity.handlers.credentials import CredentialHandlers
from services.identity.handlers.devices import DeviceHandlers
from services.identity.handlers.login import LoginHandlers
from services.identity.handlers.own import OwnHandlers
from services.identity.handlers.recovery import RecoveryHandlers
from services.identity.handlers.sessions import SessionHandlers
from services.identity.handlers.staff import StaffHandlers
from services.identity.handlers.texting import Texting
from services.identity.handlers.tools import Tools
from services.identity.own_views import OwnViews
from services.identity.register import CompanyRegister, EmbeddedRegister, HttpRegister
from services.identity.register.http import BASE_URL
from services.identity.settings import Settings
from services.identity.store import APPLICATIONS, COLLECTIONS, CREDENTIALS, ORGANISATIONS, SESSIONS, Reads
from services.identity.views import Views


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
