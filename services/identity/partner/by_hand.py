"""No partner: the back office sees to the identification, and enters the results (embedded default)."""

from typing import Final

from services.identity.partner.port import Order


class ByHand:
    """A Partner that orders nothing."""

    external: Final = False

    async def order(self, order: Order) -> str | None:
        """Leave it to the back office."""
        del order
        return None

    async def cancel(self, reference: str) -> None:
        """Nothing was ordered."""
