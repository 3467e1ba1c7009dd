"""Activation by the holder, and its end by the clock (ST-04 to ST-06, TI-01)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    ActivationStarted,
    CompleteActivation,
    CredentialActivated,
    CredentialStatus,
    ExpireActivation,
    IdentityRefusal,
    SecondFactor,
    StartActivation,
    account_key,
    letter_code_key,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendValidationCode
from contracts.values import Language
from services.identity.crypto.codes import digits
from services.identity.crypto.totp import new_seed, provisioning_uri, used_step
from services.identity.domain.activation import (
    CODE_LIFE,
    Activation,
    Completion,
    Factor,
    Proof,
    TextedCode,
    activated,
    decide_completion,
    decide_start,
    tried,
)
from services.identity.domain.authority import UNKNOWN
from services.identity.domain.credentials import Credential, decide_expiry, with_activation
from services.identity.domain.devices import used
from services.identity.domain.logins import CODE_LIFE as SMS_LIFE
from services.identity.domain.organisations import ORGANISATION_INACTIVE
from services.identity.domain.passwords import ALONE, PRODUCT, WITH_FACTOR, Fault, password_fault
from services.identity.domain.people import Account, Authenticator, Person, with_supplied
from services.identity.handlers.factors import device_codes
from services.identity.handlers.texting import Receiver, Texting
from services.identity.store import (
    ACCOUNTS,
    ACTIVATIONS,
    APPLICATIONS,
    AUTHENTICATORS,
    CREDENTIALS,
    DEVICES,
    PERSONS,
    Issuing,
    OrganisationStore,
    Store,
)
from services.identity.tools import Tools


class ActivationHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, texting: Texting) -> None:
        self._tools = tools
        self._texting = texting

    async def expire(self, command: ExpireActivation, work: Work) -> Done:
        """Let an activation expire whose 30 days are over (ST-06)."""
        credential = await work.get(CREDENTIALS, command.credential_id)
        expired = decide_expiry(credential, work.now)
        if expired is not None:
            await self._tools.store(work).expire(expired)
        return Done()

    async def start(self, command: StartActivation, work: Work) -> ActivationStarted | Refusal:
        """Begin with the letter: a validation code goes out by e-mail, one by SMS, or a device is enrolled (ST-04)."""
        tools, store = self._tools, self._tools.store(work)
        letter = letter_code_key(tools.open(command.letter_code, work.id, "letter_code"))
        if letter != command.letter_code_hash:
            return UNKNOWN
        credential = await store.by_letter(letter)
        if refusal := decide_start(credential, letter, work.now):
            return refusal
        assert credential is not None, "refused otherwise"
        if await self._stopped(store, credential):
            return ORGANISATION_INACTIVE
        proof = await self._proof(store, credential)
        if isinstance(proof, Refusal):
            return proof
        activation, seed = await self._begin(store, credential, proof), proof.seed
        issuer = tools.profile.display_name.model_dump()[Language.NL]
        uri = tools.answer(provisioning_uri(seed, credential.email, issuer), work, "otp_uri") if seed else None
        return ActivationStarted(activation_id=activation.id, second_factor=credential.second_factor, otp_uri=uri)

    async def _proof(self, store: Store, credential: Credential) -> Proof | Refusal:
        """Return by what the second factor will be confirmed; the limits may hold a code by SMS back (S8)."""
        person = await store.work.get(PERSONS, credential.person_id)
        if credential.second_factor is SecondFactor.SMS:
            texted = await self._text(store, credential, person)
            return texted if isinstance(texted, Refusal) else Proof(texted=texted)
        if credential.second_factor is SecondFactor.OTP:
            device = person.device if person else None
            return Proof(seed=None if device else new_seed(), device=device)
        return Proof()

    async def _text(self, store: Store, credential: Credential, person: Person | None) -> TextedCode | Refusal:
        """Send a code to the number that is to be proven (ST-05, S7)."""
        work, mobile = store.work, self._tools.mobile(person)
        assert mobile is not None, "no SMS without a number (ID-59)"
        receiver = Receiver(mobile, credential.language, credential.id.hex, credential.organisation_id)
        if refusal := await self._texting.proof_refusal(store, receiver):
            return refusal
        until = work.now + SMS_LIFE
        sent = await self._texting.prove(store, receiver, work.new_id(), until)
        return TextedCode(sent.bound_to, sent.hash, until)

    async def _begin(self, store: Store, credential: Credential, proof: Proof) -> Activation:
        """Save the activation, the newest of its credential, and send its code."""
        work, code, id_ = store.work, digits(), store.work.new_id()
        activation = Activation(
            id=id_,
            credential_id=credential.id,
            code_hash=self._tools.codes.hash(id_, code),
            expires_at=work.now + CODE_LIFE,
            otp_seed=self._tools.fields.encrypt(proof.seed, f"activations:{id_}:otp_seed") if proof.seed else None,
            device=proof.device,
            texted=proof.texted,
        )
        if credential.activation_id is not None:
            await work.remove(ACTIVATIONS, credential.activation_id)
        await work.put(ACTIVATIONS, activation)
        await store.save(with_activation(credential, id_), None)
        message_id = work.new_id()
        message = SendValidationCode(
            actor=SYSTEM,
            notification_id=work.new_id(),
            credential_id=credential.id,
            email=credential.email,
            name=credential.name,
            code=self._tools.tell(code, message_id, "code"),
            language=credential.language,
        )
        work.send(message, id_=message_id)
        return activation

    async def hash(self, command: CompleteActivation, message_id: UUID) -> str:
        """Hash the chosen password, beside the event loop."""
        return await self._tools.passwords.hash(self._tools.open(command.password, message_id, "password"))

    async def complete(self, command: CompleteActivation, work: Work, password_hash: str) -> Done | Refusal:
        """Take the credential into use, with an account of the holder's own (ST-05)."""
        store = self._tools.store(work)
        activation = await work.get(ACTIVATIONS, command.activation_id)
        credential = await store.find(CREDENTIALS, activation.credential_id if activation else None)
        if activation is None or credential is None:
            return UNKNOWN
        factor = await self._factor(command, store, activation)
        facts = await self._facts(command, store, activation, credential, factor)
        if refusal := decide_completion(activation, credential, facts, work.now):
            if refusal.code == IdentityRefusal.WRONG_CODE:
                await work.put(ACTIVATIONS, tried(activation, refusal))
            return refusal
        if await self._stopped(store, credential):
            return ORGANISATION_INACTIVE
        for held in await self._waiting(store, credential):
            await store.forget_letter(held)
            await store.save(activated(held, work.now), CredentialActivated)
        await work.remove(ACTIVATIONS, activation.id)
        await self._open_account(command, store, credential, password_hash, factor)
        return Done()

    @staticmethod
    async def _waiting(store: Store, credential: Credential) -> list[Credential]:
        """Return what is taken into use together (ID-64)."""
        siblings = await Issuing(store).siblings(credential)
        return [held for held in siblings if held.status is CredentialStatus.WAITING_ACTIVATION]

    async def _stopped(self, store: Store, credential: Credential) -> bool:
        """Say whether an organisation of these has stopped; one account comes of them all, so they wait together."""
        held = await self._waiting(store, credential)
        return await OrganisationStore(store).stopped(one.organisation_id for one in held)

    async def _factor(self, command: CompleteActivation, store: Store, activation: Activation) -> Factor:
        """Judge the first code: by SMS, of the device that came by post, or of the holder's own."""
        work, given, seed = store.work, command.second_factor_code, self._seed(activation)
        code = self._tools.open(given, work.id, "second_factor_code") if given else ""
        if (texted := activation.texted) is not None:
            right = self._tools.codes.right(texted.id, code, texted.hash)
            return Factor(needed=True, step=0 if right else None)
        device = await store.find(DEVICES, activation.device)
        if device is not None:
            after = used(device, device_codes(self._tools, device), code, work.now)
            return Factor(needed=True, step=after.next if after else None, device=after)
        step = used_step(seed, code, work.now, 0) if seed and code else None
        return Factor(needed=seed is not None, step=step, seed=seed)

    def _seed(self, activation: Activation) -> str | None:
        if activation.otp_seed is None:
            return None
        return self._tools.fields.decrypt(activation.otp_seed, f"activations:{activation.id}:otp_seed")

    async def _facts(
        self,
        command: CompleteActivation,
        store: Store,
        activation: Activation,
        credential: Credential,
        factor: Factor,
    ) -> Completion:
        tools, work = self._tools, store.work
        code = tools.open(command.validation_code, work.id, "validation_code")
        application = await work.get(APPLICATIONS, credential.application_id)
        personal = (
            command.user_name, credential.name.surname, credential.email, *PRODUCT, tools.profile.name,
            application.organisation_name if application else "",
        )  # fmt: skip
        return Completion(
            code_right=tools.codes.right(activation.id, code, activation.code_hash),
            factor_step=factor.step,
            factor_needed=factor.needed,
            name_taken=await work.get(ACCOUNTS, account_key(command.user_name)) is not None,
            password_fault=self._fault(tools.open(command.password, work.id, "password"), personal, credential),
        )

    def _fault(self, password: str, personal: tuple[str, ...], credential: Credential) -> Fault | None:
        least = ALONE if credential.second_factor is None else WITH_FACTOR
        return password_fault(password, personal, self._tools.common, least=least)

    async def _open_account(
        self, command: CompleteActivation, store: Store, credential: Credential, password_hash: str, factor: Factor
    ) -> None:
        work, id_ = store.work, account_key(command.user_name)
        person = await work.get(PERSONS, credential.person_id)
        assert person is not None, "a credential has a holder"
        seed = self._tools.fields.encrypt(factor.seed, f"authenticators:{id_}:otp_seed") if factor.seed else None
        await work.put(PERSONS, replace(person, account_id=id_))
        await work.put(ACCOUNTS, Account(id_, person.id, command.user_name, credential.second_factor))
        sent = await self._texting.sent_to(store, self._tools.mobile(person))
        own = Authenticator(id_, password_hash, seed, last_step=factor.step or 0, coming=person.device, codes_sent=sent)
        if factor.device is not None:
            await work.put(DEVICES, factor.device)
            own = with_supplied(own, factor.device.id)
        await work.put(AUTHENTICATORS, own)
