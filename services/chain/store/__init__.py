"""What chain keeps, and what it knows of others' aggregates."""

from services.chain.store.copies import Copies
from services.chain.store.own import ACCESS, AUTHORIZATIONS, FILES, IMPORTS, REFUSED_ROWS, Store

__all__ = ["ACCESS", "AUTHORIZATIONS", "FILES", "IMPORTS", "REFUSED_ROWS", "Copies", "Store"]
