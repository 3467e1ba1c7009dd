"""Documents of identity."""

from services.identity.store.collections import (
    ACCOUNTS,
    ACTIVATIONS,
    APPLICATIONS,
    ATTEMPTS,
    AUTHENTICATORS,
    CLIENTS,
    COLLECTIONS,
    CREDENTIALS,
    DEVICES,
    HISTORY,
    LETTERS,
    LINKS,
    LOGINS,
    ORGANISATIONS,
    PERSONS,
    RECOVERIES,
    SESSIONS,
    SMS_COUNTS,
    USED_ASSERTIONS,
)
from services.identity.store.reads import Reads
from services.identity.store.store import Store

__all__ = [
    "ACCOUNTS",
    "ACTIVATIONS",
    "APPLICATIONS",
    "ATTEMPTS",
    "AUTHENTICATORS",
    "CLIENTS",
    "COLLECTIONS",
    "CREDENTIALS",
    "DEVICES",
    "HISTORY",
    "LETTERS",
    "LINKS",
    "LOGINS",
    "ORGANISATIONS",
    "PERSONS",
    "RECOVERIES",
    "SESSIONS",
    "SMS_COUNTS",
    "USED_ASSERTIONS",
    "Reads",
    "Store",
]
