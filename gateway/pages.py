"""Pages of the module that people copy the link of: by a closed list, so that no login leads elsewhere (GW-22, S32)."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from contracts.identity import Destination
from contracts.values import Language
from profiles.model import Profile

CHAIN: Final = "/module/ketenmachtigingen"
RESOURCES: Final[Mapping[Destination, str]] = {
    Destination.ISSUED_CHAIN_AUTHORIZATIONS: "/v1/issued-chain-authorizations",
}
"""What a page shows."""


def link_of(destination: Destination, profile: Profile) -> str:
    """Return the link of a page, in the words of the supplier (CH-86, CF-48)."""
    match destination:
        case Destination.ISSUED_CHAIN_AUTHORIZATIONS:
            return f"{CHAIN}/{profile.texts.chain_issued_heading.in_(Language.NL)}"


def page_at(link: str, profile: Profile) -> Destination | None:
    """Return the page that a link leads to; None when the supplier has no such page."""
    return next((page for page in Destination if link_of(page, profile) == link), None)


def login_link(destination: Destination, profile: Profile) -> str:
    """Return the link of the supplier's login page, which is told where to go on to."""
    return f"{profile.login.base_url}?{urlencode({'destination': destination})}"
