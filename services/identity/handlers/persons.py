"""How what was said of a person under seal is kept: each encrypted for its place (S37)."""

from typing import TypedDict
from uuid import UUID

from contracts.values import Level
from services.identity.domain.asked import PersonSecrets
from services.identity.domain.credentials import IDENTIFIED_FROM
from services.identity.tools import Tools


class Encrypted(TypedDict):
    """The fields of a person that nobody reads without the key; None: nothing was said."""

    mobile: str | None
    phone: str | None
    identification_address: str | None


def encrypted(tools: Tools, person_id: UUID, secrets: PersonSecrets, level: Level) -> Encrypted:
    """Return them; an address only where somebody is identified there (ID-54, ID-56)."""

    def kept(name: str, text: str) -> str | None:
        return tools.fields.encrypt(text, f"persons:{person_id}:{name}") if text else None

    return Encrypted(
        mobile=kept("mobile", secrets.mobile),
        phone=kept("phone", secrets.phone),
        identification_address=kept("identification_address", secrets.address if level >= IDENTIFIED_FROM else ""),
    )
