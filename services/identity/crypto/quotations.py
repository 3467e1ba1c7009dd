"""Quotations: signed compact tokens of billing, believed by their signature alone (SP-111)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from chassis.signed import SignedReader
from contracts.billing import Quotation

TYPE = "quotation+jwt"
_NO_QUOTATION = (ValidationError, ValueError, TypeError, KeyError, OverflowError)


class QuotationReader:
    """Reads quotations that were signed with a known key."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        self._reader = SignedReader(keys, TYPE, "QUOTE_PUBLIC_KEYS")

    def read(self, token: str) -> Quotation | None:
        """Return the quotation of a token; None when it is not one that billing signed."""
        claims = self._reader.claims(token)
        if claims is None:
            return None
        try:
            quotation = Quotation.model_validate(claims["quotation"])
            ends = datetime.fromtimestamp(claims["exp"], UTC)
        except _NO_QUOTATION:
            return None
        return quotation.model_copy(update={"expires_at": min(ends, quotation.expires_at)})
