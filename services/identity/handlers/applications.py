"""First applications: submitted by the legal representative, decided by the back office (ST-01 to ST-03, ST-24)."""

from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    Applicant,
    ApplicationReceived,
    ApproveApplication,
    CredentialApproved,
    CredentialRequested,
    CredentialStatus,
    ExpireActivation,
    IdentityRefusal,
    OrganisationRegistered,
    RejectApplication,
    SubmitApplication,
    letter_code_key,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendActivationLetter
from services.identity.crypto.codes import letter_code
from services.identity.domain.activation import Letter
from services.identity.domain.applications import (
    Application,
    Looked,
    Organisation,
    closed,
    decide_submission,
    organisation_state,
)
from services.identity.domain.credentials import Credential, approved, deadline, decide_approval
from services.identity.domain.people import Person
from services.identity.handlers.tools import Tools
from services.identity.register import RegisterUnavailable
from services.identity.store import APPLICATIONS, LETTERS, ORGANISATIONS, PERSONS, Store
from services.identity.store.store import CUSTOMER


class ApplicationHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def look_up(self, command: SubmitApplication, message_id: UUID) -> Looked:
        """Ask the trade register, before anything is decided or stored (SP-45)."""
        del message_id
        try:
            return Looked(await self._tools.register.company(command.kvk_number))
        except RegisterUnavailable:
            return Looked(None, available=False)

    async def submit(self, command: SubmitApplication, work: Work, looked: Looked) -> ApplicationReceived | Refusal:
        """Take an application in (ST-01)."""
        tools, store = self._tools, self._tools.store(work)
        mobiles = tuple(
            tools.open(applicant.mobile, work.id, f"applicants.{index}.mobile").strip()
            for index, applicant in enumerate(command.applicants)
        )
        refusal = decide_submission(command, looked, mobiles, tools.settings.sms_prefixes, tools.profile)
        if refusal is not None:
            return refusal
        application = self._application(command, looked, work)
        if not await work.reserve(CUSTOMER, command.kvk_number, application.organisation_id):
            return Refusal(code=IdentityRefusal.ALREADY_CUSTOMER)
        await work.put(APPLICATIONS, application)
        for id_, applicant, mobile in zip(application.credential_ids, command.applicants, mobiles, strict=True):
            await self._add(store, application, id_, applicant, mobile)
        return ApplicationReceived(application_id=application.id)

    def _application(self, command: SubmitApplication, looked: Looked, work: Work) -> Application:
        company = looked.company
        assert company is not None, "refused otherwise"
        return Application(
            id=work.new_id(),
            organisation_id=work.new_id(),
            kvk_number=command.kvk_number,
            branch_number=command.branch_number,
            organisation_name=company.name,
            address=_lines(str(company.address or "")),
            representative=command.representative.name,
            representative_checked=bool(company.representatives),
            credential_ids=tuple(work.new_id() for _ in command.applicants),
            submitted_at=work.now,
            rsin=company.rsin,
            phone=command.phone,
        )

    async def _add(self, store: Store, application: Application, id_: UUID, applicant: Applicant, mobile: str) -> None:
        """Save a person with the credential applied for."""
        person_id = store.work.new_id()
        factor = applicant.second_factor if applicant.level >= self._tools.profile.second_factor.min_level else None
        encrypted = self._tools.fields.encrypt(mobile, f"persons:{person_id}:mobile") if mobile else None
        credential = Credential(
            id=id_,
            application_id=application.id,
            person_id=person_id,
            organisation_id=application.organisation_id,
            level=applicant.level,
            role=applicant.role,
            status=CredentialStatus.WAITING_APPROVAL,
            name=applicant.name,
            email=applicant.email,
            language=applicant.language,
            second_factor=factor,
        )
        person = Person(
            id=person_id,
            name=applicant.name,
            birth_date=applicant.birth_date,
            email=applicant.email,
            language=applicant.language,
            mobile=encrypted,
            credential_ids=(id_,),
        )
        await store.work.put(PERSONS, person)
        await store.save(credential, CredentialRequested)

    async def approve(self, command: ApproveApplication, work: Work) -> Done | Refusal:
        """Register the organisation and send each holder a letter (ST-02, ST-24)."""
        store, four_eyes = self._tools.store(work), self._tools.profile.four_eyes.issuing_levels
        application = await work.get(APPLICATIONS, command.application_id)
        credentials = await store.credentials_of(application)
        status = application.status if application else None
        if refusal := decide_approval(command.actor, status, credentials, four_eyes):
            return refusal
        assert application is not None, "refused otherwise"
        assert command.actor.person_id is not None, "refused otherwise"
        await work.put(APPLICATIONS, closed(application, "approved", command.actor.person_id, work.now))
        organisation = _organisation(application)
        await work.put(ORGANISATIONS, organisation, OrganisationRegistered(state=organisation_state(organisation)))
        for credential in credentials:
            await self._invite(store, application, credential, command.actor.person_id)
        return Done()

    async def _invite(self, store: Store, application: Application, credential: Credential, by: UUID) -> None:
        """Send the activation letter: its code is known to the holder alone, here only its hash."""
        work, code = store.work, letter_code()
        days = self._tools.profile.activation_letter.valid_days
        invited = approved(credential, by, letter_code_key(code), days, work.now)
        await store.save(invited, CredentialApproved)
        await work.put(LETTERS, Letter(letter_code_key(code), invited.id))
        expire = ExpireActivation(actor=SYSTEM, credential_id=invited.id)
        work.schedule("activation", deadline(invited), expire)
        id_ = work.new_id()
        letter = SendActivationLetter(
            actor=SYSTEM,
            notification_id=work.new_id(),
            credential_id=invited.id,
            name=invited.name,
            email=invited.email,
            organisation_name=application.organisation_name,
            address=application.address,
            code=self._tools.tell(code, id_, "code"),
            language=invited.language,
            activate_by=deadline(invited),
        )
        work.send(letter, id_=id_)

    async def reject(self, command: RejectApplication, work: Work) -> Done | Refusal:
        """Turn an application down; the persons are forgotten and the number is free again (ST-03, ID-74)."""
        store = self._tools.store(work)
        application = await work.get(APPLICATIONS, command.application_id)
        status = application.status if application else None
        if refusal := decide_approval(command.actor, status, (), frozenset()):
            return refusal
        assert application is not None, "refused otherwise"
        assert command.actor.person_id is not None, "refused otherwise"
        await work.put(APPLICATIONS, closed(application, "rejected", command.actor.person_id, work.now))
        await work.release(CUSTOMER, application.kvk_number, application.organisation_id)
        for credential in await store.credentials_of(application):
            await store.reject(credential, command.reason)
        return Done()


def _organisation(application: Application) -> Organisation:
    return Organisation(
        id=application.organisation_id,
        kvk_number=application.kvk_number,
        branch_number=application.branch_number,
        name=application.organisation_name,
        active=True,
        rsin=application.rsin,
        address=application.address,
        phone=application.phone,
    )


def _lines(address: str) -> str:
    """Return an address with a newline where the register has a comma."""
    return address.replace(", ", "\n")
