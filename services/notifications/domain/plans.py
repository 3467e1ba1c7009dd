"""Plans: which delivery each order leads to, and what it says."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import CredentialRejected, CredentialState
from contracts.notifications import (
    Purpose,
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
from contracts.values import Language, local_date
from profiles.presentation import BackOffice
from services.notifications.domain.deliveries import Channel, Content, Delivery, Plan

_INSTANT = timedelta(microseconds=1)


def invitation(command: SendInvitation, link: str, now: datetime) -> Plan:
    """Plan the invitation of a relation: its language, the sender's data, the services, the link (NO-17 to NO-19)."""
    delivery = Delivery(
        command.notification_id, command.chain_authorization_id, Purpose.INVITATION, Channel.EMAIL, "invitation",
        command.language, now,
    )  # fmt: skip
    data: dict[str, str | list[str]] = {
        "contact": command.contact.name.full,
        "relation": command.relation.name,
        "intermediary": command.intermediary_name,
        "services": [] if command.scope.general else list(command.service_names),
        "answer_by": last_day(command.answer_by),
        "sender": command.sender.name,
        "sender_email": command.sender.email,
        "sender_phone": command.sender.phone or "",
        "reply_to": command.sender.email,
    }
    return _plan(delivery, command.contact.name.full, command.contact.email, data, {"link": link})


def login_code(command: SendLoginCode, mobile: str, code: str, now: datetime) -> Plan:
    """Plan the SMS with a login code; number and code are secrets (NO-12)."""
    delivery = Delivery(
        command.notification_id, command.login_id, Purpose.LOGIN_CODE, Channel.SMS, "login_code",
        command.language, now, expires_at=command.expires_at,
    )  # fmt: skip
    return _plan(delivery, "", "", {}, {"mobile": mobile, "code": code})


def number_notice(command: SendNumberNotice, mobile: str, now: datetime) -> Plan:
    """Plan the SMS to a number that gets no codes any more; the number is a secret (S7)."""
    delivery = Delivery(
        command.notification_id, command.person_id, Purpose.ACCOUNT_NOTICE, Channel.SMS, "number_notice",
        command.language, now,
    )  # fmt: skip
    return _plan(delivery, "", "", {}, {"mobile": mobile})


def validation_code(command: SendValidationCode, code: str, now: datetime) -> Plan:
    """Plan the e-mail with the validation code of an activation (NO-11)."""
    delivery = Delivery(
        command.notification_id, command.credential_id, Purpose.VALIDATION_CODE, Channel.EMAIL, "validation_code",
        command.language, now,
    )  # fmt: skip
    return _plan(delivery, command.name.full, command.email, {"name": command.name.full}, {"code": code})


def recovery_link(command: SendRecoveryLink, secrets: dict[str, str], now: datetime) -> Plan:
    """Plan the e-mail with user name and recovery link, both secrets (ID-188)."""
    delivery = Delivery(
        command.notification_id, command.person_id, Purpose.RECOVERY, Channel.EMAIL, "recovery",
        command.language, now, expires_at=command.expires_at,
    )  # fmt: skip
    return _plan(delivery, command.name.full, command.email, {"name": command.name.full}, secrets)


def account_notice(command: SendAccountNotice, now: datetime) -> Plan:
    """Plan the e-mail that tells a holder what happened to the account (S10)."""
    delivery = Delivery(
        command.notification_id, command.person_id, Purpose.ACCOUNT_NOTICE, Channel.EMAIL, "account_notice",
        command.language, now,
    )  # fmt: skip
    data: dict[str, str | list[str]] = {"name": command.name.full, "notice": command.notice.value}
    return _plan(delivery, command.name.full, command.email, data, {})


def form_outcome(command: SendFormOutcome, now: datetime) -> Plan:
    """Plan the e-mail that tells what became of a change form (ST-84, SP-37)."""
    delivery = Delivery(
        command.notification_id, command.form_id, Purpose.NOTICE, Channel.EMAIL, "form_outcome", command.language, now
    )
    data: dict[str, str | list[str]] = {
        "name": command.name,
        "title": command.title.in_(command.language),
        "kvk_number": command.kvk_number,
        "status": command.status.value,
        "reason": command.reason,
    }
    return _plan(delivery, command.name, command.email, data, {})


