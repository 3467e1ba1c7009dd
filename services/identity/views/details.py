"""Answers about one credential, one application and the queue of identifications (ID-69, ID-70, ID-199)."""

from datetime import datetime
from uuid import UUID

from chassis.paging import Order
from contracts.identity import (
    ApplicationDetail,
    CredentialDetail,
    GetApplication,
    GetCredential,
    IdentificationPage,
    IdentificationView,
    ListIdentifications,
    RequestedCredentialView,
    RequestedPersonView,
    SubscriptionTerm,
)
from contracts.message import Refusal, SealedText
from services.identity.domain.applications import Application, Organisation
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.credentials import Credential, required_actions, shown_deadline
from services.identity.domain.identification import Identification
from services.identity.domain.people import Person
from services.identity.domain.sessions import seeing_refusal
from services.identity.store import (
    ACCOUNTS,
    ADDITIONS,
    APPLICATIONS,
    CREDENTIALS,
    IDENTIFICATIONS,
    IDENTITY_DOCUMENTS,
    MUTATIONS,
    ORGANISATIONS,
    PERSONS,
)
from services.identity.tools import Tools
from services.identity.views.documents import document_view
from services.identity.views.organisations import entered

_FIRST_ORDERED = Order("ordered_at")


class Details:
    """One method per query."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._reads = tools.reads

    async def credential(self, query: GetCredential, now: datetime, message_id: UUID) -> CredentialDetail | Refusal:
        """Show a credential and its holder, to the administrators there and to the holder (ID-27, ID-76, ID-199)."""
        del now
        reach = await entered(self._reads, query.actor, self._tools.profile)
        credential = await self._reads.one(CREDENTIALS, query.credential_id)
        if refusal := seeing_refusal(reach, credential):
            return refusal
        assert credential is not None, "refused otherwise"
        person = await self._reads.one(PERSONS, credential.person_id)
        assert person is not None, "an open credential has a holder"
        assert person.birth_date is not None, "an application asks it"
        account = await self._reads.one(ACCOUNTS, person.account_id)
        application = await self._reads.one(APPLICATIONS, credential.application_id)
        ordered = await self._identification(credential, application)
        agreed_at = await self._agreed_at(credential, application)
        return CredentialDetail(
            credential_id=credential.id, person_id=person.id, name=credential.name, birth_date=person.birth_date,
            email=credential.email, language=credential.language, mobile=self._sealed_mobile(person, message_id),
            user_name=account.user_name if account else None, role=credential.role, level=credential.level,
            type=credential.type, status=credential.status, second_factor=credential.second_factor,
            is_self=person.id == query.actor.person_id, activate_by=shown_deadline(credential),
            ends_on=credential.ends_on, next_level=credential.next_level, level_until=credential.level_until,
            required_actions=required_actions(credential), subscription=_subscription(credential, agreed_at),
            identification=ordered.status if ordered else None,
            identification_method=ordered.method if ordered else None,
            appointment_at=ordered.appointment_at if ordered else None,
            change_pending=person.mutation_id is not None,
        )  # fmt: skip

    async def _agreed_at(self, credential: Credential, application: Application | None) -> datetime | None:
        """Return when the costs were agreed to: with the last change, or with what it came by (BI-22, BI-14)."""
        if credential.agreed_at is not None:
            return credential.agreed_at
        if application is not None:
            agreed = application.agreed if application.status == "approved" else None
            return agreed.at if agreed else None
        link = await self._reads.one(MUTATIONS, credential.application_id)
        if link is not None:
            return link.submitted_at
        addition = await self._reads.one(ADDITIONS, credential.application_id)
        return addition.submitted_at if addition else None

    def _sealed_mobile(self, person: Person, message_id: UUID) -> SealedText | None:
        mobile = self._tools.mobile(person)
        if mobile is None:
            return None
        return self._tools.sealer.seal(mobile, to="gateway", message_id=message_id, field="mobile")

    async def _identification(self, credential: Credential, application: Application | None) -> Identification | None:
        """Return the identification of the person: it stands under one of the application's credentials."""
        ids = application.credential_ids if application else ()
        found = await self._reads.by_ids(IDENTIFICATIONS, ids)
        held = await self._reads.by_ids(CREDENTIALS, found)
        own = (found[id_] for id_, one in held.items() if one.person_id == credential.person_id)
        return next(own, None)

    async def application(self, query: GetApplication, now: datetime, message_id: UUID) -> ApplicationDetail | Refusal:
        """Show an application to the back office; the number of the document is sealed (ID-45, ID-70)."""
        if not is_staff(query.actor):
            return NOT_ALLOWED
        found = await self._reads.one(APPLICATIONS, query.application_id)
        if found is None:
            return UNKNOWN
        held = await self._reads.by_ids(CREDENTIALS, found.credential_ids)
        people = await self._reads.by_ids(PERSONS, {credential.person_id for credential in held.values()})
        places = await self._reads.by_ids(ORGANISATIONS, {credential.organisation_id for credential in held.values()})
        documents = await self._reads.by_ids(IDENTITY_DOCUMENTS, found.documents)
        rows = [_requested(held[id_], found, people, places) for id_ in found.credential_ids if id_ in held]
        for index, row in enumerate(rows):
            if own := documents.get(row.credential_id):
                view = document_view(own, self._tools, now, message_id, f"credentials.{index}.document")
                rows[index] = row.model_copy(update={"document": view})
        document = documents.get(found.id)
        return ApplicationDetail(
            application_id=found.id, status=found.status, submitted_at=found.submitted_at,
            requested_by=found.requested_by, checked_by=found.checked_by,
            years=found.agreed.years if found.agreed else None, credentials=tuple(rows),
            document=document_view(document, self._tools, now, message_id) if document else None,
        )  # fmt: skip

    async def identifications(self, query: ListIdentifications, now: datetime) -> IdentificationPage | Refusal:
        """List the identifications of a status, oldest first, for the back office (SM 9)."""
        del now
        if not is_staff(query.actor):
            return NOT_ALLOWED
        found = await self._reads.part(IDENTIFICATIONS, {"status": query.status}, query, _FIRST_ORDERED)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        return IdentificationPage(rows=tuple(map(_identification, rows)), next=more)


