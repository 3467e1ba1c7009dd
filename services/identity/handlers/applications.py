"""Applications as the back office decides them: first ones and requests of administrators (ST-02, ST-03, ST-24)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    ApproveApplication,
    OrganisationRegistered,
    RejectApplication,
    RemoveCopies,
)
from contracts.message import Done, Refusal
from services.identity.domain.applications import (
    Application,
    Organisation,
    closed,
    needs_second,
    organisation_state,
)
from services.identity.domain.authority import FOUR_EYES
from services.identity.domain.credentials import Credential, decide_approval, is_open
from services.identity.domain.documents import KEPT, ground_refusal
from services.identity.domain.organisations import ORGANISATION_INACTIVE
from services.identity.handlers.identifications import IdentificationHandlers
from services.identity.handlers.inviting import Inviting
from services.identity.store import APPLICATIONS, ORGANISATIONS, BelastingdienstPlace, Issuing, OrganisationStore
from services.identity.store.claims import CUSTOMER
from services.identity.tools import Tools


class ApplicationHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, inviting: Inviting, identifications: IdentificationHandlers) -> None:
        self._tools = tools
        self._inviting = inviting
        self._identifications = identifications

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
        if await OrganisationStore(store).stopped(held.organisation_id for held in credentials):
            return ORGANISATION_INACTIVE
        if self._tools.partner.external and needs_second(credentials, four_eyes):
            if application.checked_by == command.actor.person_id:
                return FOUR_EYES
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
        for id_ in application.documents:
            issuing.work.schedule("copies", issuing.work.now + KEPT, RemoveCopies(actor=SYSTEM, document_id=id_))

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
        issuing.remove_copies(application)
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
