"""What is done for a change in treatment: declaration, device, identification (SP-34, ID-131, SP-15)."""

from dataclasses import replace

from chassis.work import Work
from contracts.identity import (
    ChooseUpgradeIdentificationMethod,
    ConfirmDeclaration,
    ConfirmDevice,
    DeviceEnrolment,
    EnrolDevice,
    IdentityRefusal,
    MutationAction,
    RecordHolderIdentification,
)
from contracts.message import Done, Refusal
from contracts.values import Language
from services.identity.crypto.totp import new_seed, provisioning_uri, used_step
from services.identity.domain.credentials import WRONG_STATUS
from services.identity.domain.identification import decide_method
from services.identity.domain.mutations import Mutation, decide_identified, holder_refusal
from services.identity.store import IDENTIFICATIONS, MUTATIONS, PERSONS, Issuing, MutationStore
from services.identity.tools import Tools


class HolderHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def declare(self, command: ConfirmDeclaration, work: Work) -> Done | Refusal:
        """Record the declaration that the holder makes in the own session (SP-34)."""
        mutation = await work.get(MUTATIONS, command.mutation_id)
        if refusal := holder_refusal(mutation, command.actor, MutationAction.DECLARATION):
            return refusal
        assert mutation is not None, "refused otherwise"
        await self._save(work, replace(mutation, declared_at=work.now))
        return Done()

    async def enrol(self, command: EnrolDevice, work: Work) -> DeviceEnrolment | Refusal:
        """Give the holder a fresh seed for the device; an older one counts no more (ID-131)."""
        tools = self._tools
        mutation = await work.get(MUTATIONS, command.mutation_id)
        if refusal := holder_refusal(mutation, command.actor, MutationAction.DEVICE):
            return refusal
        assert mutation is not None, "refused otherwise"
        person, seed = await work.get(PERSONS, mutation.person_id), new_seed()
        assert person is not None, "a credential has a holder"
        encrypted = tools.fields.encrypt(seed, f"mutations:{mutation.id}:otp_seed")
        await self._save(work, replace(mutation, otp_seed=encrypted))
        issuer = tools.profile.display_name.model_dump()[Language.NL]
        return DeviceEnrolment(otp_uri=tools.answer(provisioning_uri(seed, person.email, issuer), work, "otp_uri"))

    async def confirm_device(self, command: ConfirmDevice, work: Work) -> Done | Refusal:
        """Record that the device shows right codes."""
        tools = self._tools
        mutation = await work.get(MUTATIONS, command.mutation_id)
        if refusal := holder_refusal(mutation, command.actor, MutationAction.DEVICE):
            return refusal
        assert mutation is not None, "refused otherwise"
        if mutation.otp_seed is None:
            return WRONG_STATUS
        seed = tools.fields.decrypt(mutation.otp_seed, f"mutations:{mutation.id}:otp_seed")
        step = used_step(seed, tools.open(command.code, work.id, "code"), work.now, 0)
        if step is None:
            return Refusal(code=IdentityRefusal.WRONG_CODE)
        await self._save(work, replace(mutation, otp_step=step))
        return Done()

    async def choose_method(self, command: ChooseUpgradeIdentificationMethod, work: Work) -> Done | Refusal:
        """Let the holder choose the way of the identification for the new level (ST-75, SP-15)."""
        mutation = await work.get(MUTATIONS, command.mutation_id)
        if refusal := holder_refusal(mutation, command.actor, MutationAction.IDENTIFICATION):
            return refusal
        known = await work.get(IDENTIFICATIONS, command.mutation_id)
        chosen = decide_method(known, command.method, self._tools.profile, awaited=True)
        if isinstance(chosen, Refusal):
            return chosen
        await Issuing(self._tools.store(work)).save_identification(chosen)
        return Done()

    async def identify(self, command: RecordHolderIdentification, work: Work) -> Done | Refusal:
        """Record an identification in person for the new level (SP-15)."""
        mutation = await work.get(MUTATIONS, command.mutation_id)
        identified = decide_identified(mutation, command.actor, work.now)
        if isinstance(identified, Refusal):
            return identified
        await self._save(work, identified)
        ordered = await work.get(IDENTIFICATIONS, identified.id)
        await Issuing(self._tools.store(work)).finish_identification(ordered)
        return Done()

    async def _save(self, work: Work, mutation: Mutation) -> None:
        await MutationStore(self._tools.store(work)).save(mutation)
