"""Answers about changes: the queue of changes in treatment, one of them, the own one; what an ending leads to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.mongo import Document
from contracts.actor import Actor, ActorKind
from contracts.identity import (
    EndingChoice,
    EndingOptions,
    GetEndingOptions,
    GetMutation,
    GetOwnMutation,
    ListMutations,
    MutationDetail,
    MutationLineView,
    MutationPage,
    MutationStatus,
    MutationView,
)
from contracts.message import Refusal, SealedText
from contracts.values import Level, Role, local_date
from services.identity.domain.applications import Organisation
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.contracts import contract_end
from services.identity.domain.credentials import CLOSED, Credential, is_open
from services.identity.domain.identification import Identification
from services.identity.domain.mutations import Line, Mutation, lines_for, required_actions
from services.identity.domain.people import Person
from services.identity.domain.sessions import Reach
from services.identity.store import (
    CREDENTIALS,
    IDENTIFICATIONS,
    IDENTITY_DOCUMENTS,
    MUTATIONS,
    ORGANISATIONS,
    PERSONS,
    Reads,
)
from services.identity.tools import Tools
from services.identity.views.documents import document_view
from services.identity.views.organisations import administered


class MutationViews:
    """Changes in treatment, for the back office and for the holder."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._reads = tools.reads

    async def queue(self, query: ListMutations, now: datetime) -> MutationPage | Refusal:
        """List the changes that wait, oldest first: to the back office all, to an administrator the organisation's."""
        del now
        filters: Document = {"status": MutationStatus.SUBMITTED.value}
        if not is_staff(query.actor):
            reach = await administered(self._reads, query.actor, self._tools.profile)
            if reach is None:
                return NOT_ALLOWED
            filters |= _at(reach)
        found = await self._reads.part(MUTATIONS, filters, query)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        shown = [replace(row, lines=lines_for(row, query.actor)) for row in rows]
        return MutationPage(rows=await self._views(shown), next=more)

    async def own(self, query: GetOwnMutation, now: datetime) -> MutationPage | Refusal:
        """Give the change of the actor's own that waits, if there is one (SP-34)."""
        del now
        if query.actor.kind is not ActorKind.PERSON:
            return NOT_ALLOWED
        person = await self._reads.one(PERSONS, query.actor.person_id)
        mutation = await self._reads.one(MUTATIONS, person.mutation_id if person else None)
        return MutationPage(rows=await self._views([mutation] if mutation else []))

    async def detail(self, query: GetMutation, now: datetime, id_: UUID) -> MutationDetail | Refusal:
        """Give one change with the data to check, for the back office (ID-128)."""
        if not is_staff(query.actor):
            return NOT_ALLOWED
        mutation = await self._reads.one(MUTATIONS, query.mutation_id)
        if mutation is None:
            return UNKNOWN
        person = await self._reads.one(PERSONS, mutation.person_id)
        (view,) = await self._views([mutation])
        document = await self._reads.one(IDENTITY_DOCUMENTS, mutation.id)
        address = mutation.identification_address
        return MutationDetail(
            mutation=view,
            birth_date=person.birth_date if person else None,
            document=document_view(document, self._tools, now, id_) if document else None,
            identification_address=self._sealed(address, mutation.id, id_) if address else None,
        )

    def _sealed(self, address: str, mutation_id: UUID, message_id: UUID) -> SealedText:
        """Return the identification address, sealed into the answer."""
        text = self._tools.fields.decrypt(address, f"mutations:{mutation_id}:identification_address")
        return self._tools.sealer.seal(text, to="gateway", message_id=message_id, field="identification_address")

    async def _views(self, mutations: Sequence[Mutation]) -> tuple[MutationView, ...]:
        people = await self._reads.by_ids(PERSONS, {mutation.person_id for mutation in mutations})
        ids = {line.organisation_id for mutation in mutations for line in mutation.lines}
        organisations = await self._reads.by_ids(ORGANISATIONS, ids)
        ordered = await self._reads.by_ids(IDENTIFICATIONS, {one.id for one in mutations if one.to_identify})
        return tuple(_view(one, people.get(one.person_id), organisations, ordered.get(one.id)) for one in mutations)


