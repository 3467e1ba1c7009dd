"""The rule that an organisation with open credentials has an active administrator (ID-158, SP-25 to SP-27)."""

from collections.abc import Iterable
from datetime import date

from contracts.identity import IdentityRefusal
from contracts.message import Refusal
from contracts.values import Role
from services.identity.domain.credentials import IN_USE, MODULE_LEVEL, Credential, is_open

LAST_ADMINISTRATOR = Refusal(code=IdentityRefusal.LAST_ADMINISTRATOR)


def administers(credential: Credential) -> bool:
    """Say whether a credential counts as administrator: in use, and of a level that reaches the module (SP-26, ID-19).

    One that waits for activation does not count.
    """
    is_one = credential.role is Role.ADMINISTRATOR and credential.level >= MODULE_LEVEL
    return is_one and credential.status in IN_USE


def leaves_none(after: Iterable[Credential], last: date = date.min) -> bool:
    """Say whether after a day credentials would be open without an active administrator who stays (SP-25).

    One whose ending is scheduled does not stay; what ends by that day itself is not left alone.
    """
    left = [credential for credential in after if is_open(credential) and (credential.ends_on or date.max) > last]
    return bool(left) and not any(administers(one) and one.ends_on is None for one in left)


def changed_one(all_open: Iterable[Credential], after: Credential) -> list[Credential]:
    """Return the credentials of an organisation with one of them as it would be."""
    return [after if held.id == after.id else held for held in all_open]
