"""Mail by SMTP: what the server says decides whether a try is repeated (SP-75)."""

from typing import Literal

import aiosmtplib

from services.notifications.domain.deliveries import Outcome, Verdict

Security = Literal["plain", "starttls", "tls"]
_TIMEOUT_S = 15
_PERMANENT = 500


class Mailer:
    """Hands mails to one SMTP server; a connection each."""

    def __init__(self, host: str, port: int, security: Security, user: str | None, password: str | None) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._password = password

    async def send(self, raw: bytes, sender: str, to: str) -> Outcome:
        """Send a composed mail; never raises for what a server or the network does."""
        options = [] if to.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            await aiosmtplib.send(
                raw, sender=sender, recipients=[to], hostname=self._host, port=self._port, timeout=_TIMEOUT_S,
                username=self._user, password=self._password, mail_options=options,
                use_tls=self._security == "tls", start_tls=self._security == "starttls",
            )  # fmt: skip
        except (aiosmtplib.SMTPException, OSError) as error:
            return outcome_of(error)
        return Outcome(Verdict.SENT)


def outcome_of(error: Exception) -> Outcome:
    """Tell a refusal of this mail, which stays, from trouble of the moment or of our own set-up, which passes."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _of_code("recipient", max(refused.code for refused in error.recipients))
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Outcome(Verdict.PERMANENT, "smtp_not_supported")
    if isinstance(error, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPConnectError | aiosmtplib.SMTPHeloError):
        return Outcome(Verdict.TEMPORARY, f"smtp_{type(error).__name__}")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _of_code("message", error.code)
    return Outcome(Verdict.TEMPORARY, f"smtp_{type(error).__name__}")


def _of_code(what: str, code: int) -> Outcome:
    verdict = Verdict.PERMANENT if code >= _PERMANENT else Verdict.TEMPORARY
    return Outcome(verdict, f"smtp_{what}_{code}")
