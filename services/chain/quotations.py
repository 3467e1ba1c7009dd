"""Quotations: signed compact tokens of billing, believed by their signature alone (SP-111)."""

from collections.abc import Mapping
from typing import Any

from chassis.signed import SignedReader, SignedValues
from contracts.billing import SIGNED_QUOTATION, Quotation


class QuotationReader(SignedValues[Quotation]):
    """Reads quotations that were signed with a known key."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        super().__init__(SignedReader(keys, SIGNED_QUOTATION, "QUOTE_PUBLIC_KEYS"), "quotation", Quotation)
