"""Orders of other services: each becomes a planned delivery, made apart from it (R22)."""

from dataclasses import replace
from uuid import UUID

from chassis.ids import derived
from chassis.sealed import Sealer
from chassis.work import Work
from contracts.message import Done, SealedText
from contracts.notifications import (
    SendAccountNotice,
    SendActivationLetter,
    SendDeviceLetter,
    SendFormOutcome,
    SendIdentificationFailed,
    SendInvitation,
    SendLoginCode,
    SendNumberNotice,
    SendRecoveryLink,
    SendValidationCode,
)
from profiles.identity import Delivery as ByWay
from profiles.model import Profile
from services.notifications.domain import plans
from services.notifications.domain.deliveries import Channel, Plan
from services.notifications.domain.limits import SmsLimits
from services.notifications.store import Store, Vault

_CHANNELS = {ByWay.POST: Channel.POST, ByWay.EMAIL: Channel.EMAIL}


class SendingHandlers:
    """One method per order."""

    def __init__(self, profile: Profile, sealer: Sealer, vault: Vault, limits: SmsLimits) -> None:
        self._channels = sorted(_CHANNELS[way] for way in profile.activation_letter.channels)
        self._sealer = sealer
        self._vault = vault
        self._limits = limits

    async def send_invitation(self, command: SendInvitation, work: Work) -> Done:
        """Invite the contact person of a relation (NO-17 to NO-20, NO-22)."""
        link = self._open(command.link, work, "link")
        await Store(work, self._vault).plan(plans.invitation(command, link, work.now))
        return Done()

    async def send_login_code(self, command: SendLoginCode, work: Work) -> Done:
        """Send a login code, within the limits of SMS (NO-12, S8)."""
        mobile, code = self._open(command.mobile, work, "mobile"), self._open(command.code, work, "code")
        return await self._text(plans.login_code(command, mobile, code, work.now), mobile, work)

    async def send_number_notice(self, command: SendNumberNotice, work: Work) -> Done:
        """Tell a number that codes do not come to it any more, within the limits of SMS (S7, S8)."""
        mobile = self._open(command.mobile, work, "mobile")
        return await self._text(plans.number_notice(command, mobile, work.now), mobile, work)

    async def _text(self, plan: Plan, mobile: str, work: Work) -> Done:
        """Plan an SMS; one beyond the limits of its number fails at once."""
        store = Store(work, self._vault)
        if await store.knows(plan.delivery.id):
            return Done()
        window = await store.window(mobile)
        if reason := window.refusal(mobile, self._limits, work.now):
            await store.plan(replace(plan, delivery=plan.delivery.failed(reason, work.now)))
        else:
            await store.save_window(window.with_one(work.now))
            await store.plan(plan)
        return Done()

    async def send_validation_code(self, command: SendValidationCode, work: Work) -> Done:
        """Send the validation code of an activation (NO-11)."""
        code = self._open(command.code, work, "code")
        await Store(work, self._vault).plan(plans.validation_code(command, code, work.now))
        return Done()

    async def send_recovery_link(self, command: SendRecoveryLink, work: Work) -> Done:
        """Send user name and recovery link (ID-188)."""
        secrets = {name: self._open(getattr(command, name), work, name) for name in ("user_name", "link")}
        await Store(work, self._vault).plan(plans.recovery_link(command, secrets, work.now))
        return Done()

    async def send_account_notice(self, command: SendAccountNotice, work: Work) -> Done:
        """Tell a holder what happened to the account (S10)."""
        await Store(work, self._vault).plan(plans.account_notice(command, work.now))
        return Done()

    async def send_form_outcome(self, command: SendFormOutcome, work: Work) -> Done:
        """Tell who has submitted a change form what became of it (ST-84, SP-37)."""
        await Store(work, self._vault).plan(plans.form_outcome(command, work.now))
        return Done()

    async def send_identification_failed(self, command: SendIdentificationFailed, work: Work) -> Done:
        """Tell a holder that the identification did not succeed (ST-77)."""
        await Store(work, self._vault).plan(plans.identification_failed(command, work.now))
        return Done()

    async def send_activation_letter(self, command: SendActivationLetter, work: Work) -> Done:
        """Send the activation letter by each of the profile's channels (NO-08, CF-11)."""
        code = self._open(command.code, work, "code")
        store = Store(work, self._vault)
        for channel in self._channels:
            id_ = letter_id(command.notification_id, channel)
            await store.plan(plans.activation_letter(command, code, channel, id_, work.now))
        return Done()

    async def send_device_letter(self, command: SendDeviceLetter, work: Work) -> Done:
        """Have an OTP device posted with its letter (NO-14, MS-06)."""
        address = self._open(command.address, work, "address")
        await Store(work, self._vault).plan(plans.device_letter(command, address, work.now))
        return Done()

    def _open(self, sealed: SealedText, work: Work, field: str) -> str:
        return self._sealer.open(sealed, message_id=work.id, field=field)


def letter_id(notification_id: UUID, channel: Channel) -> UUID:
    """Return the id of the delivery by one of several channels."""
    return derived(notification_id, channel.value)
