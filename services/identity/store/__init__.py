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
    DOCUMENT_LOOKS,
    HISTORY,
    IDENTIFICATIONS,
    IDENTITY_DOCUMENTS,
    LETTERS,
    LOGINS,
    MUTATIONS,
    ORGANISATIONS,
    PERSONS,
    SESSIONS,
    USED_ASSERTIONS,
)
from services.identity.store.issuing import Issuing
from services.identity.store.mutations import MutationStore
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
    "DOCUMENT_LOOKS",
    "HISTORY",
    "IDENTIFICATIONS",
    "IDENTITY_DOCUMENTS",
    "LETTERS",
    "LOGINS",
    "MUTATIONS",
    "ORGANISATIONS",
    "PERSONS",
    "SESSIONS",
    "USED_ASSERTIONS",
    "Issuing",
    "MutationStore",
    "Reads",
    "Store",
]
