"""The export of users: the profile's columns, in its order (GW-09, GW-10, CF-14, SP-121)."""

from collections.abc import Mapping
from typing import Final

from contracts.identity import CredentialStatus, CredentialView, SecondFactor
from contracts.values import Language, Localized, Role
from profiles.presentation import Column, UserColumn

SHEET: Final = Localized(nl="Gebruikers", en="Users")
ROLES: Final[Mapping[Role, Localized]] = {
    Role.ADMINISTRATOR: Localized(nl="Beheerder", en="Administrator"),
    Role.USER: Localized(nl="Gebruiker", en="User"),
}
_ACTIVE = Localized(nl="Actief", en="Active")
STATUSES: Final[Mapping[CredentialStatus, Localized]] = {
    CredentialStatus.WAITING_APPROVAL: Localized(nl="Wachten op goedkeuring", en="Waiting for approval"),
    CredentialStatus.WAITING_ACTIVATION: Localized(nl="Wachten op activatie", en="Waiting for activation"),
    CredentialStatus.ACTIVATION_EXPIRED: Localized(nl="Activatie verlopen", en="Activation expired"),
    CredentialStatus.ACTIVE: _ACTIVE,
    CredentialStatus.ENDING_SCHEDULED: _ACTIVE,
}
"""A scheduled ending is shown as active until its day (SM 1)."""


def export_row(
    row: CredentialView, mobile: str | None, columns: tuple[Column, ...], language: Language
) -> tuple[str, ...]:
    """Return the cells of a user; `mobile` is the number in clear, for a second factor by SMS."""
    cells = {
        UserColumn.ID: str(row.person_id),
        UserColumn.NAME: row.name,
        UserColumn.EMAIL: row.email,
        UserColumn.ROLE: ROLES[row.role].in_(language),
        UserColumn.STATUS: STATUSES[row.status].in_(language),
        UserColumn.ACTIVATION_DEADLINE: row.activate_by.isoformat() if row.activate_by else "",
        UserColumn.LEVEL: row.level.value,
        UserColumn.SECOND_FACTOR: _factor(row, mobile),
    }
    return tuple(cells[column.key] for column in columns)


def _factor(row: CredentialView, mobile: str | None) -> str:
    """Return 'OTP' or the number that codes go to; nothing where there is no second factor (SP-121)."""
    match row.second_factor:
        case SecondFactor.OTP:
            return "OTP"
        case SecondFactor.SMS:
            return mobile or "SMS"
        case None:
            return ""
