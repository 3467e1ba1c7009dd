"""The one Belastingdienst credential of a KvK number: taken, given back, taken along to another number (ID-137)."""

from uuid import UUID

from services.identity.domain.credentials import Credential
from services.identity.domain.mutations import Mutation
from services.identity.store.claims import BELASTINGDIENST
from services.identity.store.collections import APPLICATIONS, ORGANISATIONS
from services.identity.store.store import Store


class BelastingdienstPlace:
    """The place of that credential, over the documents of one message."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._work = store.work

    async def take_at(self, organisation_id: UUID, credential_id: UUID) -> bool:
        """Take the place at a customer; False when it is taken.

        The organisation is saved with it, so that a change of its number at the same moment conflicts.
        """
        organisation = await self._work.get(ORGANISATIONS, organisation_id)
        assert organisation is not None, "asked of a customer"
        await self._store.touch(organisation_id)
        return await self._work.reserve(BELASTINGDIENST, organisation.kvk_number, credential_id)

    async def free(self, credential: Credential) -> None:
        """Give the place back; of a credential that does not have it nothing happens (ID-145)."""
        organisation = await self._work.get(ORGANISATIONS, credential.organisation_id)
        application = await self._work.get(APPLICATIONS, credential.application_id)
        known = organisation or application
        if known is not None:
            await self._work.release(BELASTINGDIENST, known.kvk_number, credential.id)

    async def free_by(self, mutation: Mutation, credential: Credential) -> None:
        """Give the place back that was taken for a conversion which does not take place."""
        if mutation.to_belastingdienst:
            await self.free(credential)

    async def move(self, before: str, after: str) -> None:
        """Take the place along to another number, which is nobody else's (ID-170)."""
        owner = await self._work.owner(BELASTINGDIENST, before)
        if owner is not None:
            await self._work.release(BELASTINGDIENST, before, owner)
            moved = await self._work.reserve(BELASTINGDIENST, after, owner)
            assert moved, "a number without a customer has no Belastingdienst credential"
