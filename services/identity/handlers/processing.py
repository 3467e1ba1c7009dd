"""The back office decides changes in treatment; what they bring takes effect here (ST-18, ST-19, SP-12, S25)."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    ApplyDowngrade,
    CredentialConverted,
    CredentialDowngraded,
    CredentialEvent,
    CredentialLinked,
    CredentialType,
    CredentialUpgraded,
    LegalRepresentative,
    MutationDecided,
    MutationKind,
    MutationProcessed,
    MutationRefused,
    MutationStatus,
    ProcessMutation,
    RefuseMutation,
    SecondFactor,
)
from contracts.message import Done, Refusal
from contracts.values import Role, end_of_day, local_date
from services.identity.domain.administrators import LAST_ADMINISTRATOR, loses_last
from services.identity.domain.applications import Looked, company_refusal, signature_refusal
from services.identity.domain.credentials import Credential
from services.identity.domain.mutations import Decided, Line, Mutation, decide_processing, decide_refusal
from services.identity.domain.orders import device_fee
from services.identity.domain.organisations import ORGANISATION_INACTIVE
from services.identity.domain.people import Account, Person
from services.identity.domain.processing import (
    completed,
    converted,
    decide_downgrade_day,
    linked,
    planned_downgrade,
    upgraded,
)
from services.identity.handlers.dispatch import order_device
from services.identity.handlers.marks import twice_refusal, with_marks
from services.identity.register import RegisterUnavailable
from services.identity.store import (
    ACCOUNTS,
    AUTHENTICATORS,
    CREDENTIALS,
    IDENTITY_DOCUMENTS,
    MUTATIONS,
    ORGANISATIONS,
    PERSONS,
    BelastingdienstPlace,
    FactorStore,
    MutationStore,
    OrganisationStore,
    Store,
)
from services.identity.store.closing import DOWNGRADE
from services.identity.tools import Tools


@dataclass(frozen=True, slots=True)
class Held:
    """Who and what a change is about."""

    mutation: Mutation
    credential: Credential
    person: Person


class ProcessingHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def look_up(self, command: ProcessMutation, message_id: UUID) -> Looked | None:
        """Ask the trade register who is fully authorised, before a credential becomes the Belastingdienst's (SP-34)."""
        del message_id
        reads = self._tools.reads
        mutation = await reads.one(MUTATIONS, command.mutation_id)
        if mutation is None or not mutation.to_belastingdienst:
            return None
        organisation = await reads.one(ORGANISATIONS, mutation.organisation_id)
        assert organisation is not None, "who asked has an organisation"
        try:
            return Looked(await self._tools.register.company(organisation.kvk_number))
        except RegisterUnavailable:
            return Looked(None, available=False)

    async def process(self, command: ProcessMutation, work: Work, looked: Looked | None) -> MutationDecided | Refusal:
        """Process lines: new links, the new level or type is in force, and with the last one the lock ends (ST-18)."""
        store = self._tools.store(work)
        mutation = await work.get(MUTATIONS, command.mutation_id)
        four_eyes = self._tools.profile.four_eyes.issuing_levels
        decided = decide_processing(mutation, command.actor, command.organisation_ids, four_eyes)
        if isinstance(decided, Refusal):
            return decided
        held = await self._held(decided.mutation, work)
        refusal = await self._refusal(held, decided, store, looked)
        if refusal is not None:
            return refusal
        for line in decided.lines:
            await self._apply(held, line, store)
        now = tuple(line.organisation_id for line in decided.lines)
        event = MutationProcessed if decided.lines else None
        await MutationStore(store).save(decided.mutation, event, organisation_ids=now)
        return MutationDecided(status=decided.mutation.status, awaits_second=not decided.lines)

    async def _held(self, mutation: Mutation, work: Work) -> Held:
        credential = await work.get(CREDENTIALS, mutation.credential_id)
        person = await work.get(PERSONS, mutation.person_id)
        assert credential is not None, "a change is of a credential"
        assert person is not None, "a credential has a holder"
        return Held(mutation, credential, person)

    async def _refusal(self, held: Held, decided: Decided, store: Store, looked: Looked | None) -> Refusal | None:
        """Judge again what may have changed since: customers, administrators, signing authority (ST-23, SP-34)."""
        if await OrganisationStore(store).stopped(line.organisation_id for line in decided.lines):
            return ORGANISATION_INACTIVE
        for line in decided.lines:
            if line.credential_id != held.credential.id and (refusal := await self._link_refusal(held, line, store)):
                return refusal
            after = _upgraded_in(held, line, store)
            if after is not None and after.role is Role.USER:
                all_open = await store.open_at(line.organisation_id)
                if loses_last(held.credential, after, all_open):
                    return LAST_ADMINISTRATOR
        return self._authority_refusal(held.person, looked) if looked is not None else None

    async def _link_refusal(self, held: Held, line: Line, store: Store) -> Refusal | None:
        """Refuse a link of who came to the organisation in another way meanwhile (SP-19)."""
        person = await self._completed(held, store)
        link = linked(held.credential, line, held.mutation.id)
        return await twice_refusal(store, await with_marks(self._tools, store, link, person), person)

    @staticmethod
    async def _completed(held: Held, store: Store) -> Person:
        document = await store.find(IDENTITY_DOCUMENTS, held.mutation.id)
        return completed(held.person, held.mutation, document)

    def _authority_refusal(self, person: Person, looked: Looked) -> Refusal | None:
        """Refuse a holder who may not sign alone; a silent register leaves it to the back office (ID-138)."""
        if refusal := company_refusal(looked):
            return refusal
        assert looked.company is not None, "refused otherwise"
        if person.birth_date is None:
            return None
        return signature_refusal([LegalRepresentative(name=person.name, birth_date=person.birth_date)], looked.company)

    async def _apply(self, held: Held, line: Line, store: Store) -> None:
        """Let a line take effect."""
        if line.credential_id != held.credential.id:
            await self._link(held, line, store)
            return
        match held.mutation.kind:
            case MutationKind.UPGRADE:
                await self._upgrade(held, line, store)
            case MutationKind.DOWNGRADE:
                await self._plan_downgrade(held, store)
            case _:
                await self._convert(held, store)

    async def _link(self, held: Held, line: Line, store: Store) -> None:
        """Link the person: from now on the person acts for that organisation too (ID-113)."""
        work = store.work
        source = await work.get(CREDENTIALS, held.credential.id)
        person = await work.get(PERSONS, held.person.id)
        assert source is not None, "a change is of a credential"
        assert person is not None, "a credential has a holder"
        link = linked(source, line, held.mutation.id)
        await store.save(await with_marks(self._tools, store, link, person), CredentialLinked)
        await work.put(PERSONS, replace(person, credential_ids=(*person.credential_ids, line.credential_id)))
        await store.touch(line.organisation_id)

    async def _upgrade(self, held: Held, line: Line, store: Store) -> None:
        """Raise the level; a second factor that was chosen holds from now on, sessions in a former role end."""
        factor = await self._bring_factor(held, store)
        after = upgraded(held.credential, held.mutation, line.role, factor, local_date(store.work.now))
        after = await with_marks(self._tools, store, after, await self._completed(held, store))
        store.work.unschedule(after.id, DOWNGRADE)
        if held.mutation.second_factor is SecondFactor.OTP:
            organisation = await store.work.get(ORGANISATIONS, after.organisation_id)
            assert organisation is not None, "judged before"
            fee = device_fee(self._tools.profile, store.work.now)
            await order_device(self._tools, store.work, after, organisation.name, organisation.address, fee=fee)
        await self._save(store, held.credential, after, CredentialUpgraded)
        if after.role is not held.credential.role:
            await store.end_sessions(after.id)

    async def _bring_factor(self, held: Held, store: Store) -> SecondFactor | None:
        """Give the account its second factor, with the number or the seed that was kept for it (ID-131, ID-128).

        One that it has stays (ID-132). Whoever logged in without has to show it from now on (ID-179, S16).
        """
        work, mutation = store.work, held.mutation
        person = await self._completed(held, store)
        if person != held.person:
            await work.put(PERSONS, person)
        account = await store.find(ACCOUNTS, held.person.account_id)
        assert account is not None, "a credential in use has an account"
        if account.second_factor is not None or mutation.second_factor is None:
            return account.second_factor
        await FactorStore(store).change(account, mutation.second_factor)
        if mutation.mobile is not None:
            mobile = self._tools.fields.decrypt(mutation.mobile, f"mutations:{mutation.id}:mobile")
            place = f"persons:{held.person.id}:mobile"
            await work.put(PERSONS, replace(person, mobile=self._encrypted(mobile, place)))
        if mutation.otp_seed is not None:
            await self._bring_seed(account, mutation, mutation.otp_seed, work)
        return mutation.second_factor

    async def _bring_seed(self, account: Account, mutation: Mutation, stored: str, work: Work) -> None:
        authenticator = await work.get(AUTHENTICATORS, account.id)
        assert authenticator is not None, "an account has an authenticator"
        seed = self._tools.fields.decrypt(stored, f"mutations:{mutation.id}:otp_seed")
        encrypted = self._encrypted(seed, f"authenticators:{account.id}:otp_seed")
        await work.put(AUTHENTICATORS, replace(authenticator, otp_seed=encrypted, last_step=mutation.otp_step))

    def _encrypted(self, text: str, place: str) -> str:
        return self._tools.fields.encrypt(text, place)

    async def _plan_downgrade(self, held: Held, store: Store) -> None:
        """Plan the lower level for the end of the contract period (SP-12)."""
        after = planned_downgrade(held.credential, held.mutation.level, local_date(store.work.now))
        assert after.level_until is not None, "planning sets it"
        await store.save(after, None)
        command = ApplyDowngrade(actor=SYSTEM, credential_id=after.id)
        store.work.schedule(DOWNGRADE, end_of_day(after.level_until), command)

    async def _convert(self, held: Held, store: Store) -> None:
        """Change the type; a regular one frees the place of the Belastingdienst credential (ID-145)."""
        after = converted(held.credential, held.mutation, local_date(store.work.now))
        if after.type is CredentialType.REGULAR:
            await BelastingdienstPlace(store).free(held.credential)
        await self._save(store, held.credential, after, CredentialConverted)

    async def _save(self, store: Store, before: Credential, after: Credential, event: type[CredentialEvent]) -> None:
        await store.save(after, event)
        if (before.role, before.level) != (after.role, after.level):
            await store.touch(after.organisation_id)

    async def refuse(self, command: RefuseMutation, work: Work) -> MutationDecided | Refusal:
        """Refuse lines with a reason: nothing changes by them, and with the last one the lock ends (ST-19)."""
        store = self._tools.store(work)
        mutation = await work.get(MUTATIONS, command.mutation_id)
        decided = decide_refusal(mutation, command.actor, command.organisation_ids, command.reason)
        if isinstance(decided, Refusal):
            return decided
        mutations = MutationStore(store)
        now = tuple(line.organisation_id for line in decided.lines)
        await mutations.save(decided.mutation, MutationRefused, reason=command.reason, organisation_ids=now)
        if decided.mutation.status is MutationStatus.REFUSED:
            held = await self._held(decided.mutation, work)
            await BelastingdienstPlace(store).free_by(decided.mutation, held.credential)
        return MutationDecided(status=decided.mutation.status)

    async def apply_downgrade(self, command: ApplyDowngrade, work: Work) -> Done:
        """Lower the level when the contract period is over; what needs more ends with it (SP-12)."""
        credential = await work.get(CREDENTIALS, command.credential_id)
        after = decide_downgrade_day(credential, work.now)
        if after is not None and credential is not None:
            await self._save(self._tools.store(work), credential, after, CredentialDowngraded)
        return Done()


def _upgraded_in(held: Held, line: Line, store: Store) -> Credential | None:
    """Return the credential as an upgrade makes it; None for other lines."""
    if held.mutation.kind is not MutationKind.UPGRADE or line.credential_id != held.credential.id:
        return None
    factor, today = held.credential.second_factor, local_date(store.work.now)
    return upgraded(held.credential, held.mutation, line.role, factor, today)
