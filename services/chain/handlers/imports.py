"""Taking a workbook over: read outside the transaction, one command to oneself for each row (CH.3)."""

from uuid import UUID

from chassis.work import Work
from contracts.actor import ActorKind
from contracts.chain import ChainRefusal, Imported, ImportRelations, RequestImported
from contracts.message import Refusal
from services.chain.clients import WorkbookReader
from services.chain.domain.authorization import number_of
from services.chain.domain.imports import Import, Plan, decide_import
from services.chain.domain.rows import Parsed, with_names
from services.chain.domain.standing import refused
from services.chain.facts import Facts
from services.chain.quotations import QuotationReader
from services.chain.store import Store


class ImportHandlers:
    """The command that imports."""

    def __init__(self, facts: Facts, reader: WorkbookReader, quotations: QuotationReader) -> None:
        self._facts = facts
        self._reader = reader
        self._quotations = quotations

    async def read(self, command: ImportRelations, message_id: UUID) -> Parsed:
        """Read the workbook: the part that is done before the transaction."""
        del message_id  # reading twice does no harm
        parsed = await self._reader.read(command.blob)
        known = await self._facts.copies.names_by_kvk(parsed.kvk_numbers)
        return with_names(parsed, {**known, **command.names})

    async def import_relations(self, command: ImportRelations, work: Work, parsed: Parsed) -> Imported | Refusal:
        """Take the rows over; each becomes a request of its own (CH-39)."""
        store, actor = Store(work), command.actor
        facts = await self._facts.for_terms(actor, command.terms, store)
        quotation = self._quotations.read(command.terms.quotation)
        numbers = {row.row: number_of(row.relation.kvk_number, None) for row in parsed.rows}
        pending = await store.pending_of(actor.organisation_id, numbers) if actor.organisation_id else {}
        plan = decide_import(command, parsed, quotation, pending, facts=facts, now=work.now)
        if isinstance(plan, Refusal):
            return plan
        assert quotation is not None, "decide_import has judged it"
        assert actor.organisation_id is not None, "decide_import has judged who asks"
        terms = command.terms.model_copy(update={"quotation": ""})
        import_ = Import(work.new_id(), actor.organisation_id, len(plan.rows), quotation.id, work.now, terms)
        if not await store.use_quotation(quotation.id, import_.id):
            return refused(ChainRefusal.QUOTATION_USED)
        await store.save_import(import_)
        _ask_each(command, import_, plan, work)
        return Imported(import_id=import_.id, requests=len(plan.rows), faults=plan.faults)


def _ask_each(command: ImportRelations, import_: Import, plan: Plan, work: Work) -> None:
    """Send one command a row; the terms stay here, with the import, since they may name many users and services."""
    actor = command.actor.model_copy(update={"kind": ActorKind.SYSTEM})
    for row in plan.rows:
        work.send(RequestImported(actor=actor, import_id=import_.id, row=row))
