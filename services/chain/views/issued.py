"""What an organisation has given to intermediaries, read by its own administrators (CH-86, SM 8)."""

from datetime import datetime
from typing import Final

from chassis.paging import CursorError, Order
from contracts.chain import (
    ChainRefusal,
    IssuedChainAuthorizationPage,
    IssuedChainAuthorizationView,
    ListIssuedChainAuthorizations,
    Origin,
)
from contracts.message import Refusal
from services.chain.domain.authorization import ChainAuthorization
from services.chain.domain.overview import issued_by
from services.chain.domain.standing import refuse_giver, refused
from services.chain.store import AUTHORIZATIONS
from services.chain.views.reading import Reading

_NEWEST_FIRST: Final = Order("sent_at", newest_first=True)


class IssuedViews:
    """Questions of givers."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def list_(
        self, query: ListIssuedChainAuthorizations, now: datetime
    ) -> IssuedChainAuthorizationPage | Refusal:
        """Return a part of what the actor's organisation has given, active and ended, newest first (S21)."""
        del now
        standing = await self._reading.standing(query.actor)
        if (refusal := refuse_giver(query.actor, standing)) is not None:
            return refusal
        assert standing.organisation is not None, "refuse_giver has seen it"
        rsin = standing.organisation.rsin
        given = issued_by(standing.organisation, None if rsin is None else self._reading.numbers.digest(rsin))
        try:
            rows, more = await self._reading.part(AUTHORIZATIONS, given, _NEWEST_FIRST, query.cursor, query.limit)
        except CursorError:
            return refused(ChainRefusal.UNKNOWN)
        return IssuedChainAuthorizationPage(rows=tuple(map(_view, rows)), next=more)


def _view(value: ChainAuthorization) -> IssuedChainAuthorizationView:
    assert value.period is not None, "what has none was not given"
    return IssuedChainAuthorizationView(
        chain_authorization_id=value.id, intermediary_kvk_number=value.intermediary_kvk_number,
        intermediary_name=value.intermediary_name, status=value.status, scope=value.scope, period=value.period,
        ends_on=value.ends_on, origin=Origin.REQUESTED,
    )  # fmt: skip
