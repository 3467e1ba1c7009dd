"""Documents of identity."""

from services.identity.store.collections import (
    ACCOUNTS,
    ACTIVATIONS,
    ADDITIONS,
    APPLICATIONS,
    ATTEMPTS,
    AUTHENTICATORS,
    CLIENTS,
    COLLECTIONS,
    CREDENTIALS,
    FORMS,
    HISTORY,
    LETTERS,
    LOGINS,
    ORGANISATIONS,
    PERSONS,
    SESSIONS,
    SIGNALS_READ,
    USED_ASSERTIONS,
)
from services.identity.store.organisations import OrganisationStore
from services.identity.store.reads import Reads
from services.identity.store.store import Store

__all__ = [
    "ACCOUNTS",
    "ACTIVATIONS",
    "ADDITIONS",
    "APPLICATIONS",
    "ATTEMPTS",
    "AUTHENTICATORS",
    "CLIENTS",
    "COLLECTIONS",
    "CREDENTIALS",
    "FORMS",
    "HISTORY",
    "LETTERS",
    "LOGINS",
    "ORGANISATIONS",
    "PERSONS",
    "SESSIONS",
    "SIGNALS_READ",
    "USED_ASSERTIONS",
    "OrganisationStore",
    "Reads",
    "Store",
]