class EndingViews:
    """What ending a credential offers and leads to; `factor_from` as in Store."""

    def __init__(self, reads: Reads, factor_from: Level) -> None:
        self._reads = reads
        self._factor_from = factor_from

    async def options(self, query: GetEndingOptions, now: datetime) -> EndingOptions | Refusal:
        """Give the three options' facts: contract end, organisations of both, whether the company ends (SP-27)."""
        reach = await self._administered(query.actor)
        credential = await self._reads.one(CREDENTIALS, query.credential_id)
        here = query.actor.organisation_id
        if here not in reach:
            return NOT_ALLOWED
        if credential is None or credential.organisation_id != here or not is_open(credential):
            return UNKNOWN
        held = [one for one in await self._open_of(credential) if one.organisation_id in reach]
        choices = [reach[one.organisation_id] for one in held]
        ending = {one.organisation_id for one in held if await self._is_alone(one)}
        return EndingOptions(
            contract_end=contract_end(credential, local_date(now)),
            organisations=tuple(
                EndingChoice(organisation_id=found.organisation.id, name=found.organisation.name,
                             here=found.organisation.id == here, ends_organisation=found.organisation.id in ending)
                for found in choices
            ),
            ends_organisation=here in ending,
        )  # fmt: skip

    async def _administered(self, actor: Actor) -> dict[UUID | None, Reach]:
        """Return what the actor administers, by organisation (SP-30)."""
        if actor.kind is not ActorKind.PERSON:
            return {}
        holder = await self._reads.holder(actor.person_id, self._factor_from)
        found = holder.reach if holder else ()
        return {reach.organisation.id: reach for reach in found if reach.credential.role is Role.ADMINISTRATOR}

    async def _open_of(self, credential: Credential) -> list[Credential]:
        """Return the open credentials of a holder."""
        person = await self._reads.one(PERSONS, credential.person_id)
        held = await self._reads.by_ids(CREDENTIALS, person.credential_ids if person else ())
        return [one for one in held.values() if is_open(one)]

    async def _is_alone(self, credential: Credential) -> bool:
        """Say whether nothing else is open at the organisation."""
        open_ones: Document = {"organisation_id": credential.organisation_id, "status": {"$nin": sorted(CLOSED)}}
        return len(await self._reads.many(CREDENTIALS, open_ones, [("_id", 1)], 2)) == 1


def _at(reach: Reach) -> Document:
    """Return which changes concern an organisation: asked for there, or to be in force there (ID-69, ID-111)."""
    here = reach.organisation.id
    return {"$or": [{"organisation_id": here}, {"lines.organisation_id": here}]}


def _view(
    mutation: Mutation, person: Person | None, organisations: dict[UUID, Organisation], ordered: Identification | None
) -> MutationView:
    return MutationView(
        mutation_id=mutation.id,
        kind=mutation.kind,
        status=mutation.status,
        person_id=mutation.person_id,
        name=person.name.full if person else "",
        credential_id=mutation.credential_id,
        organisation_id=mutation.organisation_id,
        submitted_at=mutation.submitted_at,
        level=mutation.level,
        type=mutation.type,
        years=mutation.years,
        lines=tuple(_line(line, organisations) for line in mutation.lines),
        required_actions=required_actions(mutation),
        identification_method=ordered.method if ordered else None,
    )


def _line(line: Line, organisations: dict[UUID, Organisation]) -> MutationLineView:
    organisation = organisations.get(line.organisation_id)
    return MutationLineView(
        organisation_id=line.organisation_id,
        organisation_name=organisation.name if organisation else "",
        role=line.role,
        status=line.status,
        reason=line.reason,
        awaits_second=line.open and line.reviewed_by is not None,
    )
