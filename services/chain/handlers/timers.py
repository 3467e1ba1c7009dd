"""What the clock makes due: deadlines, the warning, and the ends (TI-02, TI-04, TI-07, TI-17)."""

from chassis.work import Work
from contracts.actor import Actor
from contracts.chain import Expire, ExpireInvitation, RemoveOnDate, WarnOfEnd
from contracts.message import Done, Refusal
from services.chain.domain.answers import decide_unanswered
from services.chain.domain.authorization import Changed
from services.chain.domain.running import decide_expiry, decide_removal_day, decide_warning
from services.chain.domain.standing import refuse_others
from services.chain.store import Store


class TimerHandlers:
    """The commands of the service's own timers; one whose cause has gone does nothing."""

    async def expire_invitation(self, command: ExpireInvitation, work: Work) -> Done | Refusal:
        """Remove a request without an answer in time (ST-50, SP-68)."""
        found = await Store(work).authorization(command.chain_authorization_id)
        return await _save(work, command.actor, decide_unanswered(found, work.now))

    async def warn_of_end(self, command: WarnOfEnd, work: Work) -> Done | Refusal:
        """Tell that the end is near, once (ST-58)."""
        found = await Store(work).authorization(command.chain_authorization_id)
        return await _save(work, command.actor, decide_warning(found, work.now))

    async def expire(self, command: Expire, work: Work) -> Done | Refusal:
        """End it when its last day is over (ST-61)."""
        found = await Store(work).authorization(command.chain_authorization_id)
        return await _save(work, command.actor, decide_expiry(found, work.now))

    async def remove_on_date(self, command: RemoveOnDate, work: Work) -> Done | Refusal:
        """Remove it on the day that was chosen (ST-65)."""
        found = await Store(work).authorization(command.chain_authorization_id)
        return await _save(work, command.actor, decide_removal_day(found, work.now))


async def _save(work: Work, actor: Actor, change: Changed | None) -> Done | Refusal:
    if (refusal := refuse_others(actor)) is not None:
        return refusal
    if change is not None:
        await Store(work).save(change)
    return Done()
