"""The contract period of a credential: 1 or 3 years from activation, then by the year (TI-14, SP-102, SP-103)."""

from datetime import date, timedelta

from contracts.values import add_years
from services.identity.domain.credentials import Credential

_DAY = timedelta(days=1)


def contract_end(credential: Credential, today: date) -> date | None:
    """Return the last day of the period that runs on a day; None while there is no contract (BI-25, SP-103)."""
    if credential.contract_from is None:
        return None
    years: int = credential.years or 1
    while (last := add_years(credential.contract_from, years) - _DAY) < today:
        years += 1
    return last
