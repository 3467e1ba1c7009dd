"""Recovery of password and user name (ID-188, ID-189, SP-43, S9, S10)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import (
    CompleteRecovery,
    IdentityRefusal,
    OpenRecovery,
    RecoveryOpened,
    SecondFactor,
    SendRecovery,
    StartRecovery,
    recovery_key,
)
from contracts.message import Done, Refusal
from contracts.notifications import AccountNotice, SendRecoveryLink
from services.identity.crypto.codes import link_token
from services.identity.domain.logins import CODE_LIFE, Attempts, buckets, failed, pause_refusal
from services.identity.domain.passwords import ALONE, PRODUCT, WITH_FACTOR, Fault, password_fault
from services.identity.domain.people import Account, Authenticator, texted
from services.identity.domain.recovery import (
    LINK_LIFE,
    Links,
    Recovery,
    code_counts,
    decide_completion,
    link_refusal,
    may_send,
    tried,
    with_code,
    with_link,
    without_link,
)
from services.identity.domain.sessions import Holder
from services.identity.handlers.factors import otp_proof, take_into_use
from services.identity.handlers.texting import Texting
from services.identity.store import ATTEMPTS, AUTHENTICATORS, LINKS, RECOVERIES, Store
from services.identity.tools import Tools


def chosen_fault(tools: Tools, holder: Holder, password: str) -> Fault | None:
    """Say what is wrong with a password that a holder chooses (S1, S2)."""
    person = holder.person
    names = (reach.organisation.name for reach in holder.reach)
    personal = (holder.account.user_name, person.name.surname, person.email, *PRODUCT, tools.profile.name, *names)
    least = ALONE if holder.account.second_factor is None else WITH_FACTOR
    return password_fault(password, personal, tools.common, least=least)


class RecoveryHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, texting: Texting) -> None:
        self._tools = tools
        self._texting = texting

    async def start(self, command: StartRecovery, work: Work) -> Done:
        """Pass the request on: the answer tells nothing, by its content or its time (ID-189, S4)."""
        work.send(SendRecovery(actor=SYSTEM, email=command.email))
        return Done()

    async def look_up(self, command: SendRecovery, message_id: UUID) -> list[str]:
        """Find the accounts of an address, before the transaction."""
        del message_id
        return await self._tools.reads.accounts_of(command.email)

    async def send(self, command: SendRecovery, work: Work, accounts: list[str]) -> Done:
        """Send user name and link to each account of the address; on the account itself nothing changes (S10)."""
        store = self._tools.store(work)
        for account_id in accounts:
            holder = await store.holder(account_id)
            if holder is not None and holder.person.email.casefold() == command.email.casefold():
                await self._send_link(store, holder)
        return Done()

    async def _send_link(self, store: Store, holder: Holder) -> None:
        work, account_id = store.work, holder.account.id
        links = await work.get(LINKS, account_id) or Links(account_id)
        if not may_send(links, work.now):
            return
        token, until = link_token(), work.now + LINK_LIFE
        if links.live is not None:
            await work.remove(RECOVERIES, links.live)
        key = recovery_key(token)
        await work.put(LINKS, with_link(links, key, work.now))
        await work.put(RECOVERIES, Recovery(key, account_id, until))
        self._mail(work, holder, token)

    def _mail(self, work: Work, holder: Holder, token: str) -> None:
        tools, person, id_ = self._tools, holder.person, work.new_id()
        link = f"{tools.settings.public_url.rstrip('/')}/inloggegevens#{token}"
        message = SendRecoveryLink(
            actor=SYSTEM,
            notification_id=work.new_id(),
            person_id=person.id,
            email=person.email,
            name=person.name,
            user_name=tools.tell(holder.account.user_name, id_, "user_name"),
            link=tools.tell(link, id_, "link"),
            language=person.language,
            expires_at=work.now + LINK_LIFE,
        )
        work.send(message, id_=id_)

    async def open(self, command: OpenRecovery, work: Work) -> RecoveryOpened | Refusal:
        """Tell which second factor the link asks for, and send the code where it is SMS."""
        store = self._tools.store(work)
        recovery = await work.get(RECOVERIES, command.token_hash)
        if refusal := link_refusal(recovery, work.now):
            return refusal
        assert recovery is not None, "refused otherwise"
        holder = await store.holder(recovery.account_id)
        authenticator = await work.get(AUTHENTICATORS, recovery.account_id)
        assert holder is not None, "a link is of an account"
        assert authenticator is not None, "a link is of an account"
        if holder.account.second_factor is SecondFactor.SMS:
            if refusal := await self._texting.refusal(store, holder, authenticator, None):
                return refusal
            until = min(work.now + CODE_LIFE, recovery.expires_at)
            sent = await self._texting.send(store, holder, work.new_id(), until, None)
            await work.put(RECOVERIES, with_code(recovery, holder.account, sent.bound_to, sent.hash, until))
            await work.put(AUTHENTICATORS, texted(authenticator, work.now))
        return RecoveryOpened(second_factor=holder.account.second_factor, expires_at=recovery.expires_at)

    async def hash(self, command: CompleteRecovery, message_id: UUID) -> str:
        """Hash the chosen password, beside the event loop."""
        return await self._tools.passwords.hash(self._tools.open(command.password, message_id, "password"))

    async def complete(self, command: CompleteRecovery, work: Work, password_hash: str) -> Done | Refusal:
        """Take the new password over; the link is used, and the holder is told (S9, S10)."""
        tools, store = self._tools, self._tools.store(work)
        recovery = await work.get(RECOVERIES, command.token_hash)
        holder = await store.holder(recovery.account_id if recovery else None)
        authenticator = await store.find(AUTHENTICATORS, recovery.account_id if recovery else None)
        if recovery is None or holder is None or authenticator is None:
            return Refusal(code=IdentityRefusal.RECOVERY_EXPIRED)
        attempts = await store.attempts(f"{recovery.account_id}:recovery")
        if refusal := pause_refusal(attempts, work.now):
            return refusal
        factor, fault = holder.account.second_factor, self._fault(command, holder, work.id)
        code = tools.open(command.code, work.id, "code") if command.code else ""
        judged = fault is None and link_refusal(recovery, work.now) is None
        proof = await self._proof(store, recovery, holder.account, authenticator, code) if judged else authenticator
        refusal = decide_completion(recovery, factor, fault, right=proof is not None, now=work.now)
        if refusal is not None:
            await self._wrong_code(store, recovery, attempts, refusal)
            return refusal
        assert proof is not None or factor is None, "refused otherwise"
        renewed = replace(proof or authenticator, password_hash=password_hash)
        await self._take_over(store, holder, renewed, recovery, ends=command.end_sessions)
        return Done()

    def _fault(self, command: CompleteRecovery, holder: Holder, id_: UUID) -> Fault | None:
        return chosen_fault(self._tools, holder, self._tools.open(command.password, id_, "password"))

    async def _proof(
        self, store: Store, recovery: Recovery, account: Account, authenticator: Authenticator, code: str
    ) -> Authenticator | None:
        if account.second_factor is SecondFactor.OTP:
            return await otp_proof(self._tools, store, authenticator, code)
        if account.second_factor is None:
            return authenticator
        if recovery.code_id is None or recovery.code_hash is None:
            return None
        right = self._tools.codes.right(recovery.code_id, code, recovery.code_hash)
        return authenticator if right and code_counts(recovery, account, store.work.now) else None

    async def _wrong_code(self, store: Store, recovery: Recovery, attempts: Attempts, refusal: Refusal) -> None:
        """Count a wrong code at the link, and at all links of the account: a new one is no way to go on guessing."""
        if refusal.code == IdentityRefusal.WRONG_CODE:
            await store.work.put(RECOVERIES, tried(recovery))
            await store.work.put(ATTEMPTS, failed(attempts, store.work.now))

    async def _take_over(
        self, store: Store, holder: Holder, authenticator: Authenticator, recovery: Recovery, *, ends: bool
    ) -> None:
        work = store.work
        await take_into_use(self._tools, store, holder, authenticator)
        await work.put(AUTHENTICATORS, authenticator)
        await work.remove(RECOVERIES, recovery.id)
        links = await work.get(LINKS, recovery.account_id) or Links(recovery.account_id)
        await work.put(LINKS, without_link(links))
        for bucket in buckets(authenticator):
            if await work.get(ATTEMPTS, bucket) is not None:
                await work.remove(ATTEMPTS, bucket)
        if ends:
            await store.end_sessions_of(holder.person.id)
        self._tools.notify(work, holder.person, AccountNotice.PASSWORD_CHANGED)
