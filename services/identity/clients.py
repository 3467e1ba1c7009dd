"""The outside world of identity, as the settings choose it: the trade register and the identification partner."""

from services.identity.partner import ByHand, HttpPartner, Partner
from services.identity.register import CompanyRegister, EmbeddedRegister, HttpRegister
from services.identity.register.http import BASE_URL
from services.identity.settings import Settings


def register_of(settings: Settings) -> CompanyRegister:
    """Return the register of the KVK where there is a key for it, else the embedded one."""
    if settings.kvk_api_key is None:
        return EmbeddedRegister.load()
    url = settings.kvk_url or BASE_URL
    return HttpRegister.open(settings.kvk_api_key, base_url=url, ca_file=settings.kvk_ca_file)


def partner_of(settings: Settings) -> Partner:
    """Return the partner that identifies people where there is an address for it, else the back office."""
    if settings.partner_url is None:
        return ByHand()
    if settings.partner_api_key is None or settings.partner_public_keys is None:
        raise ValueError("PARTNER_URL needs PARTNER_API_KEY and PARTNER_PUBLIC_KEYS")
    return HttpPartner(settings.partner_url, settings.partner_api_key, ca_file=settings.partner_ca_file)
