"""Settings of billing; each is an environment variable of the same name in capitals."""

from typing import Any

from pydantic import Field

from chassis.settings import ChassisSettings


class Settings(ChassisSettings):
    """Whose prices, and the key of quotations."""

    profile: str = "zlogin"
    quote_signing_key: dict[str, Any] = Field(repr=False)
    """The private Ed25519 key (JWK with a kid) that signs quotations."""

    offer_vat_percent: int = Field(default=21, ge=0, le=100)
    """VAT of what goes by offer, where the price list has no line."""
