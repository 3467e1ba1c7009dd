"""The message box and the e-mails that go with it: what organisations are told (NO-01 to NO-07, CF-27)."""

from dataclasses import dataclass

from chassis.ids import derived
from chassis.work import Work
from contracts.chain import (
    ChainAccessChanged,
    ChainAuthorizationActivated,
    ChainAuthorizationEvent,
    ChainAuthorizationExpired,
    InvitationExpired,
    InvitationFailed,
    RenewalDue,
)
from contracts.identity import (
    AdditionAccepted,
    AdditionRefused,
    AdditionReminded,
    AdditionSubmitted,
    CredentialRejected,
    CredentialState,
    EndingPostponed,
    EndingScheduled,
    EndingUndone,
)
from contracts.message import Done, Refusal
from contracts.notifications import MarkRead, NotificationsRefusal
from contracts.values import Language, Role
from profiles.model import Profile
from services.notifications.clients.templates import Templates
from services.notifications.domain import plans
from services.notifications.domain.access import may_read
from services.notifications.domain.notices import (
    Facts,
    Notice,
    NoticeKind,
    facts_of,
    facts_of_access,
    facts_of_addition,
    facts_of_ending,
    kept_until,
    mail_templates,
    week_of,
)
from services.notifications.store import Copies, Store, Vault


