"""Settings of chain; each is an environment variable of the same name in capitals."""

from typing import Any

from pydantic import Field

from chassis.settings import ChassisSettings


class Settings(ChassisSettings):
    """What chain needs beside the chassis."""

    profile: str = "zlogin"
    """The supplier profile."""

    public_url: str = "http://127.0.0.1:8080"
    """Where people reach the module; personal links begin with it."""

    invitation_key: str = Field(default="", repr=False)
    """Base64 of at least 32 bytes: the key of the personal links' tokens; without it the process does not start."""

    quote_public_keys: dict[str, Any] = Field(default_factory=lambda: {"keys": []}, repr=False)
    """A JWK set: the public Ed25519 keys of billing, which signs quotations."""
