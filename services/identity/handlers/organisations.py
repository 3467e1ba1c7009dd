"""Organisations: branch number, the trade register's signals, ending by form (ID-07, ST-29, ST-30)."""

from uuid import UUID

from chassis.work import Work
from contracts.actor import ActorKind
from contracts.identity import (
    EndOrganisation,
    OrganisationChanged,
    OrganisationResumed,
    RecordCompanyEnded,
    RecordSignalsRead,
    RemoveBranchNumber,
    ResumeOrganisation,
)
from contracts.message import Done, Refusal
from services.identity.domain.applications import Looked
from services.identity.domain.authority import NOT_ALLOWED
from services.identity.domain.organisations import SignalsRead, decide_branch_removal, decide_resumption, suspended
from services.identity.register import RegisterUnavailable
from services.identity.store import ORGANISATIONS, SIGNALS_READ, OrganisationStore
from services.identity.tools import Tools


async def look_up(tools: Tools, kvk_number: str | None) -> Looked:
    """Ask the trade register for a company, before anything is decided or stored (SP-45)."""
    if kvk_number is None:
        return Looked(None)
    try:
        return Looked(await tools.register.company(kvk_number))
    except RegisterUnavailable:
        return Looked(None, available=False)


class OrganisationHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def look_up(self, command: RemoveBranchNumber, message_id: UUID) -> Looked:
        """Ask how many branches the company has now (SP-45)."""
        del message_id
        if command.actor.organisation_id != command.organisation_id:
            return Looked(None)
        organisation = await self._tools.reads.one(ORGANISATIONS, command.organisation_id)
        return await look_up(self._tools, organisation.kvk_number if organisation else None)

    async def remove_branch(self, command: RemoveBranchNumber, work: Work, looked: Looked) -> Done | Refusal:
        """Convert the organisation to its eight-digit number only (ST-30)."""
        store = self._tools.store(work)
        acting = await store.acting(command.actor)
        own = acting is not None and acting.organisation_id == command.organisation_id
        organisation = await OrganisationStore(store).get(command.organisation_id) if own else None
        single = self._tools.profile.branch_removal.requires_single_branch
        outcome = decide_branch_removal(acting, organisation, looked, requires_single=single)
        if isinstance(outcome, Refusal):
            return outcome
        await OrganisationStore(store).save(outcome, OrganisationChanged)
        return Done()

    async def company_ended(self, command: RecordCompanyEnded, work: Work) -> Done | Refusal:
        """Suspend the customer whose company ended, its credentials and sessions with it; nobody else is told."""
        if command.actor.kind is not ActorKind.SYSTEM:
            return NOT_ALLOWED
        organisations = OrganisationStore(self._tools.store(work))
        found = await organisations.by_number(command.kvk_number)
        if found is not None and found.active:
            await organisations.suspend(suspended(found))
        return Done()

    async def signals_read(self, command: RecordSignalsRead, work: Work) -> Done | Refusal:
        """Remember up to which moment the signals were read; never an earlier one."""
        if command.actor.kind is not ActorKind.SYSTEM:
            return NOT_ALLOWED
        known = await work.get(SIGNALS_READ, command.subscription_id)
        if known is None or known.until < command.until:
            await work.put(SIGNALS_READ, SignalsRead(command.subscription_id, command.until))
        return Done()

    async def resume(self, command: ResumeOrganisation, work: Work) -> Done | Refusal:
        """Let an organisation act again that a signal had suspended."""
        organisations = OrganisationStore(self._tools.store(work))
        outcome = decide_resumption(command.actor, await organisations.get(command.organisation_id))
        if isinstance(outcome, Refusal):
            return outcome
        await organisations.save(outcome, OrganisationResumed)
        return Done()

    async def end(self, command: EndOrganisation, work: Work) -> Done | Refusal:
        """End a company on the date of its form; one that has ended stays so (ST-29)."""
        if command.actor.kind is not ActorKind.SYSTEM:
            return NOT_ALLOWED
        organisations = OrganisationStore(self._tools.store(work))
        found = await organisations.get(command.organisation_id)
        if found is not None and (found.active or found.suspended):
            await organisations.end(found)
        return Done()
