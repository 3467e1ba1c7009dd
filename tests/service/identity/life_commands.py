"""What people and employees ask identity in memory, for the machine that lives their lives."""

from datetime import date, timedelta
from types import SimpleNamespace

from contracts.actor import ANYONE, Actor, ActorKind, StaffRole
from contracts.billing import Quotation
from contracts.identity import (
    ChangeMobile,
    CompleteActivation,
    ConfirmDeclaration,
    CopyFile,
    CredentialStatus,
    DocumentType,
    IdentityDocumentEntry,
    PersonName,
    ProcessMutation,
    RecordHolderIdentification,
    RequestCredential,
    RequestedPerson,
    SecondFactor,
    Side,
    StartActivation,
    UpgradeCredential,
    letter_code_key,
)
from contracts.message import BlobReference, Refusal
from contracts.notifications import SendActivationLetter, SendLoginCode, SendValidationCode
from contracts.values import Language, Level, Role, local_date
from profiles.costs import Wanted, credential_lines
from profiles.model import load_profile
from services.identity.domain.applications import Looked, Organisation
from services.identity.domain.credentials import Credential
from services.identity.domain.people import Account, Authenticator, Person
from services.identity.domain.sessions import Session
from services.identity.handlers.requests import Outside
from services.identity.register import EmbeddedRegister
from services.identity.store import ACCOUNTS, AUTHENTICATORS, CREDENTIALS, ORGANISATIONS, PERSONS, SESSIONS, SMS_COUNTS
from tests.harness import NOW
from tests.service.identity.journey import NOTIFICATIONS, PASSWORD, QUOTE_KEY, identity_settings, sealed_for_identity
from tests.service.identity.life_model import Held, Human
from tests.service.identity.memory import Memory, at_once
from tests.unit.chain.chain_quotations import signed

NUMBERS = ("00000102", "00000104")
MOBILE = "+31612345678"


def staff(number):
    return Actor(kind=ActorKind.STAFF, person_id=number, staff_roles=frozenset({StaffRole.HANDLER}))


