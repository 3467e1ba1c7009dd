"""First applications, taken in as the legal representative submits them (ST-01, ID-13)."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.work import Work
from contracts.billing import Quotation
from contracts.identity import (
    Applicant,
    ApplicationReceived,
    CredentialRequested,
    CredentialStatus,
    CredentialType,
    IdentityRefusal,
    SubmitApplication,
)
from contracts.message import Refusal
from contracts.values import local_date
from services.identity.domain.applications import (
    AgreedCosts,
    Application,
    ApplicationFacts,
    Looked,
    adds_belastingdienst,
    applicant_marks,
    application_costs,
    decide_submission,
)
from services.identity.domain.asked import PersonSecrets, factor_of
from services.identity.domain.credentials import Credential
from services.identity.domain.documents import needs_identity
from services.identity.domain.people import Person
from services.identity.domain.quotations import agreed_costs
from services.identity.handlers.documents import files_whole, save_document
from services.identity.handlers.marks import hashed
from services.identity.handlers.persons import encrypted
from services.identity.handlers.requests import Outside
from services.identity.register import RegisterUnavailable
from services.identity.store import APPLICATIONS, ORGANISATIONS, PERSONS, Store
from services.identity.store.claims import BELASTINGDIENST, CUSTOMER, QUOTATION, claim, file_claims
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class Submitted:
    """A first application with the secrets of its persons in clear; the quotation is None where it is not billing's."""

    command: SubmitApplication
    secrets: tuple[PersonSecrets, ...]
    quotation: Quotation | None


