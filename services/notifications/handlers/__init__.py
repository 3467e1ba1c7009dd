"""What notifications does with each message, by subject."""

from services.notifications.handlers.box import BoxHandlers
from services.notifications.handlers.changes import ChangeMails
from services.notifications.handlers.delivering import DeliveringHandlers
from services.notifications.handlers.documents import DocumentHandlers
from services.notifications.handlers.rendering import Agreements, DocumentWorker
from services.notifications.handlers.sending import SendingHandlers

__all__ = [
    "Agreements",
    "BoxHandlers",
    "ChangeMails",
    "DeliveringHandlers",
    "DocumentHandlers",
    "DocumentWorker",
    "SendingHandlers",
]
