"""Short ways through identity for tests: each sends the real messages and returns their outcome."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pyotp
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.sealed import Sealer
from contracts.actor import ANYONE, SYSTEM, Actor, ActorKind, StaffRole
from contracts.identity import (
    AddStaff,
    Applicant,
    ApproveApplication,
    CompleteActivation,
    CompleteLogin,
    LegalRepresentative,
    ListApplications,
    PersonName,
    RecordIdentification,
    RefreshSession,
    SecondFactor,
    StartActivation,
    StartLogin,
    SubmitApplication,
    letter_code_key,
)
from contracts.notifications import SendActivationLetter, SendLoginCode, SendValidationCode
from contracts.values import Level, Role
from services.identity.app import create_app
from services.identity.settings import Settings
from tests.harness import NOW, SEALING_KEYS, ServiceUnderTest, a_key, settings_for
from tests.service.identity.applying import GATEWAY, QUOTE_KEY, quoted, sealed, sealed_for_identity, shown

KVK = "00000102"
REPRESENTATIVE = LegalRepresentative(
    name=PersonName(initials="R.", infix="van den", surname="Berg"), birth_date=date(1994, 7, 28)
)
REPRESENTATIVE_OF_THE_BANK = LegalRepresentative(
    name=PersonName(initials="G.P.", infix="van den", surname="Berg"), birth_date=date(1964, 6, 18)
)
BANK = "90000102"
MOBILE = "+31612345678"
HOME = "Voorbeeldstraat 1\n1234 AB Utrecht"
PASSWORD = "vier olifanten op een fiets"
SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "token-test", "use": "sig"})
NOTIFICATIONS = Sealer(SEALING_KEYS, "notifications")


def identity_settings(mongo, **more):
    return settings_for(
        mongo.mongo_uri, kind=Settings, password_pepper=a_key(), refresh_key=a_key(),
        token_signing_key=dict(SIGNING_KEY.as_dict(private=True)),
        **{"quote_public_keys": {"keys": [QUOTE_KEY.as_dict(private=False)]}, **more},
    )  # fmt: skip


def staff_actor(*roles):
    return Actor(kind=ActorKind.STAFF, person_id=uuid4(), staff_roles=frozenset(roles or {StaffRole.HANDLER}))


HANDLER = staff_actor()
REVIEWER = staff_actor(StaffRole.REVIEWER)


def claims_of(token):
    return jwt.decode(token, SIGNING_KEY, algorithms=["Ed25519"]).claims


def actor_of(token):
    found = claims_of(token)
    return Actor(
        kind=found["kind"], person_id=found["sub"], organisation_id=found.get("tenant"), role=found.get("role"),
        level=found.get("acr"), session_id=found["sid"], staff_roles=found.get("staff_roles", ()),
    )  # fmt: skip


class Journey:
    """Identity under test, with the moment at which messages are sent."""

    def __init__(self, service):
        self.service = service
        self.now = NOW

    def later(self, **span):
        self.now += timedelta(**span)

    async def send(self, command, id_=None):
        return await self.service.command(command, at=self.now, id_=id_)

    async def newest(self, type_):
        """The newest message of a type that was sent, and a way to open its secrets."""
        envelope, message = (await self.service.sent_with_envelopes(type_))[-1]
        return message, lambda field: NOTIFICATIONS.open(getattr(message, field), message_id=envelope.id, field=field)

    # applications

    async def submit(self, *applicants, kvk=KVK, documents=True, **more):
        """Submit a first application, as accepted unless something else is said; `documents` where they are needed."""
        id_, given = uuid4(), applicants or (an_applicant(),)
        if documents:
            given = await shown(self, given)
        said = {"actor": ANYONE, "representative": REPRESENTATIVE, "years": 1, "agreed": True, **more}
        if "quotation" not in said:
            said["quotation"] = quoted(self.service.process.settings.profile, kvk, given, said["years"], self.now)
        people = tuple(sealed(applicant, index, id_) for index, applicant in enumerate(given))
        return await self.send(SubmitApplication(kvk_number=kvk, applicants=people, **said), id_)

    async def approve(self, application_id, actor=HANDLER):
        return await self.send(ApproveApplication(actor=actor, application_id=application_id))

    async def queue(self, status="waiting"):
        return (await self.service.query(ListApplications(actor=HANDLER, status=status))).rows

    async def approved(self, *applicants, identified=False, **more):
        """A first application that was approved; returns its row in the back office.

        With `identified` the back office has entered the identifications before, so that none is ordered.
        """
        received = await self.submit(*applicants, **more)
        (row,) = [one for one in await self.queue() if one.application_id == received.application_id]
        for view in row.credentials if identified else ():
            if view.level >= Level.EH3:
                await self.identify(view.credential_id)
        await self.approve(received.application_id)
        return next(row for row in await self.queue("approved") if row.application_id == received.application_id)

    async def identify(self, credential_id, actor=REVIEWER):
        return await self.send(RecordIdentification(actor=actor, credential_id=credential_id))

    # activation

    async def letter_code(self, credential_id):
        for envelope, message in reversed(await self.service.sent_with_envelopes(SendActivationLetter)):
            if message.credential_id == credential_id:
                return NOTIFICATIONS.open(message.code, message_id=envelope.id, field="code")
        raise AssertionError("no letter")

    async def start_activation(self, code):
        id_ = uuid4()
        sealed = sealed_for_identity(code, id_, "letter_code")
        command = StartActivation(actor=ANYONE, letter_code=sealed, letter_code_hash=letter_code_key(code))
        outcome = await self.send(command, id_)
        seed = None
        if getattr(outcome, "otp_uri", None):
            uri = GATEWAY.open(outcome.otp_uri, message_id=id_, field="otp_uri")
            seed = parse_qs(urlsplit(uri).query)["secret"][0]
        return outcome, seed

    async def validation_code(self):
        _, opened = await self.newest(SendValidationCode)
        return opened("code")

    async def complete_activation(self, activation_id, user_name, seed=None, code=None, password=PASSWORD, otp=None):
        """Complete an activation with the newest codes, or with others."""
        id_ = uuid4()
        factor = otp or (self.otp(seed) if seed else await self.sms_code())
        command = CompleteActivation(
            actor=ANYONE, activation_id=activation_id, user_name=user_name,
            validation_code=sealed_for_identity(code or await self.validation_code(), id_, "validation_code"),
            password=sealed_for_identity(password, id_, "password"),
            second_factor_code=sealed_for_identity(factor, id_, "second_factor_code") if factor else None,
        )  # fmt: skip
        return await self.send(command, id_)

    async def activate(self, credential_id, user_name):
        """Activate a credential and return the seed of its device, None with SMS."""
        started, seed = await self.start_activation(await self.letter_code(credential_id))
        outcome = await self.complete_activation(started.activation_id, user_name, seed)
        assert outcome.model_dump() == {}, outcome
        return seed

    def otp(self, seed):
        return pyotp.TOTP(seed).at(self.now)

    # login

    async def start_login(self, user_name, password=PASSWORD, device=None, network=None):
        id_ = uuid4()
        sealed = sealed_for_identity(password, id_, "password")
        command = StartLogin(actor=ANYONE, user_name=user_name, password=sealed, device=device, network=network)
        return await self.send(command, id_)

    async def sms_code(self):
        """The newest code by SMS; None when there was none."""
        if not await self.service.sent(SendLoginCode):
            return None
        _, opened = await self.newest(SendLoginCode)
        return opened("code")

    async def complete_login(self, login_id, code, organisation_id=None):
        id_ = uuid4()
        sealed = sealed_for_identity(code, id_, "code")
        command = CompleteLogin(actor=ANYONE, login_id=login_id, code=sealed, organisation_id=organisation_id)
        return self.opened(await self.send(command, id_), id_)

    async def log_in(self, user_name, seed=None, password=PASSWORD, device=None):
        """Log in and return (access token, refresh token)."""
        started = await self.start_login(user_name, password, device)
        return await self.complete_login(started.login_id, self.otp(seed) if seed else await self.sms_code())

    async def refresh(self, session_id, token):
        id_ = uuid4()
        sealed = sealed_for_identity(token, id_, "refresh_token")
        command = RefreshSession(actor=ANYONE, session_id=session_id, refresh_token=sealed)
        return self.opened(await self.send(command, id_), id_)

    def opened(self, outcome, id_):
        """The tokens of an outcome in clear, a refusal as it is."""
        if not hasattr(outcome, "access_token"):
            return outcome
        return tuple(
            GATEWAY.open(getattr(outcome, field), message_id=id_, field=field)
            for field in ("access_token", "refresh_token")
        )

    async def customer(self, *applicants, kvk=KVK, representative=REPRESENTATIVE):
        """A customer whose credentials are all active; returns user names with the seeds of their devices."""
        given = applicants or (an_applicant(),)
        row = await self.approved(*given, kvk=kvk, representative=representative, identified=True)
        seeds = {}
        for index, view in enumerate(row.credentials):
            seeds[f"user{index}.{kvk}"] = await self.activate(view.credential_id, f"user{index}.{kvk}")
        return row, seeds

    async def logged_in(self, *applicants):
        """A customer whose first user has a session; returns (row, access, refresh, session id)."""
        row, seeds = await self.customer(*applicants)
        self.later(minutes=1)
        access, refresh = await self.log_in(f"user0.{KVK}", seeds[f"user0.{KVK}"])
        return row, access, refresh, UUID(claims_of(access)["sid"])

    async def add_staff(self, user_name, *roles, actor=SYSTEM):
        """Add an employee and return (password, seed); the password is None until another reviewer confirms."""
        id_ = uuid4()
        command = AddStaff(
            actor=actor, user_name=user_name, name=PersonName(initials="B.", surname="Kantoor"),
            email="kantoor@supplier.example", staff_roles=frozenset(roles or {StaffRole.HANDLER}),
        )  # fmt: skip
        outcome = await self.send(command, id_)
        if not hasattr(outcome, "password"):
            return outcome
        uri = GATEWAY.open(outcome.otp_uri, message_id=id_, field="otp_uri")
        sealed = outcome.password
        password = GATEWAY.open(sealed, message_id=id_, field="password") if sealed else None
        return password, parse_qs(urlsplit(uri).query)["secret"][0]

    async def employee(self, user_name, *roles):
        """Add an employee and log in; returns (actor, refresh token)."""
        password, seed = await self.add_staff(user_name, *roles)
        access, refresh = await self.log_in(user_name, seed, password)
        return actor_of(access), refresh


def an_applicant(surname="Jansen", level=Level.EH3, role=Role.ADMINISTRATOR, factor=SecondFactor.OTP, mobile=MOBILE):
    return Applicant(
        name=PersonName(initials="A.", surname=surname), birth_date=date(1980, 2, 29),
        email=f"{surname.lower()}@company.example", mobile=mobile, level=level, role=role, second_factor=factor,
        identification_address=HOME,
    )  # fmt: skip


async def running(settings):
    async with ServiceUnderTest(create_app(settings)) as service:
        yield Journey(service)
