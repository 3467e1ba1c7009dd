"""Settings of the gateway."""

from ipaddress import IPv4Network, IPv6Network
from typing import Any

from pydantic import Field

from chassis.settings import ChassisSettings


class Settings(ChassisSettings):
    """What the gateway needs besides what every process needs; durations in seconds, sizes in bytes."""

    profile: str = "zlogin"
    public_url: str = "http://127.0.0.1:8080"
    token_public_keys: dict[str, Any] = Field(default_factory=lambda: {"keys": []})
    """The JWK set that access tokens are verified with; during a rotation it holds the old and the new key (S17)."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Who may say by X-Forwarded-For whom they speak for (S35); nobody by default."""

    metrics_networks: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    """Who may read /metrics, without a proxy between; empty: nobody (S36)."""

    query_limit_s: float = 2.0
    patient_limit_s: float = 120.0
    """The same for what writes a file: 100,000 users take some ten seconds."""

    command_limit_s: float = 2.5
    applied_limit_s: float = 2.5
    """How long to wait until decisions know what a command took away."""

    republish_after_s: float = 5.0
    body_limit: int = 1024 * 1024
    upload_limit: int = 5 * 1024 * 1024
    upload_files_a_day: int = 200
    """Of one person; visitors of one network together ten times as many."""

    upload_bytes_a_day: int = 500 * 1024 * 1024
    redraw_limit_s: float = 30.0
    """How long the copy of an upload that is shown may take to draw, and below it how many are drawn at a time."""

    redraw_at_once: int = Field(default=2, ge=1)
    scan_address: str | None = Field(default=None, pattern=r"^[^\s:/]+:\d{1,5}$")
    """`host:port` of a clamd that looks at each upload; None: nothing is scanned."""

    scan_limit_s: float = 20.0
    json_depth: int = 32
    rate_address: float = 100.0
    """Requests a second from one address; four times as many at once."""

    rate_principal: float = 50.0
    """The same for a person, employee or visitor's device."""

    rate_organisation: float = 200.0
    """The same for all persons of an organisation, and for a machine client."""

    rate_lookup: float = Field(default=0.5, ge=0.25)
    """Look-ups in the trade register a second of one address without a session."""