@dataclass(frozen=True, slots=True)
class BoxHandlers:
    """One method per event that an organisation is told of; nobody is told of a deletion (NO-24)."""

    profile: Profile
    copies: Copies
    templates: Templates
    vault: Vault

    async def on_renewal_due(self, event: RenewalDue, work: Work) -> None:
        """Tell that a chain authorization must be renewed (NO-05, NO-06)."""
        await self._tell_of(NoticeKind.RENEWAL_DUE, event, work)

    async def on_activated(self, event: ChainAuthorizationActivated, work: Work) -> None:
        """Tell that a chain authorization is active (NO-04)."""
        await self._tell_of(NoticeKind.CHAIN_ACTIVATED, event, work)

    async def on_expired(self, event: ChainAuthorizationExpired, work: Work) -> None:
        """Tell that a chain authorization has expired (NO-04)."""
        await self._tell_of(NoticeKind.CHAIN_EXPIRED, event, work)

    async def on_invitation_expired(self, event: InvitationExpired, work: Work) -> None:
        """Tell that the relation did not answer in time (NO-04)."""
        await self._tell_of(NoticeKind.INVITATION_EXPIRED, event, work)

    async def on_invitation_failed(self, event: InvitationFailed, work: Work) -> None:
        """Tell that the invitation was not delivered (NO-21)."""
        await self._tell_of(NoticeKind.INVITATION_FAILED, event, work)

    async def on_access_changed(self, event: ChainAccessChanged, work: Work) -> None:
        """Tell that the chain functionality is open, with the introduction where the profile has one (NO-26)."""
        if facts := facts_of_access(event, str(work.id)):
            await self._tell(facts, work)

    async def on_credential_rejected(self, event: CredentialRejected, work: Work) -> None:
        """Tell who asked why an application was rejected, once; of a first one, the applicant (NO-07, ID-73)."""
        store = Store(work, self.vault)
        known = await self.copies.administrators(event.state.organisation_id)
        if event.requested_by is not None:
            asked = [one for one in known if one.person_id == event.requested_by][:1]
            for to in asked:
                id_ = derived(event.application_id or event.state.id, "rejected", to.person_id)
                await store.plan(plans.rejection(id_, event, to, work.now))
            return
        first = [event.state] if event.state.role is Role.ADMINISTRATOR else []
        for to in plans.each_address_once(known or first):
            id_ = derived(event.state.id, "rejected", to.person_id)
            await store.plan(plans.rejection(id_, event, to, work.now))

    async def on_added(self, event: AdditionSubmitted, work: Work) -> None:
        """Tell the administrators of a customer that somebody else adds it (SP-33)."""
        if event.state.customer_id is not None:
            kind = NoticeKind.ADMINISTRATOR_ADDED
            await self._tell(facts_of_addition(kind, event.state, event.state.customer_id), work)

    async def on_contract_missing(self, event: AdditionReminded, work: Work) -> None:
        """Tell that the signed contract is not in (SP-31)."""
        facts = facts_of_addition(NoticeKind.CONTRACT_MISSING, event.state, event.state.requested_from)
        await self._tell(facts, work)

    async def on_contract_refused(self, event: AdditionRefused, work: Work) -> None:
        """Tell that a contract was refused, and why (ST-27)."""
        to = event.state.requested_from
        await self._tell(facts_of_addition(NoticeKind.CONTRACT_REFUSED, event.state, to, reason=event.reason), work)

    async def on_contract_accepted(self, event: AdditionAccepted, work: Work) -> None:
        """Tell that an added organisation can be used (ID-124, ST-26)."""
        facts = facts_of_addition(NoticeKind.CONTRACT_ACCEPTED, event.state, event.state.requested_from)
        await self._tell(facts, work)

    async def on_ending_scheduled(self, event: EndingScheduled, work: Work) -> None:
        """Tell that a credential and its subscription will end (NO-03, ST-09, ST-10)."""
        await self._tell_of_ending("scheduled", event.state, str(work.id), work)

    async def on_ending_undone(self, event: EndingUndone, work: Work) -> None:
        """Tell that they go on after all (NO-03, SP-28)."""
        await self._tell_of_ending("undone", event.state, str(work.id), work)

    async def on_ending_postponed(self, event: EndingPostponed, work: Work) -> None:
        """Tell, once a week, that an ending waits for another administrator (NO-03, SP-25)."""
        await self._tell_of_ending("postponed", event.state, week_of(event.state.ends_on), work)

    async def _tell_of_ending(self, what: str, state: CredentialState, occasion: str, work: Work) -> None:
        place = await self.copies.organisation(state.organisation_id)
        await self._tell(facts_of_ending(what, state, place.name if place else "", occasion), work)

    async def mark_read(self, command: MarkRead, work: Work) -> Done | Refusal:
        """Remember that a person has read a message (SP-114); one of another organisation is unknown (S21)."""
        store, actor = Store(work, self.vault), command.actor
        if not may_read(actor) or actor.person_id is None or actor.organisation_id is None:
            return Refusal(code=NotificationsRefusal.NOT_ALLOWED)
        if not await self.copies.is_administrator(actor.person_id, actor.organisation_id):
            return Refusal(code=NotificationsRefusal.NOT_ALLOWED)
        notice = await store.notice(command.message_id)
        if notice is None or notice.organisation_id != actor.organisation_id:
            return Refusal(code=NotificationsRefusal.UNKNOWN)
        await store.save_notice(notice.read(actor.person_id))
        return Done()

    async def _tell_of(self, kind: NoticeKind, event: ChainAuthorizationEvent, work: Work) -> None:
        await self._tell(facts_of(kind, event), work)

    async def _tell(self, facts: Facts, work: Work) -> None:
        """Put one message into the message box and send the e-mails; the same occasion is told once (NO-06)."""
        store, id_ = Store(work, self.vault), derived(facts.about, facts.kind.value, facts.occasion)
        if await store.notice(id_) is not None:
            return
        texts = {language: self.templates.message(facts.kind.value, language, facts.data) for language in Language}
        notice = Notice(
            id_, facts.organisation_id, facts.kind, facts.about,
            {language: subject for language, (subject, _) in texts.items()},
            {language: body for language, (_, body) in texts.items()},
            work.now, kept_until(work.now),
        )  # fmt: skip
        await store.save_notice(notice)
        await self._mail(facts, notice, work)

    async def _mail(self, facts: Facts, notice: Notice, work: Work) -> None:
        """Plan the e-mails of a notice to each administrator (MS-12, CF-27)."""
        store = Store(work, self.vault)
        wanted = mail_templates(
            facts.kind,
            message_box=self.profile.message_box.enabled,
            intro_mail=self.profile.chain.access.intro_mail,
        )
        for to in plans.each_address_once(await self.copies.administrators(facts.organisation_id)):
            for template in wanted:
                mail_id = derived(notice.id, template, to.person_id)
                data = facts.data if template == facts.kind.value else {}
                await store.plan(plans.notice_mail(mail_id, facts.about, template, to, data, work.now))
