"""The e-mails that go with changes of credentials: refused, another number, an ending that waits (SP-17, S7, SP-25)."""

from dataclasses import dataclass

from chassis.ids import derived
from chassis.work import Work
from contracts.identity import EndingPostponed, MobileChanged, MutationRefused
from profiles.presentation import BackOffice
from services.notifications.domain import plans
from services.notifications.domain.notices import refused_extent, refused_now, week_of
from services.notifications.store import Copies, Store, Vault


@dataclass(frozen=True, slots=True)
class ChangeMails:
    """One method per event."""

    copies: Copies
    vault: Vault
    office: BackOffice

    async def on_mutation_refused(self, event: MutationRefused, work: Work) -> None:
        """Tell the administrator who asked what was refused and why; gone meanwhile, the others (SP-17, SP-18)."""
        state = event.state
        administrators = await self.copies.administrators(state.organisation_id)
        asked = [one for one in administrators if one.person_id == state.requested_by]
        person = await self.copies.credential(state.credential_id)
        places = [await self.copies.organisation(id_) for id_ in refused_now(event)]
        data: dict[str, str | list[str]] = {
            "person": person.name.full if person else "",
            "reason": event.reason,
            "organisations": [place.name for place in places if place],
            "extent": refused_extent(state),
        }
        for to in plans.each_address_once(asked or administrators):
            id_ = derived(work.id, "mutation_refused", to.person_id)
            plan = plans.notice_mail(id_, state.id, "mutation_refused", to, data, work.now)
            await Store(work, self.vault).plan(plan)

    async def on_mobile_changed(self, event: MobileChanged, work: Work) -> None:
        """Tell the holder that login codes go elsewhere now (S7)."""
        id_ = derived(work.id, "mobile_changed")
        plan = plans.notice_mail(id_, event.state.id, "mobile_changed", event.state, {}, work.now)
        await Store(work, self.vault).plan(plan)

    async def on_ending_postponed(self, event: EndingPostponed, work: Work) -> None:
        """Tell the back office, once a week, that an organisation would be left without administrator (SP-25)."""
        state = event.state
        place = await self.copies.organisation(state.organisation_id)
        name = place.name if place else str(state.organisation_id)
        data: dict[str, str | list[str]] = {"organisation": name, "credential": str(state.id)}
        id_ = derived(state.id, "ending_postponed", week_of(state.ends_on))
        plan = plans.office_mail(id_, state.id, "ending_postponed", self.office, data, work.now)
        await Store(work, self.vault).plan(plan)