def _subscription(credential: Credential, agreed_at: datetime | None) -> SubscriptionTerm | None:
    """Return the subscription once it is approved (ID-88)."""
    if agreed_at is None or credential.years is None:
        return None
    return SubscriptionTerm(years=credential.years, agreed_at=agreed_at)


def _requested(
    credential: Credential, application: Application, people: dict[UUID, Person], places: dict[UUID, Organisation]
) -> RequestedCredentialView:
    place, person = places.get(credential.organisation_id), people.get(credential.person_id)
    return RequestedCredentialView(
        credential_id=credential.id,
        organisation_name=place.name if place else application.organisation_name,
        kvk_number=place.kvk_number if place else application.kvk_number,
        level=credential.level,
        role=credential.role,
        type=credential.type,
        status=credential.status,
        name=credential.name,
        email=credential.email,
        person=_person(person),
        second_factor=credential.second_factor,
    )


def _person(person: Person | None) -> RequestedPersonView | None:
    if person is None or person.birth_date is None:
        return None
    return RequestedPersonView(
        birth_date=person.birth_date, birth_place=person.birth_place, nationality=person.nationality
    )


def _identification(found: Identification) -> IdentificationView:
    return IdentificationView(
        identification_id=found.id, credential_id=found.credential_id, name=found.name,
        organisation_name=found.organisation_name, method=found.method, status=found.status,
        ordered_at=found.ordered_at, appointment_at=found.appointment_at, reference=found.reference,
        reason=found.reason,
    )  # fmt: skip
