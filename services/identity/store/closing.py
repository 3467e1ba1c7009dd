"""Closing a credential, with all that hangs on it."""

from contracts.identity import CredentialEnded
from services.identity.domain.credentials import Credential
from services.identity.store.collections import ACTIVATIONS
from services.identity.store.issuing import Issuing
from services.identity.store.mutations import MutationStore
from services.identity.store.store import Store

ENDING, DOWNGRADE = "ending", "downgrade"
"""The timers of a credential."""


async def close_credential(store: Store, before: Credential, after: Credential) -> None:
    """Save a credential that has ended: nothing of it can be used, and nothing is under way for it (ST-12, SP-41)."""
    await MutationStore(store).cancel(before)
    await store.forget_letter(before)
    if before.activation_id is not None:
        await store.work.remove(ACTIVATIONS, before.activation_id)
    for timer in (ENDING, DOWNGRADE):
        store.work.unschedule(before.id, timer)
    await store.save(after, CredentialEnded)
    await Issuing(store).withdraw(after, was=before.status)
    await store.end_sessions(before.id)