class SubmissionHandlers:
    """Takes first applications in."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def look(self, command: SubmitApplication, message_id: UUID) -> Outside:
        """Ask the trade register, and see whether the files are there whole, before anything is stored (SP-45)."""
        del message_id
        kept = all([await files_whole(self._tools, applicant.document) for applicant in command.applicants])
        try:
            return Outside(Looked(await self._tools.register.company(command.kvk_number)), kept)
        except RegisterUnavailable:
            return Outside(Looked(None, available=False), kept)

    async def submit(self, command: SubmitApplication, work: Work, outside: Outside) -> ApplicationReceived | Refusal:
        """Take an application in (ST-01)."""
        tools, store = self._tools, self._tools.store(work)
        secrets = tuple(self._open(applicant, index, work) for index, applicant in enumerate(command.applicants))
        submitted = Submitted(command, secrets, tools.quotations.read(command.quotation))
        facts = ApplicationFacts(
            outside.looked, secrets, outside.copies_kept, submitted.quotation, tools.settings.sms_prefixes
        )
        if refusal := decide_submission(command, facts, tools.profile, work.now):
            return refusal
        application = self._application(submitted, outside.looked, work)
        if adds_belastingdienst(command.applicants):
            existing = await work.find(ORGANISATIONS, {"kvk_number": command.kvk_number, "active": True}, limit=1)
            if not existing:
                return Refusal(code=IdentityRefusal.NO_ADMINISTRATOR)
            application = replace(application, organisation_id=existing[0].id)
        return await self._reserve(submitted, store, application) or await self._take_in(submitted, store, application)

    def _open(self, applicant: Applicant, index: int, work: Work) -> PersonSecrets:
        sealed = {
            "mobile": applicant.mobile,
            "identification_address": applicant.identification_address,
            "document.number": applicant.document.number if applicant.document else None,
        }
        mobile, address, number = (
            self._tools.open(text, work.id, f"applicants.{index}.{name}").strip() if text else ""
            for name, text in sealed.items()
        )
        return PersonSecrets(mobile, "", address, number)

    @staticmethod
    async def _reserve(submitted: Submitted, store: Store, application: Application) -> Refusal | None:
        """Take the KvK number and its one Belastingdienst credential (ID-137); quotation and files are used once."""
        command, number, quotation = submitted.command, submitted.command.kvk_number, submitted.quotation
        assert quotation is not None, "refused otherwise"
        added = adds_belastingdienst(command.applicants)
        claims = [] if added else [(CUSTOMER, number, application.organisation_id)]
        for id_, applicant in zip(application.credential_ids, command.applicants, strict=True):
            if applicant.type is CredentialType.BELASTINGDIENST:
                claims.append((BELASTINGDIENST, number, id_))
            claims += file_claims(applicant.document, id_)
        refusal = await claim(store.work, (*claims, (QUOTATION, str(quotation.id), application.id)))
        if refusal is None and added:
            await store.touch(application.organisation_id)  # a change of its number at the same moment conflicts
        return refusal

    def _application(self, submitted: Submitted, looked: Looked, work: Work) -> Application:
        command, company, quotation = submitted.command, looked.company, submitted.quotation
        assert company is not None, "refused otherwise"
        assert quotation is not None, "refused otherwise"
        assert command.years is not None, "refused otherwise"
        ids = tuple(work.new_id() for _ in command.applicants)
        shown = (needs_identity(one.level, one.role) for one in command.applicants)
        return Application(
            id=work.new_id(), organisation_id=work.new_id(), kvk_number=command.kvk_number,
            branch_number=command.branch_number, organisation_name=company.name,
            address=company.address_lines, representative=command.representative.name,
            representative_checked=bool(company.representatives), credential_ids=ids, submitted_at=work.now,
            agreed=AgreedCosts(quotation.id, quotation.total, command.years, work.now), rsin=company.rsin,
            phone=command.phone, document_ids=tuple(id_ for id_, needed in zip(ids, shown, strict=True) if needed),
        )  # fmt: skip

    async def _take_in(self, submitted: Submitted, store: Store, application: Application) -> ApplicationReceived:
        """Save the persons with their credentials, each with what was agreed to for it (BI-22)."""
        command, work = submitted.command, store.work
        await work.put(APPLICATIONS, application)
        costs = application_costs(command, self._tools.profile, local_date(work.now))
        assert costs is not None, "refused otherwise"
        for id_, applicant, secrets, agreed in zip(
            application.credential_ids, command.applicants, submitted.secrets, costs, strict=True
        ):
            if applicant.document is not None and id_ in application.documents:
                await save_document(
                    self._tools, work, applicant.document, secrets.number, id_, application.organisation_id
                )
            shown = id_ if id_ in application.documents else None
            person = replace(self._person(applicant, secrets, work.new_id(), id_), document_id=shown)
            await work.put(PERSONS, person)
            credential = self._credential(application, applicant, secrets, id_, person.id)
            paid = {"costs": agreed_costs(agreed), "paid_by": application.organisation_id}
            await store.save(replace(credential, years=command.years), CredentialRequested, **paid)
        return ApplicationReceived(application_id=application.id)

    def _person(self, applicant: Applicant, secrets: PersonSecrets, id_: UUID, credential_id: UUID) -> Person:
        return Person(
            id=id_, name=applicant.name, birth_date=applicant.birth_date, email=applicant.email,
            language=applicant.language, credential_ids=(credential_id,), birth_place=applicant.birth_place,
            nationality=applicant.nationality, **encrypted(self._tools, id_, secrets, applicant.level),
        )  # fmt: skip

    def _credential(
        self, application: Application, applicant: Applicant, secrets: PersonSecrets, id_: UUID, person_id: UUID
    ) -> Credential:
        place = application.organisation_id
        return Credential(
            id=id_, application_id=application.id, person_id=person_id, organisation_id=place,
            level=applicant.level, role=applicant.role, status=CredentialStatus.WAITING_APPROVAL,
            name=applicant.name, email=applicant.email, language=applicant.language,
            second_factor=factor_of(applicant.level, applicant.second_factor, self._tools.profile),
            type=applicant.type, marks=hashed(self._tools, place, applicant_marks(applicant, secrets)),
        )  # fmt: skip
