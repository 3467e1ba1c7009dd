"""Access to the functionality: asking, offering, recording (CH.1, SM 6)."""

from chassis.work import Work
from contracts.chain import AskForOffer, RecordOffer, SendOffer
from contracts.message import Done, Refusal
from services.chain.domain.access import ChainAccess, decide_ask, decide_offer, decide_record
from services.chain.domain.standing import refuse_administrator, refuse_staff
from services.chain.facts import Facts
from services.chain.store import Store


class AccessHandlers:
    """The commands about access."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    async def ask_for_offer(self, command: AskForOffer, work: Work) -> Done | Refusal:
        """Ask for access (ST-42)."""
        store, actor = Store(work), command.actor
        standing = await self._facts.standing_of(actor, store)
        if (refusal := refuse_administrator(actor, standing)) is not None:
            return refusal
        assert actor.organisation_id is not None, "refuse_administrator has seen it"
        return await _save(store, decide_ask(standing.access, actor.organisation_id, work.now))

    async def send_offer(self, command: SendOffer, work: Work) -> Done | Refusal:
        """Send the offer (ST-43)."""
        store = Store(work)
        if (refusal := refuse_staff(command.actor)) is not None:
            return refusal
        access = await store.access(command.organisation_id)
        return await _save(store, decide_offer(access, command.price_per_year))

    async def record_offer(self, command: RecordOffer, work: Work) -> Done | Refusal:
        """Record the answer to the offer (ST-44, ST-45)."""
        store = Store(work)
        if (refusal := refuse_staff(command.actor)) is not None:
            return refusal
        access = await store.access(command.organisation_id)
        return await _save(store, decide_record(access, accepted=command.accepted))


async def _save(store: Store, outcome: ChainAccess | Refusal) -> Done | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    await store.save_access(outcome)
    return Done()
