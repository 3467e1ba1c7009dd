"""Users of a chain authorization, and its deletion; the ends of persons and organisations (CH.9, CH.11)."""

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.chain import (
    DeleteChainAuthorization,
    EndOrganisation,
    LinkUsers,
    UnlinkEverywhere,
    UnlinkUsers,
)
from contracts.identity import CredentialConverted, CredentialDowngraded, CredentialEnded, OrganisationEnded
from contracts.message import Done, Refusal
from services.chain.domain.access import decide_end
from services.chain.domain.authorization import Changed
from services.chain.domain.requesting import refuse_users
from services.chain.domain.running import decide_delete, decide_link, decide_unlink, removed
from services.chain.domain.standing import refuse_others
from services.chain.facts import Facts
from services.chain.store import Store

PAGE = 200
"""Chain authorizations that one command changes at most; the rest is another's."""


class RunningHandlers:
    """The commands and events about what runs."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    async def link(self, command: LinkUsers, work: Work) -> Done | Refusal:
        """Add users (CH-87)."""
        store = Store(work)
        found = await self._facts.managed(command, store)
        if isinstance(found, Refusal):
            return found
        users = await self._facts.copies.credentials(found.intermediary_id, command.person_ids)
        return await _save(store, decide_link(found, command.person_ids, users))

    async def unlink(self, command: UnlinkUsers, work: Work) -> Done | Refusal:
        """Remove users (CH-88)."""
        store = Store(work)
        found = await self._facts.managed(command, store)
        if isinstance(found, Refusal):
            return found
        return await _save(store, decide_unlink(found, command.person_ids))

    async def delete(self, command: DeleteChainAuthorization, work: Work) -> Done | Refusal:
        """Delete at once or on a day, a pending renewal with it (ST-56, ST-57, ST-63, ST-64, ST-66)."""
        store = Store(work)
        found = await self._facts.managed(command, store)
        if isinstance(found, Refusal):
            return found
        outcome = decide_delete(found, command.on, work.now)
        done = await _save(store, outcome)
        renewal = await store.authorization(found.renewal_id) if found.renewal_id else None
        if renewal is not None and isinstance(done, Done):
            await store.save(removed(renewal))
        return done

    async def unlink_everywhere(self, command: UnlinkEverywhere, work: Work) -> Done | Refusal:
        """Unlink a person whose credential ended, unless another one still fits, a page at a time (SP-85)."""
        store, person_id = Store(work), command.person_id
        if (refusal := refuse_others(command.actor)) is not None:
            return refusal
        users = await self._facts.copies.credentials(command.organisation_id, [person_id])
        if refuse_users([person_id], users) is None:
            return Done()
        linked = await store.linked_to(command.organisation_id, person_id, PAGE)
        for found in linked:
            await _save(store, decide_unlink(found, [person_id]))
        if len(linked) == PAGE:
            work.send(command)
        return Done()

    async def end_organisation(self, command: EndOrganisation, work: Work) -> Done | Refusal:
        """End access and all chain authorizations of an organisation that is no customer any more, a page at a time."""
        store = Store(work)
        if (refusal := refuse_others(command.actor)) is not None:
            return refusal
        if (access := decide_end(await store.access(command.organisation_id))) is not None:
            await store.save_access(access)
        left = await store.left_of(command.organisation_id, PAGE)
        for found in sorted(left, key=lambda one: one.renewal_of is not None):
            await store.save(removed(found))
        if len(left) == PAGE:
            work.send(command)
        return Done()

    async def on_credential_ended(
        self, event: CredentialEnded | CredentialDowngraded | CredentialConverted, work: Work
    ) -> None:
        """Unlink the person of a credential that ended, or whose level or type fits no more (SP-12, SP-35)."""
        state = event.state
        work.send(UnlinkEverywhere(actor=SYSTEM, organisation_id=state.organisation_id, person_id=state.person_id))

    async def on_organisation_ended(self, event: OrganisationEnded, work: Work) -> None:
        """End what an organisation held that is no customer any more."""
        work.send(EndOrganisation(actor=SYSTEM, organisation_id=event.state.id))


async def _save(store: Store, outcome: Changed | Refusal) -> Done | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    await store.save(outcome)
    return Done()
