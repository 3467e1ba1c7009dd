"""Login in two steps (ID-178 to ID-183)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.identity import CompleteLogin, IdentityRefusal, LoginStarted, SecondFactor, StartLogin, Tokens
from contracts.message import Refusal
from contracts.notifications import AccountNotice
from services.identity.crypto.passwords import Checked
from services.identity.domain.logins import (
    CEILING,
    CODE_LIFE,
    Attempts,
    Login,
    bucket,
    decide_first_step,
    decide_second_step,
    device_hash,
    failed,
    open_refusal,
    tried,
    unknown_bucket,
)
from services.identity.domain.people import Account, Authenticator, texted, with_device
from services.identity.domain.sessions import Holder, opened
from services.identity.handlers.factors import arrived, otp_proof, take_into_use
from services.identity.handlers.sessions import tokens_of
from services.identity.handlers.texting import Texting
from services.identity.store import ACCOUNTS, ATTEMPTS, AUTHENTICATORS, LOGINS, PERSONS, SESSIONS, Store
from services.identity.tools import Tools


class LoginHandlers:
    """One method per message."""

    def __init__(self, tools: Tools, texting: Texting) -> None:
        self._tools = tools
        self._texting = texting

    async def check(self, command: StartLogin, message_id: UUID) -> Checked:
        """Compare the password beside the event loop; an unknown name costs the same (S4)."""
        password = self._tools.open(command.password, message_id, "password")
        return await self._tools.passwords.check(await self._tools.reads.password_hash(command.key), password)

    async def start(self, command: StartLogin, work: Work, checked: Checked) -> LoginStarted | Refusal:
        """Judge user name and password, and open the second step."""
        store = self._tools.store(work)
        account, authenticator = await work.get(ACCOUNTS, command.key), await work.get(AUTHENTICATORS, command.key)
        attempts = await store.attempts(bucket(command.key, command.device, authenticator))
        right = checked.holds_for(authenticator.password_hash if authenticator else None)
        # Only who knows the password makes us look further: a known name must not take longer than an unknown (S4).
        holder = await store.holder(command.key) if right else None
        network = None if attempts.id != unknown_bucket(command.key) else command.network
        refusal = decide_first_step(
            attempts,
            right=right,
            reaches=holder is not None and holder.may_enter,
            texts=await self._texts_refusal(store, holder, authenticator, network) if right else None,
            now=work.now,
        )
        if refusal is not None:
            await self._refused(store, attempts, account.person_id if account else None, command.network, refusal)
            return refusal
        assert holder is not None, "refused otherwise"
        assert authenticator is not None, "refused otherwise"
        renewed = replace(authenticator, password_hash=checked.renewed or authenticator.password_hash)
        login = self._login(work, holder, attempts, command)
        return await self._open(store, holder, renewed, login, network)

    async def _texts_refusal(
        self, store: Store, holder: Holder | None, authenticator: Authenticator | None, network: str | None
    ) -> Refusal | None:
        if holder is None or authenticator is None or holder.account.second_factor is not SecondFactor.SMS:
            return None
        return await self._texting.refusal(store, holder, authenticator, network)

    async def _failed(self, store: Store, attempts: Attempts, person_id: UUID | None) -> None:
        """Count a failure; with the last one that is allowed the holder is told that logging in is off (S12)."""
        after = failed(attempts, store.work.now)
        await store.work.put(ATTEMPTS, after)
        if after.failures == CEILING and (person := await store.find(PERSONS, person_id)) is not None:
            self._tools.notify(store.work, person, AccountNotice.LOGIN_OFF)

    async def _refused(
        self, store: Store, attempts: Attempts, person_id: UUID | None, network: str | None, refusal: Refusal
    ) -> None:
        """Count a wrong password and write the history; a try within a pause leaves no trace (S11)."""
        if refusal.code == IdentityRefusal.WRONG_CREDENTIALS:
            await self._failed(store, attempts, person_id)
            await store.record(person_id, "wrong_password", network)
        elif refusal.code == IdentityRefusal.NOT_ALLOWED:
            await store.record(person_id, "no_access", network)

    def _login(self, work: Work, holder: Holder, attempts: Attempts, command: StartLogin) -> Login:
        return Login(
            id=work.new_id(),
            account_id=holder.account.id,
            person_id=holder.person.id,
            bucket=attempts.id,
            device=device_hash(command.device),
            second_factor=holder.account.second_factor,
            code_hash=None,
            expires_at=work.now + CODE_LIFE,
            destination=command.destination,
            factor_changes=holder.account.factor_changes,
            network=command.network,
        )

    async def _open(
        self, store: Store, holder: Holder, authenticator: Authenticator, login: Login, network: str | None
    ) -> LoginStarted:
        """Save the login; with SMS its code goes out, bound to it (S6)."""
        work = store.work
        if login.second_factor is SecondFactor.SMS:
            sent = await self._texting.send(store, holder, login.id, login.expires_at, network)
            login, authenticator = replace(login, code_hash=sent.hash), texted(authenticator, work.now)
        await work.put(AUTHENTICATORS, authenticator)
        await work.put(LOGINS, login)
        return LoginStarted(login_id=login.id, second_factor=login.second_factor, expires_at=login.expires_at)

    async def complete(self, command: CompleteLogin, work: Work) -> Tokens | Refusal:
        """Judge the code, and open the session (ID-179, ID-187)."""
        store = self._tools.store(work)
        login = await work.get(LOGINS, command.login_id)
        holder = await store.holder(login.account_id if login else None)
        authenticator = await store.find(AUTHENTICATORS, login.account_id if login else None)
        attempts = await store.attempts(login.bucket if login else "")
        code = self._tools.open(command.code, work.id, "code")
        account = holder.account if holder else None
        proof = await self._proof(store, login, account, authenticator, code)
        reaches = holder is not None and holder.enters(command.organisation_id)
        refusal = decide_second_step(login, account, attempts, right=proof is not None, reaches=reaches, now=work.now)
        if refusal is not None:
            await self._wrong_code(store, login, attempts, refusal)
            return refusal
        assert login is not None, "refused otherwise"
        assert holder is not None, "refused otherwise"
        assert proof is not None, "refused otherwise"
        return await self._enter(store, login, holder, proof, command.organisation_id)

    async def _proof(
        self, store: Store, login: Login | None, account: Account | None, authenticator: Authenticator | None, code: str
    ) -> Authenticator | None:
        """Return the authenticator after a right code of the account's factor, None after a wrong one."""
        if open_refusal(login, account, store.work.now) is not None or authenticator is None:
            return None
        assert login is not None, "refused otherwise"
        assert account is not None, "refused otherwise"
        if account.second_factor is None:
            return authenticator
        if account.second_factor is SecondFactor.SMS:
            right = login.code_hash is not None and self._tools.codes.right(login.id, code, login.code_hash)
            return authenticator if right else await arrived(self._tools, store, authenticator, code)
        return await otp_proof(self._tools, store, authenticator, code)

    async def _wrong_code(self, store: Store, login: Login | None, attempts: Attempts, refusal: Refusal) -> None:
        """Count a wrong code at the login and at the device, so that logins cannot be opened to go on guessing."""
        if login is not None and refusal.code == IdentityRefusal.WRONG_CODE:
            await store.work.put(LOGINS, tried(login))
            await self._failed(store, attempts, login.person_id)
            await store.record(login.person_id, "wrong_code", login.network)

    async def _enter(
        self, store: Store, login: Login, holder: Holder, authenticator: Authenticator, organisation_id: UUID | None
    ) -> Tokens:
        """Open the session; the login is spent, its device known, its failures forgotten."""
        work, holder = store.work, await take_into_use(self._tools, store, holder, authenticator)
        reach = None if holder.account.staff_roles else holder.at(organisation_id)
        session = opened(work.new_id(), holder, reach, self._tools.profile, work.now)
        await work.put(AUTHENTICATORS, with_device(authenticator, login.device))
        await work.remove(LOGINS, login.id)
        await work.remove(ATTEMPTS, login.bucket)
        await work.put(SESSIONS, session)
        await store.record(login.person_id, "done", login.network, reach.organisation.id if reach else None)
        return tokens_of(self._tools, work, session, holder).model_copy(update={"destination": login.destination})
