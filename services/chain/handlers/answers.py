"""The relation's answer, the back office's judgement, and what notifications reports (CH.7)."""

from uuid import UUID

from chassis.blobs import BlobMissingError, BlobStore
from chassis.sealed import Sealer, SealError
from chassis.work import Work
from contracts.chain import ApproveAgreement, ChainRefusal, DeclineInvitation, MarkIncomplete, ReturnAgreement
from contracts.message import Done, Refusal
from contracts.notifications import DeliveryFailed, DocumentMade, Purpose
from services.chain.domain.answers import (
    decide_approval,
    decide_decline,
    decide_document,
    decide_failed,
    decide_incomplete,
    decide_renewed,
    decide_return,
)
from services.chain.domain.authorization import ChainAuthorization, Changed
from services.chain.domain.standing import refuse_staff, refuse_stale, refused
from services.chain.facts import Facts
from services.chain.invitations import token_hash
from services.chain.numbers import FiscalNumbers
from services.chain.store import Store


class AnswerHandlers:
    """The commands and events about answers."""

    def __init__(self, facts: Facts, sealer: Sealer, blobs: BlobStore, numbers: FiscalNumbers) -> None:
        self._rules = facts.profile.chain
        self._copies = facts.copies
        self._sealer = sealer
        self._blobs = blobs
        self._numbers = numbers

    async def keep_agreement(self, command: ReturnAgreement, message_id: UUID) -> bool:
        """Keep the file for good, before the transaction; False when it is not there whole."""
        del message_id  # claiming twice does no harm
        try:
            async for _ in self._blobs.stream(command.agreement):
                pass
        except BlobMissingError:
            return False
        await self._blobs.claim(command.agreement)
        return True

    async def return_agreement(self, command: ReturnAgreement, work: Work, kept: bool) -> Done | Refusal:  # noqa: FBT001
        """Take the signed agreement in (ST-48)."""
        store = Store(work)
        if not kept:
            return refused(ChainRefusal.AGREEMENT_NOT_READY)
        found = await store.authorization(command.chain_authorization_id)
        return await _save(store, decide_return(found, self._hash(command, work), command.agreement, work.now))

    async def decline(self, command: DeclineInvitation, work: Work) -> Done | Refusal:
        """Let the relation decline (SP-63)."""
        store = Store(work)
        found = await store.authorization(command.chain_authorization_id)
        return await _save(store, decide_decline(found, self._hash(command, work), work.now))

    async def mark_incomplete(self, command: MarkIncomplete, work: Work) -> Done | Refusal:
        """Find the agreement incomplete (ST-51)."""
        store = Store(work)
        if (refusal := await _refuse_judge(command, store)) is not None:
            return refusal
        found = await store.authorization(command.chain_authorization_id)
        return await _save(store, decide_incomplete(found, command.reason, self._rules, work.now))

    async def approve(self, command: ApproveAgreement, work: Work) -> Done | Refusal:
        """Accept the agreement: it is active, or goes on where it was a renewal (ST-53, ST-60).

        Not while the company of one of both has ended according to the trade register.
        """
        store = Store(work)
        if (refusal := await _refuse_judge(command, store)) is not None:
            return refusal
        found = await store.authorization(command.chain_authorization_id)
        if found is not None and await self._suspended(found):
            return refused(ChainRefusal.ORGANISATION_SUSPENDED)
        former = await store.authorization(found.renewal_of) if found and found.renewal_of else None
        if found is None or former is None:
            return await _save(store, decide_approval(found, self._rules, work.now))
        return await _save(store, decide_renewed(found, former, self._rules, work.now))

    async def on_delivery_failed(self, event: DeliveryFailed, work: Work) -> None:
        """Note that an invitation could not be delivered (ST-47, NO-21)."""
        store = Store(work)
        found = await store.authorization(event.state.subject_id)
        if event.state.purpose is Purpose.INVITATION and (change := decide_failed(found)) is not None:
            await store.save(change)

    async def on_document_made(self, event: DocumentMade, work: Work) -> None:
        """Keep the agreement to sign with its request (SP-63)."""
        store = Store(work)
        found = await store.authorization(event.state.subject_id)
        if event.state.purpose is Purpose.AGREEMENT and (change := decide_document(found, event.state.blob)):
            await store.save(change)

    async def _suspended(self, found: ChainAuthorization) -> bool:
        """Say whether the company of one of both has ended; a fiscal number is no part of any read."""
        if await self._copies.suspended(found.intermediary_id, found.relation.kvk_number):
            return True
        if found.fiscal_digest is None:
            return False
        return any(self._numbers.digest(rsin) == found.fiscal_digest for rsin in await self._copies.suspended_rsins())

    def _hash(self, command: ReturnAgreement | DeclineInvitation, work: Work) -> str:
        """Return the hash of the link's token; one that cannot be opened fits no request."""
        try:
            return token_hash(self._sealer.open(command.token, message_id=work.id, field="token"))
        except SealError:
            return ""


async def _refuse_judge(command: ApproveAgreement | MarkIncomplete, store: Store) -> Refusal | None:
    """Refuse who may not judge, and a judgement of a version that was changed meanwhile."""
    version = await store.version(command.chain_authorization_id)
    return refuse_staff(command.actor) or refuse_stale(version, command.seen_version)


async def _save(store: Store, outcome: Changed | tuple[Changed, ...] | Refusal) -> Done | Refusal:
    if isinstance(outcome, Refusal):
        return outcome
    for change in outcome if isinstance(outcome, tuple) else (outcome,):
        await store.save(change)
    return Done()
