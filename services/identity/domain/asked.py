"""What is asked for one person, by an administrator's request and a first application alike (ID-41 to ID-60, ST-01)."""

import re
from dataclasses import dataclass
from datetime import date

from contracts.identity import IdentityDocumentEntry, IdentityRefusal, PersonName, SecondFactor
from contracts.message import Refusal
from contracts.values import Level, Role
from profiles.model import Profile
from services.identity.domain.credentials import IDENTIFIED_FROM
from services.identity.domain.documents import IdentityDocument, document_refusal

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PersonSecrets:
    """What is said of a person under seal, in clear; empty: nothing."""

    mobile: str
    phone: str
    address: str
    """Where the person is identified."""

    number: str
    """Of the identity document."""


@dataclass(frozen=True, slots=True)
class AskedCredential:
    """A credential that is asked for a person."""

    level: Level
    role: Role
    second_factor: SecondFactor | None
    birth_date: date
    document: IdentityDocumentEntry | None
    secrets: PersonSecrets


def asked_refusal(asked: AskedCredential, prefixes: tuple[str, ...], profile: Profile, today: date) -> Refusal | None:
    """Refuse what nobody may ask for, and what lacks something; `prefixes` are those of numbers that get codes."""
    return (
        _level(asked, profile)
        or birth_date_refusal(asked.birth_date, today)
        or _factor(asked, prefixes, profile)
        or document_refusal(asked.document, asked.level, asked.role, profile, today)
        or _address(asked)
    )


def birth_date_refusal(birth_date: date | None, today: date) -> Refusal | None:
    """Refuse somebody who is not born yet."""
    unborn = birth_date is not None and birth_date > today
    return Refusal(code=IdentityRefusal.BIRTH_DATE_IN_FUTURE) if unborn else None


def _level(asked: AskedCredential, profile: Profile) -> Refusal | None:
    if level_fits(asked.level, asked.role, profile):
        return None
    return Refusal(code=IdentityRefusal.LEVEL_NOT_OFFERED, details={"level": asked.level, "role": asked.role})


def level_fits(level: Level, role: Role, profile: Profile) -> bool:
    """Say whether the supplier offers a level for a role (ID-20, ID-35, SP-13)."""
    if level not in profile.levels.offered or (level is Level.EH4 and not profile.levels.eh4_self_service):
        return False
    return role is Role.USER or level >= profile.roles.administrator_min_level


def _factor(asked: AskedCredential, prefixes: tuple[str, ...], profile: Profile) -> Refusal | None:
    """Refuse a missing second factor, or SMS without a number that gets codes (ID-58, ID-59, ID-60, S8)."""
    if asked.level < profile.second_factor.min_level:
        factor = SecondFactor.OTP
    elif asked.second_factor is None:
        return Refusal(code=IdentityRefusal.SECOND_FACTOR_MISSING)
    else:
        factor = asked.second_factor
    if not mobile_fits(factor, asked.secrets.mobile, prefixes):
        return Refusal(code=IdentityRefusal.INVALID_MOBILE)
    if not mobile_fits(SecondFactor.OTP, asked.secrets.phone, prefixes):
        return Refusal(code=IdentityRefusal.INVALID_MOBILE, details={"field": "phone"})
    return None


def mobile_fits(factor: SecondFactor, mobile: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether a number is in E.164 form, and for SMS of a country that gets codes (ID-59, S8)."""
    if factor is SecondFactor.SMS and not mobile.startswith(prefixes):
        return False
    return not mobile or _E164.fullmatch(mobile) is not None


def factor_of(level: Level, chosen: SecondFactor | None, profile: Profile) -> SecondFactor | None:
    """Return the second factor that counts: none below the profile's level, whatever was given (ID-60)."""
    return chosen if level >= profile.second_factor.min_level else None


def _address(asked: AskedCredential) -> Refusal | None:
    """Refuse EH3 and up without an address where the person is identified (ID-54, SP-13)."""
    if asked.level >= IDENTIFIED_FROM and not asked.secrets.address:
        return Refusal(code=IdentityRefusal.ADDRESS_MISSING)
    return None


def marks_of(
    name: PersonName,
    birth_date: date | None,
    email: str,
    document: IdentityDocumentEntry | IdentityDocument | None,
    number: str,
) -> tuple[str, ...]:
    """Return what makes two persons the same: name, birth date and e-mail, or after it a document's number (SP-19)."""
    by_name = f"name:{letters(name.full)}:{birth_date}:{email.casefold()}"
    if document is None:
        return (by_name,)
    return by_name, f"document:{document.type}:{document.issuing_country}:{letters(number)}"


def letters(text: str) -> str:
    """Return the letters and digits of a text, without capitals: by them names are compared."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
