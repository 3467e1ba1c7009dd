"""Settings of notifications; each is an environment variable of the same name in capitals."""

from typing import Literal

from pydantic import Field

from chassis.settings import ChassisSettings
from contracts.values import EmailAddress


class Settings(ChassisSettings):
    """Where messages go out, and under which name."""

    profile: str = "zlogin"
    public_url: str = "http://127.0.0.1:8080"
    """The address of the module, as people reach it."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 18092
    smtp_security: Literal["plain", "starttls", "tls"] = "plain"
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    mail_from: EmailAddress | None = None
    """The sender of mails; None: the profile's."""

    sms_url: str = "http://127.0.0.1:18093"
    """Where SMS are posted; without a path: to /messages."""

    sms_countries: tuple[str, ...] = ("+31",)
    """Beginnings of the numbers that SMS go to (S8)."""

    sms_limit_short: int = Field(default=3, ge=1)
    """SMS that a number gets in ten minutes (S8)."""

    sms_limit_day: int = Field(default=10, ge=1)
    """SMS that a number gets in 24 hours (S8)."""

    letter_url: str = ""
    """Where letters are posted to the print house; without a path: to /letters; empty: letters fail."""

    pdf_threads: int = Field(default=1, ge=1)
    """Documents that are made at once."""

    document_lease_s: float = Field(default=60, gt=0)
    """Seconds after which a document is made by another worker than the one that took it; far above its making."""
