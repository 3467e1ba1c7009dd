"""Asking relations: one, one of an import, and one again before the end (CH.2, CH-39, CH.10)."""

from uuid import UUID

from chassis.work import Work
from contracts.billing import Quotation
from contracts.chain import ChainRefusal, RequestChainAuthorization, Requested, RequestImported, RequestRenewal
from contracts.message import Refusal
from services.chain.domain.authorization import Changed, number_of
from services.chain.domain.imports import refused_row
from services.chain.domain.requesting import Asked, Ids, decide_request, decide_row, warnings_of
from services.chain.domain.running import decide_renewal
from services.chain.domain.scopes import CatalogueFacts
from services.chain.domain.standing import refuse_others, refused
from services.chain.facts import Facts
from services.chain.handlers.inviting import Inviting
from services.chain.invitations import token_hash
from services.chain.numbers import FiscalNumbers
from services.chain.quotations import QuotationReader
from services.chain.store import Store


class RequestHandlers:
    """The commands that make requests."""

    def __init__(self, facts: Facts, inviting: Inviting, quotations: QuotationReader, numbers: FiscalNumbers) -> None:
        self._facts = facts
        self._inviting = inviting
        self._quotations = quotations
        self._numbers = numbers

    async def request(self, command: RequestChainAuthorization, work: Work) -> Requested | Refusal:
        """Ask one relation (ST-46)."""
        store, terms = Store(work), command.terms
        quotation = self._quotations.read(terms.quotation)
        asked = Asked(command.relation.named, command.contact, command.reference, terms)
        ids = self._ids(work, self._numbers.opened(command.relation, work.id), quotation)
        number = number_of(command.relation.kvk_number, ids.number.digest if ids.number else None)
        facts = await self._facts.for_relation(command.actor, terms, number, store)
        outcome = decide_request(asked, command.actor, quotation, ids, facts=facts, now=work.now)
        outcome = await _paid(store, outcome, quotation)
        return await self._save(store, outcome, facts.catalogue, warnings_of(terms))

    async def request_imported(self, command: RequestImported, work: Work) -> Requested | Refusal:
        """Ask the relation of one row of an import, whose quotation covers it (CH-39)."""
        store, row = Store(work), command.row
        if (refusal := refuse_others(command.actor)) is not None:
            return refusal
        taken = await store.import_(command.import_id)
        if taken is None or taken.organisation_id != command.actor.organisation_id:
            return refused(ChainRefusal.UNKNOWN)
        number = number_of(row.relation.kvk_number, None)  # an import names none by fiscal number (SP-73)
        facts = await self._facts.for_relation(command.actor, taken.terms, number, store)
        asked = Asked(row.relation.named, row.contact, row.reference, taken.terms)
        outcome = decide_row(asked, self._ids(work, None, import_id=taken.id), facts=facts, now=work.now)
        if isinstance(outcome, Refusal):
            await store.save_refused_row(refused_row(taken.id, row.row, outcome))
        return await self._save(store, outcome, facts.catalogue, warnings_of(taken.terms))

    async def renew(self, command: RequestRenewal, work: Work) -> Requested | Refusal:
        """Ask the relation again; the present one stays usable (ST-59)."""
        store = Store(work)
        found = await self._facts.managed(command, store)
        if isinstance(found, Refusal):
            return found
        facts = await self._facts.for_renewal(command.actor, found, store)
        quotation = self._quotations.read(command.quotation)
        ids = self._ids(work, self._numbers.text(found), quotation)
        outcome = decide_renewal(found, command.contact, command.language, ids, quotation, facts=facts, now=work.now)
        if isinstance(outcome, Refusal):
            return outcome
        asked, former = outcome
        paid = await _paid(store, asked, quotation)
        if isinstance(paid, Changed):
            await store.save(former)
        return await self._save(store, paid, await self._facts.copies.catalogue(found.scope))

    def _ids(
        self, work: Work, fiscal_number: str | None, quotation: Quotation | None = None, import_id: UUID | None = None
    ) -> Ids:
        id_ = work.new_id()
        hashed = token_hash(self._inviting.invitations.token(id_))
        number = self._numbers.kept(fiscal_number, id_)
        return Ids(id_, hashed, quotation.id if quotation else None, import_id, number)

    async def _save(
        self, store: Store, outcome: Changed | Refusal, catalogue: CatalogueFacts, warnings: tuple[str, ...] = ()
    ) -> Requested | Refusal:
        """Save a request and invite its relation."""
        if isinstance(outcome, Refusal):
            return outcome
        await store.save(outcome)
        self._inviting.send(store.work, outcome.after, catalogue)
        return Requested(chain_authorization_id=outcome.after.id, warnings=warnings)


async def _paid(store: Store, outcome: Changed | Refusal, quotation: Quotation | None) -> Changed | Refusal:
    """Take the quotation for the request, once (SP-111)."""
    if isinstance(outcome, Refusal) or quotation is None:
        return outcome
    taken = await store.use_quotation(quotation.id, outcome.after.id)
    return outcome if taken else refused(ChainRefusal.QUOTATION_USED)
