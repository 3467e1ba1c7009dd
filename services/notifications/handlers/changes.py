"""The e-mails that go with changes of credentials: a refused one, another mobile number (SP-17, ST-19, S7)."""

from dataclasses import dataclass

from chassis.ids import derived
from chassis.work import Work
from contracts.identity import MobileChanged, MutationRefused
from services.notifications.domain import plans
from services.notifications.store import Copies, Store, Vault


@dataclass(frozen=True, slots=True)
class ChangeMails:
    """One method per event."""

    copies: Copies
    vault: Vault

    async def on_mutation_refused(self, event: MutationRefused, work: Work) -> None:
        """Tell the administrator who asked why a change was refused; gone meanwhile, the others (SP-17)."""
        state = event.state
        administrators = await self.copies.administrators(state.organisation_id)
        asked = [one for one in administrators if one.person_id == state.requested_by]
        person = await self.copies.credential(state.credential_id)
        data: dict[str, str | list[str]] = {"person": person.name.full if person else "", "reason": event.reason}
        for to in plans.each_address_once(asked or administrators):
            id_ = derived(work.id, "mutation_refused", to.person_id)
            plan = plans.notice_mail(id_, state.id, "mutation_refused", to, data, work.now)
            await Store(work, self.vault).plan(plan)

    async def on_mobile_changed(self, event: MobileChanged, work: Work) -> None:
        """Tell the holder that login codes go elsewhere now (S7)."""
        id_ = derived(work.id, "mobile_changed")
        plan = plans.notice_mail(id_, event.state.id, "mobile_changed", event.state, {}, work.now)
        await Store(work, self.vault).plan(plan)
