"""Answers about organisations: company data, settings, change forms, additions (ID.1, ID.9, ID.13, GW.4)."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from chassis.mongo import Collection, Document
from contracts.actor import Actor, ActorKind
from contracts.identity import (
    AdditionPage,
    AdditionView,
    ContractView,
    GetContract,
    GetOrganisation,
    GetSettings,
    GetSupplier,
    IdentityRefusal,
    ListAdditions,
    ListForms,
    OrganisationView,
    SettingsView,
    SupplierView,
)
from contracts.message import Refusal
from contracts.values import Role, local_date
from profiles.model import Profile
from services.identity.domain.additions import Addition, is_pending, remove_at
from services.identity.domain.applications import Looked
from services.identity.domain.authority import NOT_ALLOWED, UNKNOWN, is_staff
from services.identity.domain.organisations import branch_removal
from services.identity.domain.sessions import Reach
from services.identity.register import CompanyRegister, RegisterUnavailable
from services.identity.store import ADDITIONS, Reads

T = TypeVar("T")
RECOVERY_PATH: Final = "/v1/recoveries"
"""Where the recovery of login data begins (ID-189, GW-23)."""


class OrganisationViews:
    """One method per query."""

    def __init__(self, reads: Reads, register: CompanyRegister, profile: Profile) -> None:
        self._reads = reads
        self._register = register
        self._profile = profile

    async def organisation(self, query: GetOrganisation, now: datetime) -> OrganisationView | Refusal:
        """Give the company data of the actor's organisation to its administrators (ID-01, ID-02)."""
        del now
        reach = await self._administered(query.actor)
        if reach is None:
            return NOT_ALLOWED
        own = reach.organisation
        looked = Looked(None)
        if own.branch_number is not None:
            looked = await self._looked(own.kvk_number)
        single = self._profile.branch_removal.requires_single_branch
        return OrganisationView(
            organisation_id=own.id, name=own.name, kvk_number=own.kvk_number, branch_number=own.branch_number,
            rsin=own.rsin, address=own.address, phone=own.phone,
            editable_fields=tuple(sorted(self._profile.organisation.editable_fields)),
            branch_removal=branch_removal(own, looked, requires_single=single), ends_on=own.ends_on,
        )  # fmt: skip

    async def _looked(self, kvk_number: str) -> Looked:
        try:
            return Looked(await self._register.company(kvk_number))
        except RegisterUnavailable:
            return Looked(None, available=False)

    async def settings(self, query: GetSettings, now: datetime) -> SettingsView | Refusal:
        """Tell an administrator what the settings hold here (GW-15, GW-16)."""
        del now
        if await self._administered(query.actor) is None:
            return NOT_ALLOWED
        return SettingsView(
            sections=tuple(section.value for section in self._profile.settings.sections),
            sender_defaults=self._profile.settings.sender_defaults,
            self_add=self._profile.organisations.self_add,
        )

    async def supplier(self, query: GetSupplier, now: datetime) -> SupplierView:
        """Tell anybody where to log in and where to find help (GW-19, GW-23, GW-26)."""
        del query, now
        profile = self._profile
        return SupplierView(
            name=profile.display_name, login_url=profile.login.base_url, login_entry=profile.login.entry,
            recovery_path=RECOVERY_PATH, support_url=profile.support.url, languages=profile.ui.languages,
            invitation_languages=tuple(profile.invitation.languages),
        )  # fmt: skip

    async def _administered(self, actor: Actor) -> Reach | None:
        return await administered(self._reads, actor, self._profile)


class AdditionViews:
    """One method per query."""

    def __init__(self, reads: Reads, profile: Profile) -> None:
        self._reads = reads
        self._profile = profile

    async def additions(self, query: ListAdditions, now: datetime) -> AdditionPage | Refusal:
        """List additions: for the back office the queue of contracts, for an administrator the own ones (SP-31)."""
        del now
        found = await submitted(self._reads, ADDITIONS, query, self._profile, _of_the_person)
        if isinstance(found, Refusal):
            return found
        rows, more = found
        return AdditionPage(rows=tuple(self._view(row) for row in rows), next=more)

    async def contract(self, query: GetContract, now: datetime) -> ContractView | Refusal:
        """Give the contract to print, to who added the organisation and to the back office (ID-122)."""
        del now
        addition = await self._reads.one(ADDITIONS, query.addition_id)
        if is_staff(query.actor):
            return UNKNOWN if addition is None else ContractView(blob=addition.contract)
        reach = await administered(self._reads, query.actor, self._profile)
        if reach is None:
            return NOT_ALLOWED
        if addition is None or addition.person_id != reach.credential.person_id or not is_pending(addition):
            return UNKNOWN
        if addition.contract is None:
            return Refusal(code=IdentityRefusal.CONTRACT_NOT_READY)
        return ContractView(blob=addition.contract)

    def _view(self, addition: Addition) -> AdditionView:
        return AdditionView(
            addition_id=addition.id, kvk_number=addition.kvk_number, branch_number=addition.branch_number,
            name=addition.name, level=addition.level, years=addition.years, administrator=addition.administrator.full,
            representative=addition.representative.full, representative_checked=addition.representative_checked,
            submitted_at=addition.submitted_at, remove_on=local_date(remove_at(addition, self._profile)),
            status=addition.status, contract_ready=addition.contract is not None, reason=addition.reason,
            awaits_second=is_pending(addition) and addition.reviewed_by is not None,
        )  # fmt: skip


async def administered(reads: Reads, actor: Actor, profile: Profile) -> Reach | None:
    """Return where the actor acts as administrator, as the person is now (S22)."""
    reach = await entered(reads, actor, profile)
    return reach if reach is not None and reach.credential.role is Role.ADMINISTRATOR else None


async def entered(reads: Reads, actor: Actor, profile: Profile) -> Reach | None:
    """Return where the actor acts in any role, as the person is now (S22)."""
    if actor.kind is not ActorKind.PERSON or actor.organisation_id is None:
        return None
    holder = await reads.holder(actor.person_id, profile.second_factor.min_level)
    return holder.at(actor.organisation_id) if holder else None


async def submitted(
    reads: Reads,
    collection: Collection[T],
    query: ListForms | ListAdditions,
    profile: Profile,
    own: Callable[[Reach], Document],
) -> tuple[list[T], str | None] | Refusal:
    """List what has a status, oldest first: everything for the back office, for an administrator the `own` ones."""
    status: Document = {"status": query.status}
    if is_staff(query.actor):
        return await reads.part(collection, status, query)
    reach = await administered(reads, query.actor, profile)
    return NOT_ALLOWED if reach is None else await reads.part(collection, status | own(reach), query)


def _of_the_person(reach: Reach) -> Document:
    return {"person_id": reach.credential.person_id}