class Counter:
    """The supplier's counter: identity in memory, under the profile in which administrators may do most."""

    def __init__(self):
        self.memory = Memory(identity_settings(SimpleNamespace(mongo_uri="mongodb://127.0.0.1:1"), profile="weid"))
        self.profile = load_profile("weid")
        self.register = {number: at_once(EmbeddedRegister.load().company(number)) for number in NUMBERS}

    def begin(self):
        """Forget everything; return two organisations."""
        self.memory.begin()
        self.employees = [staff(self.memory.new_id()) for _ in range(3)]
        found = [Organisation(self.memory.new_id(), number, None, number, active=True) for number in NUMBERS]
        for organisation in found:
            self.memory.put(ORGANISATIONS, organisation)
        return [organisation.id for organisation in found]

    def settle(self, roles, *, level="EH3", sms=True):
        """Put a person with a credential in use at some organisations, as activation would; return what is held."""
        memory, factor = self.memory, SecondFactor.SMS if sms else SecondFactor.OTP
        person_id, account = memory.new_id(), f"account {memory.new_id()}"
        name, email = PersonName(initials="P.", surname=f"P{person_id.int}"), f"p{person_id.int}@x.example"
        today, held = local_date(NOW), []
        human = Human(person_id, sms)
        for organisation, role in roles.items():
            credential = Credential(
                id=memory.new_id(), application_id=memory.new_id(), person_id=person_id, organisation_id=organisation,
                level=Level(level), role=Role(role), status=CredentialStatus.ACTIVE, name=name, email=email, years=1,
                language=Language.NL, second_factor=factor, contract_from=today,
            )  # fmt: skip
            memory.put(CREDENTIALS, credential)
            held.append(Held(credential.id, organisation, human, role, level, "active", 1, today))
        ids = tuple(one.id for one in held)
        memory.put(PERSONS, Person(person_id, name, date(1980, 2, 29), email, Language.NL, None, ids, account))
        memory.put(ACCOUNTS, Account(account, person_id, account, factor))
        memory.put(AUTHENTICATORS, Authenticator(account, "-", None))
        return held

    def actor(self, held):
        """Return the actor of a session that acts by a credential."""
        return Actor(
            kind=ActorKind.PERSON, person_id=held.human.id, organisation_id=held.organisation, role=held.role,
            level=held.level, session_id=self.memory.new_id(),
        )  # fmt: skip

    def _with_secrets(self, kind, secrets, **given):
        """Send a command whose sealed fields are bound to its id."""
        id_, outside = self.memory.new_id(), given.pop("outside", None)
        sealed = {field: sealed_for_identity(text, id_, field) for field, text in secrets.items()}
        return self.memory.send(kind(**given, **sealed), id_=id_, outside=outside)

    def request(self, acting, role, years):
        """Ask for a credential of EH2+ for a new person."""
        memory, id_, number = self.memory, self.memory.new_id(), self.memory.new_id().int
        factor = SecondFactor.SMS

        def sealed(text, field):
            return sealed_for_identity(text, id_, field)

        person = RequestedPerson(
            name=PersonName(initials="N.", surname=f"N{number}"), birth_date=date(1990, 5, 17), birth_place="Utrecht",
            nationality="NL", email=f"n{number}@x.example", phone=sealed("", "person.phone"),
            mobile=sealed(MOBILE, "person.mobile"),
        )  # fmt: skip
        file = BlobReference(id=memory.new_id(), sha256="0" * 64, size=1, media_type="application/pdf", name="a.pdf")
        document = IdentityDocumentEntry(
            type=DocumentType.PASSPORT, number=sealed(f"NR{number}", "document.number"), issuing_country="NL",
            expires_on=date(2090, 1, 1), files=(CopyFile(file=file, sides=tuple(Side)),),
        )  # fmt: skip
        command = RequestCredential(
            actor=self.actor(acting), person=person, level=Level.EH2_PLUS, role=role, second_factor=factor,
            years=years, identification_address=sealed("", "identification_address"), document=document, agreed=True,
            quotation=self._quotation(acting.organisation, Wanted(Level.EH2_PLUS, years, factor, 1)),
        )  # fmt: skip
        looked = Looked(next(iter(self.register.values())))
        return memory.send(command, id_=id_, outside=Outside(looked, copies_kept=True))

    def _quotation(self, organisation, wanted):
        lines = credential_lines(self.profile, wanted, local_date(self.memory.now))
        quotation = Quotation(
            id=self.memory.new_id(), organisation_id=organisation, lines=lines, vat=0,
            total=sum(line.amount for line in lines), expires_at=self.memory.now + timedelta(minutes=30),
        )  # fmt: skip
        return signed(QUOTE_KEY, quotation)

    def letter_code(self):
        """Read the newest letter."""
        id_, letter = self.memory.newest(SendActivationLetter)
        return NOTIFICATIONS.open(letter.code, message_id=id_, field="code")

    def activate(self, code):
        """Activate with the code of a letter: start, and complete with the codes that came; return what came of it."""
        self.memory.forget(SMS_COUNTS)  # how many codes a number gets is no part of this life
        started = self._with_secrets(
            StartActivation, {"letter_code": code}, actor=ANYONE, letter_code_hash=letter_code_key(code)
        )
        if isinstance(started, Refusal):
            return started
        id_, mail = self.memory.newest(SendValidationCode)
        secrets = {"validation_code": NOTIFICATIONS.open(mail.code, message_id=id_, field="code"), "password": PASSWORD}
        if started.second_factor is SecondFactor.SMS:
            id_, text = self.memory.newest(SendLoginCode)
            secrets["second_factor_code"] = NOTIFICATIONS.open(text.code, message_id=id_, field="code")
        return self._with_secrets(
            CompleteActivation, secrets, actor=ANYONE, activation_id=started.activation_id, outside="a hash",
            user_name=f"user{self.memory.new_id().int}",
        )  # fmt: skip

    def change_mobile(self, acting, held):
        """Change a number, in a session that was opened a moment ago."""
        actor, now = self.actor(acting), self.memory.now
        later = now + timedelta(hours=8)
        self.memory.put(SESSIONS, Session(actor.session_id, actor.person_id, "-", acting.id, now, now, later))
        return self._with_secrets(ChangeMobile, {"mobile": MOBILE}, actor=actor, credential_id=held.id)

    def upgrade(self, acting, held, role):
        """Ask for EH3, where the holder is identified at an address."""
        return self._with_secrets(
            UpgradeCredential, {"identification_address": "Dorpsstraat 1"}, actor=self.actor(acting),
            credential_id=held.id, level=Level.EH3, role=role, years=3, agreed=True, outside=True,
        )  # fmt: skip

    def process(self, change):
        """Do what a change asks of its holder and of the back office; return the last outcome."""
        first, second, third = self.employees
        if change.kind == "to_belastingdienst":
            holder = self.actor(change.held)
            self.memory.send(ConfirmDeclaration(actor=holder, mutation_id=change.id))
        if change.kind == "upgrade":
            self.memory.send(RecordHolderIdentification(actor=third, mutation_id=change.id))
        for employee in (first, second):
            outcome = self.memory.send(ProcessMutation(actor=employee, mutation_id=change.id))
            if isinstance(outcome, Refusal) or not outcome.awaits_second:
                break
        return outcome
