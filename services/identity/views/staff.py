"""Answers about the employees of the back office (SP-128)."""

from datetime import datetime
from typing import Final

from chassis.mongo import Document
from chassis.paging import CursorError, decode, encode
from contracts.identity import ListStaff, StaffMemberView, StaffPage
from contracts.message import Refusal
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.people import Account, Person
from services.identity.domain.staff import OVERSEERS
from services.identity.store import ACCOUNTS, PERSONS, Reads

_EMPLOYED: Final[Document] = {"$or": [{roles: {"$gt": ""}} for roles in ("staff_roles", "asked_roles")]}


class StaffViews:
    """One method per query."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def staff(self, query: ListStaff, now: datetime) -> StaffPage | Refusal:
        """List who works in the back office, by user name, which only one has."""
        del now
        if not is_staff(query.actor, OVERSEERS):
            return NOT_ALLOWED
        try:
            key = decode(query.cursor)
        except CursorError:
            return UNKNOWN
        filters = {**_EMPLOYED, "user_name": {"$gt": key[0]}} if key else _EMPLOYED
        found = await self._reads.many(ACCOUNTS, filters, [("user_name", 1)], query.limit + 1)
        accounts = found[: query.limit]
        people = await self._reads.by_ids(PERSONS, [account.person_id for account in accounts])
        return StaffPage(
            rows=tuple(_view(account, people[account.person_id]) for account in accounts),
            next=encode(accounts[-1].user_name) if len(found) > query.limit else None,
        )


def _view(account: Account, person: Person) -> StaffMemberView:
    return StaffMemberView(
        person_id=person.id, user_name=account.user_name, name=person.name, email=person.email,
        staff_roles=tuple(sorted(account.staff_roles or account.asked_roles)), awaits_second=bool(account.asked_roles),
    )  # fmt: skip
