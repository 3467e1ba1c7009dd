"""The rule that an organisation with open credentials has an active administrator (ID-158, SP-25 to SP-27)."""

from collections.abc import Iterable
from datetime import date

from contracts.identity import IdentityRefusal
from contracts.message import Refusal
from contracts.values import Role
from services.identity.domain.credentials import IN_USE, MODULE_LEVEL, Credential, is_open, lasting_level

LAST_ADMINISTRATOR = Refusal(code=IdentityRefusal.LAST_ADMINISTRATOR)


def administers(credential: Credential) -> bool:
    """Say whether a credential counts as administrator: in use, and of a level that reaches the module (SP-26, ID-19).

    One that waits for activation does not count.
    """
    is_one = credential.role is Role.ADMINISTRATOR and credential.level >= MODULE_LEVEL
    return is_one and credential.status in IN_USE


def stays_administrator(credential: Credential) -> bool:
    """Say whether a credential administers without an end in sight: neither ending nor too low a level (SP-25)."""
    return administers(credential) and credential.ends_on is None and lasting_level(credential) >= MODULE_LEVEL


def loses_last(before: Credential, after: Credential, all_open: Iterable[Credential], last: date = date.min) -> bool:
    """Say whether a change of a credential takes the last active administrator from others (ID-158, SP-25).

    After the day `last` something else would be open, and no administrator without an end in sight would stay.
    """
    rest = (after if held.id == after.id else held for held in all_open)
    left = [credential for credential in rest if is_open(credential) and (credential.ends_on or date.max) > last]
    return administers(before) and bool(left) and not any(map(stays_administrator, left))


def is_last_open(credential: Credential, all_open: Iterable[Credential]) -> bool:
    """Say whether nothing else is open (ID-159)."""
    return not any(is_open(held) for held in all_open if held.id != credential.id)
