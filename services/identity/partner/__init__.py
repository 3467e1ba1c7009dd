"""The partner that identifies people in person (AMP Groep): a port, its adapter over HTTP, and entering by hand."""

from services.identity.partner.by_hand import ByHand
from services.identity.partner.http import HttpPartner
from services.identity.partner.port import Order, Partner, PartnerRefusedError, PartnerUnavailableError

__all__ = ["ByHand", "HttpPartner", "Order", "Partner", "PartnerRefusedError", "PartnerUnavailableError"]
