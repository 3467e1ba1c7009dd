"""What notifications keeps: deliveries and their contents, the message box, documents, and copies of others' facts."""

from services.notifications.store.changes import Store
from services.notifications.store.collections import (
    ATTEMPTS,
    BEGUN,
    CONTENTS,
    CREDENTIAL_INDEXES,
    CREDENTIALS,
    DELIVERIES,
    DOCUMENTS,
    NOTICES,
    ORGANISATIONS,
    PLANNED_DOCUMENTS,
    PROVIDER_INDEXES,
    PROVIDERS,
    WINDOWS,
    Document,
    delivery_state,
    document_state,
)
from services.notifications.store.copies import Copies
from services.notifications.store.queue import DocumentQueue
from services.notifications.store.vault import Vault

__all__ = [
    "ATTEMPTS", "BEGUN", "CONTENTS", "CREDENTIALS", "CREDENTIAL_INDEXES", "DELIVERIES", "DOCUMENTS", "NOTICES",
    "ORGANISATIONS", "PLANNED_DOCUMENTS", "PROVIDERS", "PROVIDER_INDEXES", "WINDOWS", "Copies", "Document",
    "DocumentQueue", "Store", "Vault", "delivery_state", "document_state",
]  # fmt: skip
