"""The second factor of a person: kept with the account, shown by every credential (ID-184, S16)."""

from dataclasses import replace

from contracts.identity import SecondFactor
from services.identity.domain.credentials import is_open
from services.identity.domain.people import Account, with_factor
from services.identity.store.collections import ACCOUNTS, PERSONS
from services.identity.store.store import Store


class FactorStore:
    """The second factor, for one message."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def change(self, account: Account, factor: SecondFactor) -> Account:
        """Save another factor, or another of the same kind: what was opened with the former one ends (S16, SP-121).

        Sessions end here; logins and codes of recovery that are open count no more, since the account has changed.
        """
        store, after = self._store, with_factor(account, factor)
        await store.work.put(ACCOUNTS, after)
        person = await store.find(PERSONS, account.person_id)
        for held in await store.held_by(person):
            if is_open(held) and held.second_factor is not factor:
                await store.save(replace(held, second_factor=factor), None)
        await store.end_sessions_of(account.person_id)
        return after