def identification_failed(command: SendIdentificationFailed, now: datetime) -> Plan:
    """Plan the e-mail that tells a holder of an identification that did not succeed (ST-77)."""
    delivery = Delivery(
        command.notification_id, command.credential_id, Purpose.NOTICE, Channel.EMAIL, "identification_failed",
        command.language, now,
    )  # fmt: skip
    data: dict[str, str | list[str]] = {
        "name": command.name.full,
        "organisation": command.organisation_name,
        "after": command.after.value,
        "appoint_by": command.appoint_by.isoformat() if command.appoint_by else "",
        "by": "partner" if command.by_partner else "supplier",
    }
    return _plan(delivery, command.name.full, command.email, data, {})


def activation_letter(
    command: SendActivationLetter, code: str, channel: Channel, notification_id: UUID, now: datetime
) -> Plan:
    """Plan the activation letter by one of the profile's channels; by post to the company's address (NO-08, NO-09)."""
    delivery = Delivery(
        notification_id, command.credential_id, Purpose.ACTIVATION_LETTER, channel, "activation_letter",
        command.language, now, expires_at=command.activate_by,
    )  # fmt: skip
    data: dict[str, str | list[str]] = {
        "name": command.name.full,
        "organisation": command.organisation_name,
        "address": [line.strip() for line in command.address.splitlines() if line.strip()],
        "activate_by": last_day(command.activate_by),
        "date": local_date(now).isoformat(),
    }
    post = f"{command.organisation_name}\n{command.address}"
    return _plan(delivery, command.name.full, command.email if channel is Channel.EMAIL else post, data, {"code": code})


def device_letter(command: SendDeviceLetter, address: str, now: datetime) -> Plan:
    """Plan the letter that an OTP device is posted with; the print house encloses the device (NO-14, MS-06)."""
    delivery = Delivery(
        command.notification_id, command.order_id, Purpose.DEVICE_LETTER, Channel.POST, "device_letter",
        command.language, now,
    )  # fmt: skip
    data: dict[str, str | list[str]] = {
        "name": command.name.full,
        "organisation": command.organisation_name,
        "address": [line.strip() for line in address.splitlines() if line.strip()],
        "enclosure": command.serial,
        "date": local_date(now).isoformat(),
    }
    return _plan(delivery, command.name.full, f"{command.organisation_name}\n{address}", data, {})


def notice_mail(
    notification_id: UUID, about: UUID, template: str, to: CredentialState, data: dict[str, str | list[str]],
    now: datetime,
) -> Plan:  # fmt: skip
    """Plan an e-mail of a notice to an administrator, in that person's language (NO-05, SP-115)."""
    delivery = Delivery(notification_id, about, Purpose.NOTICE, Channel.EMAIL, template, to.language, now)
    return _plan(delivery, to.name.full, to.email, {**data, "name": to.name.full}, {})


def office_mail(
    notification_id: UUID, about: UUID, template: str, office: BackOffice, data: dict[str, str | list[str]],
    now: datetime,
) -> Plan:  # fmt: skip
    """Plan an e-mail to the back office, in Dutch."""
    delivery = Delivery(notification_id, about, Purpose.NOTICE, Channel.EMAIL, template, Language.NL, now)
    return _plan(delivery, office.display_name.in_(Language.NL), office.email, data, {})


def rejection(notification_id: UUID, event: CredentialRejected, to: CredentialState, now: datetime) -> Plan:
    """Plan the e-mail that tells an administrator why an application was rejected (NO-07)."""
    delivery = Delivery(
        notification_id, event.state.id, Purpose.APPLICATION_REJECTED, Channel.EMAIL, "application_rejected",
        to.language, now,
    )  # fmt: skip
    data: dict[str, str | list[str]] = {
        "name": to.name.full,
        "applicant": event.state.name.full,
        "reason": event.reason,
    }
    return _plan(delivery, to.name.full, to.email, data, {})


def each_address_once(credentials: Iterable[CredentialState]) -> list[CredentialState]:
    """Return credentials without those whose e-mail address came before: nobody gets an e-mail twice."""
    found: dict[str, CredentialState] = {}
    for credential in credentials:
        found.setdefault(credential.email.casefold(), credential)
    return list(found.values())


def last_day(until: datetime) -> str:
    """Return the last day that counts, as ISO text: a term that ends at 24:00 ends on the day before that midnight."""
    return local_date(until - _INSTANT).isoformat()


def _plan(
    delivery: Delivery, name: str, address: str, data: dict[str, str | list[str]], secrets: dict[str, str]
) -> Plan:
    return Plan(delivery, Content(delivery.id, name, address, data, secrets))
