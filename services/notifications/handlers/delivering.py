"""Making what was planned: the call goes out before and apart from the transaction that records how it ended (R22)."""

import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.mongo import until_done
from chassis.time import Clock
from chassis.work import Work
from contracts.message import Done, Refusal
from contracts.notifications import Deliver, NotificationsRefusal, SendAgain
from services.notifications.clients.composer import Mail, UnsafeAddressError, compose
from services.notifications.clients.http import PrintHouse, SmsProvider
from services.notifications.clients.mail import Mailer
from services.notifications.clients.pdf import PdfMaker
from services.notifications.clients.templates import Templates
from services.notifications.domain.deliveries import Channel, Outcome, Plan, Verdict
from services.notifications.store import Copies, Store, Vault

log = logging.getLogger(__name__)


class Posting:
    """Renders a planned delivery and hands it to the outside world."""

    def __init__(
        self, templates: Templates, sender: tuple[str, str], mailer: Mailer, sms: SmsProvider, letters: PrintHouse,
        pdfs: PdfMaker,
    ) -> None:  # fmt: skip
        self._templates = templates
        self._sender_name, self._sender = sender
        self._mailer = mailer
        self._sms = sms
        self._letters = letters
        self._pdfs = pdfs
        self._ways: dict[Channel, Callable[[Plan], Awaitable[Outcome]]] = {
            Channel.EMAIL: self._mail,
            Channel.SMS: self._text,
            Channel.POST: self._letter,
        }

    async def send(self, plan: Plan) -> Outcome:
        """Send by the delivery's channel."""
        return await self._ways[plan.delivery.channel](plan)

    async def _mail(self, plan: Plan) -> Outcome:
        delivery, content = plan.delivery, plan.content
        data = {**content.data, **content.secrets}
        filled = self._templates.mail(delivery.template, delivery.language, data)
        mail = Mail(
            message_id=f"{delivery.reference}@{self._sender.rpartition('@')[2]}",
            sender_name=self._sender_name, sender=self._sender, to_name=content.name, to=content.address,
            subject=filled.subject, text=filled.text, html=filled.html, language=delivery.language,
            date=delivery.planned_at, reply_to=str(content.data.get("reply_to", "")),
        )  # fmt: skip
        try:
            raw = compose(mail)
        except UnsafeAddressError:
            return Outcome(Verdict.PERMANENT, "unsafe_address")
        return await self._mailer.send(raw, self._sender, content.address)

    async def _text(self, plan: Plan) -> Outcome:
        delivery, secrets = plan.delivery, plan.content.secrets
        text = self._templates.line(delivery.template, delivery.language, {**plan.content.data, **secrets})
        return await self._sms.send(delivery.reference, secrets["mobile"], text)

    async def _letter(self, plan: Plan) -> Outcome:
        delivery, content = plan.delivery, plan.content
        page = self._templates.page(delivery.template, delivery.language, {**content.data, **content.secrets})
        pdf = await self._pdfs.make(page, delivery.id)
        enclosure = str(content.data.get("enclosure", ""))
        return await self._letters.send(delivery.reference, content.name, content.address, pdf, enclosure)


class DeliveringHandlers:
    """Makes deliveries and records how each try ended."""

    def __init__(self, copies: Copies, posting: Posting, clock: Clock, vault: Vault) -> None:
        self._copies = copies
        self._posting = posting
        self._clock = clock
        self._vault = vault

    async def call(self, command: Deliver, message_id: UUID) -> Outcome:
        """Send what is planned, unless it is worth nothing any more or may have been sent by a try that was cut off."""
        plan = await until_done(lambda: self._copies.planned(command.notification_id))
        if plan is None:
            return Outcome(Verdict.NOTHING)
        if plan.delivery.too_late(self._clock.now()):
            return Outcome(Verdict.PERMANENT, "expired")
        if plan.delivery.once and not await until_done(lambda: self._copies.begin(message_id)):
            return Outcome(Verdict.PERMANENT, "interrupted")
        return await self._posting.send(plan)

    async def deliver(self, command: Deliver, work: Work, outcome: Outcome) -> Done | Refusal:
        """Record how a try ended (R22, SP-116)."""
        delivery = await Store(work, self._vault).record(command.notification_id, outcome)
        return Done() if delivery is not None else Refusal(code=NotificationsRefusal.UNKNOWN)

    async def again(self, command: SendAgain, work: Work) -> Done | Refusal:
        """Send again what could not be delivered (SP-116)."""
        return await Store(work, self._vault).send_again(command.notification_id, command.actor) or Done()
