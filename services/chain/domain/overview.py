"""What the overview shows: its tabs, and who sees which rows (CH-78 to CH-82, CH-90)."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from contracts.actor import Actor
from contracts.chain import ChainStatus, Tab
from contracts.identity import OrganisationState
from contracts.values import Role, add_months
from services.chain.domain.authorization import RUNNING, folded

WAITING = (
    ChainStatus.SENT,
    ChainStatus.RECEIVED,
    ChainStatus.INCOMPLETE,
    ChainStatus.FAULT,
    ChainStatus.DECLINED,
)
"""The statuses of 'Wachtend op afhandeling'; a declined request stays visible there (SP-63)."""

_STATUSES = {Tab.ACTIVE: RUNNING, Tab.PENDING: WAITING, Tab.EXPIRED: (ChainStatus.EXPIRED,)}


def tab_filter(tab: Tab, today: date, warn_months: int) -> dict[str, Any]:
    """Return what the rows of a tab have in common; removed ones are on none (SP-97)."""
    if tab is Tab.ACTIONS:
        last = last_end_within(today, warn_months).isoformat()
        return {"status": ChainStatus.ACTIVE, "period.end": {"$lte": last}}
    return {"status": {"$in": list(_STATUSES[tab])}}


def last_end_within(today: date, months: int) -> date:
    """Return the last end day whose last months have begun today (SP-02: ends of months are clamped)."""
    end = add_months(today, months)
    while add_months(end + timedelta(days=1), -months) <= today:
        end += timedelta(days=1)
    return end


def visible_to(actor: Actor) -> dict[str, Any]:
    """Return what an actor may see: an administrator all of the organisation, a user what is linked to them."""
    own: dict[str, UUID | None] = {"intermediary_id": actor.organisation_id}
    return own if actor.role is Role.ADMINISTRATOR else {**own, "person_ids": actor.person_id}


def matching(text: str, digest: str) -> dict[str, Any]:
    """Return what a search finds: a part of what is readable, or a whole fiscal number, by its digest (SP-118)."""
    return {"$or": [{"search": {"$regex": re.escape(folded(text))}}, {"fiscal_digest": digest}]}


def issued_by(organisation: OrganisationState, rsin_digest: str | None) -> dict[str, Any]:
    """Return what an organisation has given: it was named by the numbers that the trade register has of it (CH-86).

    The RSIN is found by its digest. What was only asked has no period yet.
    """
    given: dict[str, Any] = {"period": {"$ne": None}}
    by_kvk = {"relation.kvk_number": organisation.kvk_number}
    if rsin_digest is None:
        return given | by_kvk
    return given | {"$and": [{"$or": [by_kvk, {"fiscal_digest": rsin_digest}]}]}
