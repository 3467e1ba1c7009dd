"""Adding an organisation: asked, contract made, accepted or refused by the back office, removed in time (ID.9)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM, ActorKind
from contracts.identity import (
    AcceptContract,
    AdditionAccepted,
    AdditionReceived,
    AdditionRefused,
    AdditionReminded,
    AdditionRemoved,
    AdditionSubmitted,
    AddOrganisation,
    CredentialActivated,
    IdentityRefusal,
    OrganisationRegistered,
    RefuseContract,
    RemindOfContract,
    RemoveAddition,
)
from contracts.message import Done, Refusal
from contracts.notifications import DocumentMade, Purpose
from services.identity.domain.additions import (
    Addition,
    added,
    decide_acceptance,
    decide_addition,
    decide_contract_refusal,
    is_pending,
    remind_at,
    remove_at,
    removed,
)
from services.identity.domain.applications import Looked, Organisation, organisation_state
from services.identity.domain.authority import NOT_ALLOWED
from services.identity.domain.credentials import Credential
from services.identity.domain.organisations import ORGANISATION_INACTIVE
from services.identity.domain.people import Person
from services.identity.handlers.marks import twice_refusal, with_marks
from services.identity.handlers.organisations import look_up
from services.identity.store import ADDITIONS, ORGANISATIONS, PERSONS, OrganisationStore, Store
from services.identity.store.claims import CUSTOMER
from services.identity.store.organisations import ADDITION
from services.identity.tools import Tools


class AdditionHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def look_up(self, command: AddOrganisation, message_id: UUID) -> Looked:
        """Ask the register for the company and who signs for it (ID-115, ID-118)."""
        del message_id
        return await look_up(self._tools, command.kvk_number)

    async def add(self, command: AddOrganisation, work: Work, looked: Looked) -> AdditionReceived | Refusal:
        """Take an addition in; its contract is made by notifications (ST-25)."""
        tools, store = self._tools, self._tools.store(work)
        acting = await store.acting(command.actor)
        if refusal := decide_addition(command, acting, looked, tools.profile):
            return refusal
        assert acting is not None, "refused otherwise"
        organisations, id_ = OrganisationStore(store), work.new_id()
        if await self._belongs(store, acting, command.kvk_number):
            return Refusal(code=IdentityRefusal.ALREADY_ADDED)
        if not await work.reserve(ADDITION, command.kvk_number, id_):
            return Refusal(code=IdentityRefusal.ALREADY_ADDED)
        customer = await organisations.by_number(command.kvk_number)
        addition = _addition(id_, command, acting, looked, customer, work)
        await organisations.save_addition(addition, AdditionSubmitted)
        self._schedule(addition, work)
        return AdditionReceived(addition_id=id_)

    @staticmethod
    async def _belongs(store: Store, acting: Credential, kvk_number: str) -> bool:
        """Say whether the account reaches the organisation already."""
        person = await store.find(PERSONS, acting.person_id)
        holder = await store.holder(person.account_id) if person else None
        return any(reach.organisation.kvk_number == kvk_number for reach in holder.reach) if holder else False

    def _schedule(self, addition: Addition, work: Work) -> None:
        remind = RemindOfContract(actor=SYSTEM, addition_id=addition.id)
        remove = RemoveAddition(actor=SYSTEM, addition_id=addition.id)
        work.schedule("reminder", remind_at(addition, self._tools.profile), remind)
        work.schedule("removal", remove_at(addition, self._tools.profile), remove)

    async def on_document_made(self, event: DocumentMade, work: Work) -> None:
        """Keep the contract to print with its addition (ID-122)."""
        if event.state.purpose is not Purpose.CONTRACT:
            return
        addition = await work.get(ADDITIONS, event.state.subject_id)
        if addition is not None and addition.contract is None:
            await work.put(ADDITIONS, replace(addition, contract=event.state.blob))

    async def accept(self, command: AcceptContract, work: Work) -> Done | Refusal:
        """Make the organisation usable for who added it (ST-26, ID-124)."""
        store, four_eyes = self._tools.store(work), self._tools.profile.four_eyes.issuing_levels
        organisations = OrganisationStore(store)
        addition = await work.get(ADDITIONS, command.addition_id)
        held = await organisations.usable(addition.person_id, addition.level) if addition else None
        after = decide_acceptance(addition, command, held, four_eyes, work.now)
        if isinstance(after, Refusal):
            return after
        assert held is not None, "refused otherwise"
        customer = await organisations.by_number(after.kvk_number)
        place = customer.id if customer else after.organisation_id
        linked = added(after, held, place, work.new_id(), work.now)
        if refusal := await self._link_refusal(linked, store):
            return refusal
        if is_pending(after):
            await organisations.save_addition(after, None)
            return Done()
        if customer is None and not await self._register(after, work):
            return Refusal(code=IdentityRefusal.ALREADY_REQUESTED)
        await self._link(linked, store)
        await organisations.save_addition(after, AdditionAccepted)
        return Done()

    async def _link_refusal(self, linked: Credential, store: Store) -> Refusal | None:
        """Refuse what a customer takes in that stopped meanwhile, or where the person is already (ST-28, SP-19)."""
        if await OrganisationStore(store).stopped([linked.organisation_id]):
            return ORGANISATION_INACTIVE
        person = await self._holder(linked, store)
        return await twice_refusal(store, await with_marks(self._tools, store, linked, person), person)

    @staticmethod
    async def _holder(linked: Credential, store: Store) -> Person:
        person = await store.find(PERSONS, linked.person_id)
        assert person is not None, "who has a credential in use is known"
        return person

    @staticmethod
    async def _register(addition: Addition, work: Work) -> bool:
        """Register a new customer; False while a first application waits (SP-33)."""
        if not await work.reserve(CUSTOMER, addition.kvk_number, addition.organisation_id):
            return False
        organisation = Organisation(
            id=addition.organisation_id, kvk_number=addition.kvk_number, branch_number=addition.branch_number,
            name=addition.name, active=True, rsin=addition.rsin, address=addition.address, phone=addition.phone,
        )  # fmt: skip
        await work.put(ORGANISATIONS, organisation, OrganisationRegistered(state=organisation_state(organisation)))
        return True

    async def _link(self, linked: Credential, store: Store) -> None:
        """Give who added the organisation an active administrator's credential there, at the level chosen."""
        person = await self._holder(linked, store)
        await store.work.put(PERSONS, replace(person, credential_ids=(*person.credential_ids, linked.id)))
        await store.save(await with_marks(self._tools, store, linked, person), CredentialActivated)
        await store.touch(linked.organisation_id)

    async def refuse(self, command: RefuseContract, work: Work) -> Done | Refusal:
        """Refuse a contract; the number may be added anew (ST-27)."""
        addition = await work.get(ADDITIONS, command.addition_id)
        after = decide_contract_refusal(addition, command.actor, command.reason, work.now)
        if isinstance(after, Refusal):
            return after
        organisations = OrganisationStore(self._tools.store(work))
        await organisations.save_addition(after, AdditionRefused, reason=command.reason)
        return Done()

    async def remind(self, command: RemindOfContract, work: Work) -> Done | Refusal:
        """Tell that the contract is not in (SP-31)."""
        addition = await self._due(command, work)
        if isinstance(addition, Addition):
            await OrganisationStore(self._tools.store(work)).save_addition(addition, AdditionReminded)
        return addition if isinstance(addition, Refusal) else Done()

    async def remove(self, command: RemoveAddition, work: Work) -> Done | Refusal:
        """Remove an addition whose contract never came (ST-27, SP-31)."""
        addition = await self._due(command, work)
        if isinstance(addition, Addition):
            after = removed(addition, work.now)
            await OrganisationStore(self._tools.store(work)).save_addition(after, AdditionRemoved)
        return addition if isinstance(addition, Refusal) else Done()

    @staticmethod
    async def _due(command: RemindOfContract | RemoveAddition, work: Work) -> Addition | Refusal | None:
        """Return the addition that still waits when its timer fires."""
        if command.actor.kind is not ActorKind.SYSTEM:
            return NOT_ALLOWED
        addition = await work.get(ADDITIONS, command.addition_id)
        return addition if is_pending(addition) else None


def _addition(
    id_: UUID, command: AddOrganisation, acting: Credential, looked: Looked, customer: Organisation | None, work: Work
) -> Addition:
    company = looked.company
    assert company is not None, "refused otherwise"
    return Addition(
        id=id_, person_id=acting.person_id, requested_from=acting.organisation_id, organisation_id=work.new_id(),
        kvk_number=command.kvk_number, branch_number=command.branch_number, name=company.name,
        address=company.address_lines, rsin=company.rsin, phone=command.phone,
        administrator=acting.name, email=command.email, language=command.actor.language,
        representative=command.representative.name, representative_checked=bool(company.representatives),
        level=command.level, years=command.years, submitted_at=work.now,
        co_representatives=tuple(other.name for other in command.co_representatives),
        customer_id=customer.id if customer else None,
    )  # fmt: skip
