"""First applications: submitted by the legal representative, decided by the back office (ST-01 to ST-03, ST-24)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    Applicant,
    ApplicationReceived,
    ApproveApplication,
    CredentialRequested,
    CredentialStatus,
    CredentialType,
    IdentityRefusal,
    OrganisationRegistered,
    RejectApplication,
    RemoveCopies,
    SubmitApplication,
)
from contracts.message import Done, Refusal
from services.identity.domain.applications import (
    ApplicantSecrets,
    Application,
    Looked,
    Organisation,
    adds_belastingdienst,
    closed,
    decide_submission,
    name_mark,
    needs_second,
    organisation_state,
)
from services.identity.domain.credentials import IDENTIFIED_FROM, Credential, decide_approval, is_open
from services.identity.domain.documents import KEPT, ground_refusal
from services.identity.domain.people import Person
from services.identity.handlers.identifications import IdentificationHandlers
from services.identity.handlers.inviting import Inviting
from services.identity.handlers.requests import lines
from services.identity.register import RegisterUnavailable
from services.identity.store import APPLICATIONS, ORGANISATIONS, PERSONS, BelastingdienstPlace, Issuing, Store
from services.identity.store.store import CUSTOMER
from services.identity.tools import Tools


class ApplicationHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, inviting: Inviting, identifications: IdentificationHandlers) -> None:
        self._tools = tools
        self._inviting = inviting
        self._identifications = identifications

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
        secrets = tuple(self._secrets(applicant, index, work) for index, applicant in enumerate(command.applicants))
        refusal = decide_submission(command, looked, secrets, tools.settings.sms_prefixes, tools.profile)
        if refusal is not None:
            return refusal
        application = self._application(command, looked, work)
        if adds_belastingdienst(command.applicants):
            existing = await work.find(ORGANISATIONS, {"kvk_number": command.kvk_number, "active": True}, limit=1)
            if not existing:
                return Refusal(code=IdentityRefusal.NO_ADMINISTRATOR)
            application = replace(application, organisation_id=existing[0].id)
        if refusal := await self._reserve(command, store, application):
            return refusal
        await work.put(APPLICATIONS, application)
        for id_, applicant, secret in zip(application.credential_ids, command.applicants, secrets, strict=True):
            await self._add(store, application, id_, applicant, secret)
        return ApplicationReceived(application_id=application.id)

    def _secrets(self, applicant: Applicant, index: int, work: Work) -> ApplicantSecrets:
        sealed = {"mobile": applicant.mobile, "identification_address": applicant.identification_address}
        mobile, address = (
            self._tools.open(text, work.id, f"applicants.{index}.{name}").strip() if text else ""
            for name, text in sealed.items()
        )
        return ApplicantSecrets(mobile, address if applicant.level >= IDENTIFIED_FROM else "")

    @staticmethod
    async def _reserve(command: SubmitApplication, store: Store, application: Application) -> Refusal | None:
        """Take the KvK number, and its one Belastingdienst credential, pending ones counted (ID-137)."""
        number, organisation_id, place = command.kvk_number, application.organisation_id, BelastingdienstPlace(store)
        added = adds_belastingdienst(command.applicants)
        if not added and not await store.work.reserve(CUSTOMER, number, organisation_id):
            return Refusal(code=IdentityRefusal.ALREADY_CUSTOMER)
        for id_, applicant in zip(application.credential_ids, command.applicants, strict=True):
            if applicant.type is not CredentialType.BELASTINGDIENST:
                continue
            if not (await place.take_at(organisation_id, id_) if added else await place.take(number, id_)):
                return Refusal(code=IdentityRefusal.BELASTINGDIENST_TAKEN)
        return None

    def _application(self, command: SubmitApplication, looked: Looked, work: Work) -> Application:
        company = looked.company
        assert company is not None, "refused otherwise"
        return Application(
            id=work.new_id(),
            organisation_id=work.new_id(),
            kvk_number=command.kvk_number,
            branch_number=command.branch_number,
            organisation_name=company.name,
            address=lines(str(company.address or "")),
            representative=command.representative.name,
            representative_checked=bool(company.representatives),
            credential_ids=tuple(work.new_id() for _ in command.applicants),
            submitted_at=work.now,
            rsin=company.rsin,
            phone=command.phone,
        )

    async def _add(
        self, store: Store, application: Application, id_: UUID, applicant: Applicant, secret: ApplicantSecrets
    ) -> None:
        """Save a person with the credential applied for."""
        person_id = store.work.new_id()
        factor = applicant.second_factor if applicant.level >= self._tools.profile.second_factor.min_level else None
        given = {"mobile": secret.mobile, "identification_address": secret.address}
        encrypted = {
            name: self._tools.fields.encrypt(text, f"persons:{person_id}:{name}") if text else None
            for name, text in given.items()
        }
        mark = name_mark(applicant.name, applicant.birth_date, applicant.email)
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
            type=applicant.type,
            marks=(self._tools.codes.hash(application.organisation_id, mark),),
        )
        person = Person(
            id=person_id,
            name=applicant.name,
            birth_date=applicant.birth_date,
            email=applicant.email,
            language=applicant.language,
            mobile=encrypted["mobile"],
            identification_address=encrypted["identification_address"],
            credential_ids=(id_,),
        )
        await store.work.put(PERSONS, person)
        await store.save(credential, CredentialRequested)

    async def approve(self, command: ApproveApplication, work: Work) -> Done | Refusal:
        """Send each holder a letter, and of a first application register the organisation (ST-02, ST-24)."""
        store, four_eyes = self._tools.store(work), self._tools.profile.four_eyes.issuing_levels
        application = await work.get(APPLICATIONS, command.application_id)
        credentials = [held for held in await store.credentials_of(application) if is_open(held)]
        status = application.status if application else None
        if refusal := decide_approval(command.actor, status, credentials, four_eyes):
            return refusal
        assert application is not None, "refused otherwise"
        assert command.actor.person_id is not None, "refused otherwise"
        if self._tools.partner.external and needs_second(credentials, four_eyes):
            if application.checked_by == command.actor.person_id:
                return Refusal(code=IdentityRefusal.FOUR_EYES)
            if application.checked_by is None:
                await work.put(APPLICATIONS, replace(application, checked_by=command.actor.person_id))
                return Done()
        approved = closed(application, "approved", command.actor.person_id, work.now)
        await work.put(APPLICATIONS, approved)
        await self._register(work, approved)
        await self._invite(Issuing(store), approved, credentials)
        return Done()

    @staticmethod
    async def _register(work: Work, application: Application) -> None:
        """Register the organisation of a first application (ST-24)."""
        if await work.get(ORGANISATIONS, application.organisation_id) is None:
            organisation = _organisation(application)
            await work.put(ORGANISATIONS, organisation, OrganisationRegistered(state=organisation_state(organisation)))

    async def _invite(self, issuing: Issuing, application: Application, credentials: list[Credential]) -> None:
        """Order identifications and send letters, one for each person; the copies go after some time (SP-24)."""
        people: dict[UUID, list[Credential]] = {}
        for credential in credentials:
            people.setdefault(credential.person_id, []).append(credential)
        for held in people.values():
            await self._identifications.open(issuing, application, held[0])
            await self._inviting.approve(issuing, application, held)
        remove = RemoveCopies(actor=SYSTEM, document_id=application.id)
        issuing.work.schedule("copies", issuing.work.now + KEPT, remove)

    async def reject(self, command: RejectApplication, work: Work) -> Done | Refusal:
        """Turn an application down; the persons are forgotten and the number is free again (ST-03, ID-74)."""
        issuing = Issuing(self._tools.store(work))
        application = await work.get(APPLICATIONS, command.application_id)
        status = application.status if application else None
        refusal = decide_approval(command.actor, status, (), frozenset())
        if refusal := refusal or ground_refusal(command.ground, self._tools.profile):
            return refusal
        assert application is not None, "refused otherwise"
        assert command.actor.person_id is not None, "refused otherwise"
        await work.put(APPLICATIONS, closed(application, "rejected", command.actor.person_id, work.now))
        if await work.get(ORGANISATIONS, application.organisation_id) is None:
            await work.release(CUSTOMER, application.kvk_number, application.organisation_id)
        for credential in await issuing.store.credentials_of(application):
            if is_open(credential):
                await BelastingdienstPlace(issuing.store).free(credential)
                await issuing.store.reject(credential, command.reason, application.requested_by)
        work.send(RemoveCopies(actor=SYSTEM, document_id=application.id))
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
