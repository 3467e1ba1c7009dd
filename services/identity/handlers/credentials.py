"""Ending of credentials, here and elsewhere, now and later (ST-08 to ST-13, SP-25, SP-28, SP-30)."""

from collections.abc import Sequence

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    CredentialStatus,
    EndCredential,
    EndingPostponed,
    EndingScheduled,
    EndingUndone,
    EndOnDate,
    UndoEnding,
)
from contracts.message import Done, Refusal
from services.identity.domain.credentials import Credential, is_open
from services.identity.domain.ending import (
    Ending,
    Place,
    decide_end_on_date,
    decide_endings,
    decide_undo,
    ending_moment,
)
from services.identity.store import CREDENTIALS, PERSONS, MutationStore, Store
from services.identity.store.closing import ENDING, close_credential
from services.identity.tools import Tools


class CredentialHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def end(self, command: EndCredential, work: Work) -> Done | Refusal:
        """End a credential, with its sessions when at once; the last one ends the organisation (ID-154, ID-159)."""
        store = self._tools.store(work)
        endings = decide_endings(command, await self._places(command, store), work.now)
        if isinstance(endings, Refusal):
            return endings
        for ending in endings:
            await self.carry_out(store, ending)
        return Done()

    async def _places(self, command: EndCredential, store: Store) -> Sequence[Place]:
        """Return what is known at each organisation chosen, the own one first (ID-156, SP-30)."""
        reach = await store.reach(command.actor)
        credential = await store.work.get(CREDENTIALS, command.credential_id)
        here = command.actor.organisation_id
        places = [await self._place(store, reach.get(here) if here else None, credential)]
        person = await store.find(PERSONS, credential.person_id if credential else None)
        held = {one.organisation_id: one for one in await store.held_by(person) if is_open(one)}
        others = [one for one in dict.fromkeys(command.organisation_ids) if one != here]
        return places + [await self._place(store, reach.get(one), held.get(one)) for one in others]

    async def _place(self, store: Store, acting: Credential | None, credential: Credential | None) -> Place:
        return Place(acting, credential, await store.open_at(acting.organisation_id) if acting else [])

    async def carry_out(self, store: Store, ending: Ending) -> None:
        """Save an ending; two administrators who end each other at once both write the organisation."""
        after = ending.credential
        before = await store.work.get(CREDENTIALS, after.id)
        assert before is not None, "refused otherwise"
        if after.status is CredentialStatus.ENDING_SCHEDULED:
            await MutationStore(store).cancel(before)
            await store.save(after, EndingScheduled)
            self._schedule(store.work, after)
        else:
            await close_credential(store, before, after)
        await store.touch(after.organisation_id, ends=ending.organisation_ends)

    def _schedule(self, work: Work, credential: Credential) -> None:
        work.schedule(ENDING, ending_moment(credential), EndOnDate(actor=SYSTEM, credential_id=credential.id))

    async def end_on_date(self, command: EndOnDate, work: Work) -> Done:
        """End what ends by itself, or postpone it when others would be left alone (ST-11, ID-155, SP-25)."""
        store = self._tools.store(work)
        credential = await work.get(CREDENTIALS, command.credential_id)
        all_open = await store.open_at(credential.organisation_id) if credential else []
        outcome = decide_end_on_date(credential, all_open, work.now)
        if isinstance(outcome, Credential):
            await store.save(outcome, EndingPostponed)
            self._schedule(work, outcome)
        elif outcome is not None:
            await self.carry_out(store, outcome)
        return Done()

    async def undo(self, command: UndoEnding, work: Work) -> Done | Refusal:
        """Take a scheduled ending back (SP-28)."""
        store = self._tools.store(work)
        credential = await work.get(CREDENTIALS, command.credential_id)
        acting = await store.acting(command.actor)
        all_open = await store.open_at(acting.organisation_id) if acting else []
        undone = decide_undo(acting, credential, all_open, work.now)
        if isinstance(undone, Refusal):
            return undone
        await store.save(undone, EndingUndone)
        work.unschedule(undone.id, ENDING)
        return Done()
