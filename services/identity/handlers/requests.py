"""Requests of administrators for new persons (ID.4, ST-01)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.work import Work
from contracts.billing import Quotation
from contracts.identity import (
    CredentialRequested,
    CredentialStatus,
    RequestCredential,
    RequestReceived,
)
from contracts.message import Refusal
from services.identity.domain.applications import AgreedCosts, Application, Looked
from services.identity.domain.asked import PersonSecrets, factor_of, marks_of
from services.identity.domain.credentials import Credential
from services.identity.domain.documents import needs_identity
from services.identity.domain.people import Person
from services.identity.domain.quotations import told_costs
from services.identity.domain.requests import RequestFacts, decide_request
from services.identity.handlers.documents import files_whole, save_document
from services.identity.handlers.marks import hashed
from services.identity.handlers.persons import encrypted
from services.identity.register import RegisterUnavailable
from services.identity.store import APPLICATIONS, ORGANISATIONS, PERSONS, Issuing, Store
from services.identity.store.claims import QUOTATION, claim, file_claims
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class Outside:
    """What the outside said before anything is decided."""

    looked: Looked
    copies_kept: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its secrets in clear and its quotation, None where it is not billing's."""

    command: RequestCredential
    secrets: PersonSecrets
    quotation: Quotation | None


class RequestHandlers:
    """Takes requests in."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def look(self, command: RequestCredential, message_id: UUID) -> Outside:
        """Ask the trade register for the company's address, and see whether the files are there whole."""
        del message_id
        organisation = await self._tools.reads.one(ORGANISATIONS, command.organisations[0])
        kept = await files_whole(self._tools, command.document)
        try:
            company = await self._tools.register.company(organisation.kvk_number) if organisation else None
        except RegisterUnavailable:
            return Outside(Looked(None, available=False), kept)
        return Outside(Looked(company), kept)

    async def request(self, command: RequestCredential, work: Work, outside: Outside) -> RequestReceived | Refusal:
        """Take a request in; the person is visible at once at each organisation (ST-01, ID-67)."""
        issuing = Issuing(self._tools.store(work))
        asked = Asked(command, self._open(command, work), self._tools.quotations.read(command.quotation))
        facts = await self._facts(asked, issuing, outside)
        if refusal := decide_request(command, facts, self._tools.profile, work.now):
            return refusal
        return await self._take_in(asked, issuing.store, facts)

    def _open(self, command: RequestCredential, work: Work) -> PersonSecrets:
        document = command.document
        return PersonSecrets(
            mobile=self._tools.open(command.person.mobile, work.id, "person.mobile").strip(),
            phone=self._tools.open(command.person.phone, work.id, "person.phone").strip(),
            address=self._tools.open(command.identification_address, work.id, "identification_address").strip(),
            number=self._tools.open(document.number, work.id, "document.number").strip() if document else "",
        )

    async def _facts(self, asked: Asked, issuing: Issuing, outside: Outside) -> RequestFacts:
        command, store = asked.command, issuing.store
        actor = command.actor
        places = [actor.model_copy(update={"organisation_id": id_}) for id_ in command.organisations]
        acting = tuple([await store.acting(place) for place in places])
        marked = [(held.organisation_id, self._marks(asked, held.organisation_id)) for held in acting if held]
        return RequestFacts(
            session=await store.acting(actor), acting=acting, looked=outside.looked, secrets=asked.secrets,
            copies_kept=outside.copies_kept, known_already=await issuing.known_already(marked),
            quotation=asked.quotation, prefixes=self._tools.settings.sms_prefixes,
        )  # fmt: skip

    def _marks(self, asked: Asked, organisation_id: UUID) -> tuple[str, ...]:
        person, document = asked.command.person, asked.command.document
        marks = marks_of(person.name, person.birth_date, person.email, document, asked.secrets.number)
        return hashed(self._tools, organisation_id, marks)

    async def _take_in(self, asked: Asked, store: Store, facts: RequestFacts) -> RequestReceived | Refusal:
        """Save what was asked; a quotation and a file are used once."""
        work = store.work
        application = await self._application(asked, store, facts)
        assert asked.quotation is not None, "refused otherwise"
        command, document = asked.command, asked.command.document
        used = (QUOTATION, str(asked.quotation.id), application.id)
        if refusal := await claim(work, (used, *file_claims(document, application.id))):
            return refusal
        await work.put(APPLICATIONS, application)
        kept = document if needs_identity(command.level, command.role) else None
        if kept is not None:
            number = asked.secrets.number
            await save_document(self._tools, work, kept, number, application.id, application.organisation_id)
        person_id = await self._save_person(asked, work, application, application.id if kept else None)
        for id_, held in zip(application.credential_ids, facts.acting, strict=True):
            assert held is not None, "refused otherwise"
            credential = self._credential(asked, application, id_, person_id, held.organisation_id)
            costs = told_costs(asked.quotation, id_, application.credential_ids[0])
            await store.save(credential, CredentialRequested, **costs)
            await store.touch(held.organisation_id)  # an ending of its last credential at the same moment conflicts
        return RequestReceived(application_id=application.id, credential_ids=application.credential_ids)

    async def _application(self, asked: Asked, store: Store, facts: RequestFacts) -> Application:
        command, work, company, quotation = asked.command, store.work, facts.looked.company, asked.quotation
        assert company is not None, "refused otherwise"
        assert quotation is not None, "refused otherwise"
        requester = await store.find(PERSONS, command.actor.person_id)
        first = await store.find(ORGANISATIONS, command.organisations[0])
        assert requester is not None, "refused otherwise"
        assert first is not None, "refused otherwise"
        id_ = work.new_id()
        return Application(
            id=id_, organisation_id=first.id, kvk_number=first.kvk_number, branch_number=first.branch_number,
            organisation_name=first.name, address=company.address_lines, representative=requester.name,
            representative_checked=True, credential_ids=tuple(work.new_id() for _ in facts.acting),
            submitted_at=work.now, requested_by=requester.id,
            agreed=AgreedCosts(quotation.id, quotation.total, command.years, work.now),
        )  # fmt: skip

    async def _save_person(self, asked: Asked, work: Work, application: Application, document_id: UUID | None) -> UUID:
        given, id_ = asked.command.person, work.new_id()
        person = Person(
            id=id_, name=given.name, birth_date=given.birth_date, email=given.email, language=given.language,
            credential_ids=application.credential_ids, birth_place=given.birth_place, nationality=given.nationality,
            document_id=document_id,
            **encrypted(self._tools, id_, asked.secrets, asked.command.level),
        )  # fmt: skip
        await work.put(PERSONS, person)
        return id_

    def _credential(
        self, asked: Asked, application: Application, id_: UUID, person_id: UUID, organisation_id: UUID
    ) -> Credential:
        command = asked.command
        return Credential(
            id=id_, application_id=application.id, person_id=person_id, organisation_id=organisation_id,
            level=command.level, role=command.role, status=CredentialStatus.WAITING_APPROVAL, name=command.person.name,
            email=command.person.email, language=command.person.language,
            second_factor=factor_of(command.level, command.second_factor, self._tools.profile), years=command.years,
            marks=self._marks(asked, organisation_id),
        )  # fmt: skip
