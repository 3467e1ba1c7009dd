"""Settings of identity."""

from typing import Any

from pydantic import Field

from chassis.settings import ChassisSettings


class Settings(ChassisSettings):
    """What identity needs besides what every process needs."""

    profile: str = "zlogin"
    public_url: str = "http://127.0.0.1:8080"
    password_pepper: str = Field(repr=False)
    """32 bytes as base64; without them no stored password can be verified (S3)."""

    password_old_peppers: tuple[str, ...] = Field(default=(), repr=False)
    """Peppers of before: hashes made with them count, and are renewed at the next login (S3)."""

    token_signing_key: dict[str, Any] = Field(repr=False)
    """The private Ed25519 JWK with `kid` (S14)."""

    refresh_key: str = Field(repr=False)
    """32 bytes as base64: refresh tokens and hashes of codes are derived from them (S6, S15)."""

    password_threads: int = Field(default=4, ge=1, le=16)
    """Passwords hashed at the same time, 19 MiB each."""

    sms_prefixes: tuple[str, ...] = ("+31",)
    """Countries whose numbers may be chosen for codes by SMS (S8)."""

    sms_network_short: int = Field(default=3, ge=1)
    """Codes by SMS for devices that never logged in, from one network in ten minutes (S8)."""

    sms_network_day: int = Field(default=10, ge=1)
    sms_tenant_day: int = Field(default=500, ge=1)
    sms_all_day: int = Field(default=10_000, ge=16)
    sms_adjacent: int = Field(default=5, ge=2)
    """Numbers next to each other, in a day, that raise the alarm (S8)."""

    kvk_api_key: str | None = Field(default=None, repr=False)
    """The key for the API of the KVK; None: the embedded register with fictive companies."""

    kvk_url: str | None = None
    kvk_ca_file: str | None = None

    quote_public_keys: dict[str, Any]
    """The JWK set that verifies quotations of billing (SP-111)."""

    partner_url: str | None = None
    """Where identifications are ordered (AMP Groep); None: the back office enters the results."""

    partner_api_key: str | None = Field(default=None, repr=False)
    partner_ca_file: str | None = None
    partner_public_keys: dict[str, Any] | None = None
    """The JWK set that verifies the partner's reports; needed with `partner_url`."""

    kvk_signals_every_s: float = Field(default=300.0, ge=0)
    """Seconds between two readings of the register's mutation signals; 0: they are not read."""

    @property
    def token_url(self) -> str:
        """The audience that machine clients name in their assertions."""
        return f"{self.public_url}/v1/tokens"
