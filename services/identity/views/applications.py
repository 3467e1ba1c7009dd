"""Answers to queries: the trade register, the queue of applications, the own profile."""

from datetime import datetime
from uuid import UUID

from contracts.actor import Actor, ActorKind
from contracts.identity import (
    ApplicationPage,
    ApplicationView,
    CompanyView,
    GetProfile,
    ListApplications,
    LookUpCompany,
    OrganisationChoice,
    ProfileView,
)
from contracts.message import Refusal
from contracts.values import Level
from services.identity.domain.applications import Application, Looked, company_refusal
from services.identity.domain.authority import NOT_ALLOWED, is_staff
from services.identity.domain.credentials import Credential
from services.identity.domain.listing import row_of, seen_by
from services.identity.domain.sessions import Holder
from services.identity.register import Company, CompanyRegister, RegisterUnavailable
from services.identity.store import APPLICATIONS, AUTHENTICATORS, CREDENTIALS, Reads


class Views:
    """One method per query."""

    def __init__(self, reads: Reads, register: CompanyRegister, factor_from: Level) -> None:
        self._reads = reads
        self._register = register
        self._factor_from = factor_from

    async def company(self, query: LookUpCompany, now: datetime) -> CompanyView | Refusal:
        """Look a company up (CH-13); an unknown and an inactive one are refused, and so is everything in an outage."""
        del now
        try:
            looked = Looked(await self._asked(query))
        except RegisterUnavailable:
            looked = Looked(None, available=False)
        if refusal := company_refusal(looked):
            return refusal
        assert looked.company is not None, "refused otherwise"
        return _company(looked.company, public=query.actor.kind is ActorKind.ANYONE)

    async def _asked(self, query: LookUpCompany) -> Company | None:
        if query.kvk_number is not None:
            return await self._register.company(query.kvk_number)
        return await self._register.by_branch(query.branch_number or "")

    async def applications(self, query: ListApplications, now: datetime) -> ApplicationPage | Refusal:
        """List the applications of a status, oldest first, for the back office (ID-70)."""
        del now
        if not is_staff(query.actor):
            return NOT_ALLOWED
        found = await self._reads.part(APPLICATIONS, {"status": query.status}, query)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        held = await self._reads.by_ids(CREDENTIALS, [id_ for row in rows for id_ in row.credential_ids])
        return ApplicationPage(rows=tuple(_application(row, held, query.actor) for row in rows), next=more)

    async def profile(self, query: GetProfile, now: datetime) -> ProfileView | Refusal:
        """Give the actor's own profile, whatever the role (ID-27, ID-193)."""
        del now
        holder = await self._holder(query.actor)
        if holder is None:
            return NOT_ALLOWED
        authenticator = await self._reads.one(AUTHENTICATORS, holder.account.id)
        return _profile(holder, authenticator.device if authenticator else None)

    async def _holder(self, actor: Actor) -> Holder | None:
        """Return who asks, as the person is now (S22)."""
        if actor.kind not in {ActorKind.PERSON, ActorKind.STAFF}:
            return None
        return await self._reads.holder(actor.person_id, self._factor_from)


def _company(company: Company, *, public: bool) -> CompanyView:
    return CompanyView(
        kvk_number=company.kvk_number,
        rsin=None if public else company.rsin,
        name=company.name,
        legal_form=company.legal_form,
        address=str(company.address or ""),
        branch_count=company.branch_count,
        active=company.active,
    )


def _application(application: Application, held: dict[UUID, Credential], viewer: Actor) -> ApplicationView:
    credentials = (held[id_] for id_ in application.credential_ids if id_ in held)
    return ApplicationView(
        application_id=application.id,
        kvk_number=application.kvk_number,
        organisation_name=application.organisation_name,
        representative=application.representative,
        representative_checked=application.representative_checked,
        credentials=tuple(seen_by(viewer, row_of(credential)) for credential in credentials),
        submitted_at=application.submitted_at,
        status=application.status,
        requested_by=application.requested_by,
    )


def _profile(holder: Holder, otp_serial: str | None) -> ProfileView:
    choices = (
        OrganisationChoice(
            organisation_id=reach.organisation.id,
            name=reach.organisation.name,
            kvk_number=reach.organisation.kvk_number,
            role=reach.credential.role,
            level=reach.credential.level,
        )
        for reach in holder.reach
    )
    return ProfileView(
        person_id=holder.person.id,
        user_name=holder.account.user_name,
        name=holder.person.name.full,
        email=holder.person.email,
        language=holder.person.language,
        second_factor=holder.account.second_factor,
        otp_serial=otp_serial,
        organisations=tuple(choices),
    )
