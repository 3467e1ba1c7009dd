"""Login in two steps (ID-178 to ID-183)."""

from dataclasses import replace
from uuid import UUID

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.identity import CompleteLogin, IdentityRefusal, LoginStarted, SecondFactor, StartLogin, Tokens
from contracts.message import Refusal
from contracts.notifications import SendLoginCode
from services.identity.crypto.codes import digits
from services.identity.crypto.passwords import Checked
from services.identity.crypto.totp import used_step
from services.identity.domain.logins import (
    CODE_LIFE,
    Attempts,
    Login,
    bucket,
    decide_first_step,
    decide_second_step,
    device_hash,
    failed,
    tried,
)
from services.identity.domain.people import Authenticator, may_text, texted, with_device
from services.identity.domain.sessions import Holder, opened
from services.identity.handlers.sessions import tokens_of
from services.identity.handlers.tools import Tools
from services.identity.store import ATTEMPTS, AUTHENTICATORS, LOGINS, SESSIONS, Store


class LoginHandlers:
    """One method per message."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def check(self, command: StartLogin, message_id: UUID) -> Checked:
        """Compare the password beside the event loop; an unknown name costs the same (S4)."""
        password = self._tools.open(command.password, message_id, "password")
        return await self._tools.passwords.check(await self._tools.reads.password_hash(command.key), password)

    async def start(self, command: StartLogin, work: Work, checked: Checked) -> LoginStarted | Refusal:
        """Judge user name and password, and open the second step."""
        store = self._tools.store(work)
        holder, authenticator = await store.holder(command.key), await work.get(AUTHENTICATORS, command.key)
        attempts = await store.attempts(bucket(command.key, command.device, authenticator))
        factor = holder.account.second_factor if holder else None
        refusal = decide_first_step(
            attempts,
            right=checked.holds_for(authenticator.password_hash if authenticator else None),
            reaches=holder is not None and holder.may_enter,
            may_text=authenticator is None or factor is not SecondFactor.SMS or may_text(authenticator, work.now),
            now=work.now,
        )
        if refusal is not None:
            await self._refused(store, attempts, holder.person.id if holder else None, refusal)
            return refusal
        assert holder is not None, "refused otherwise"
        assert authenticator is not None, "refused otherwise"
        renewed = replace(authenticator, password_hash=checked.renewed or authenticator.password_hash)
        return await self._open(store, holder, renewed, attempts, device_hash(command.device))

    async def _refused(self, store: Store, attempts: Attempts, person_id: UUID | None, refusal: Refusal) -> None:
        """Count a wrong password and write the history; a try within a pause leaves no trace (S11)."""
        if refusal.code == IdentityRefusal.WRONG_CREDENTIALS:
            await store.work.put(ATTEMPTS, failed(attempts, store.work.now))
            await store.record(person_id, None, "wrong_password")
        elif refusal.code == IdentityRefusal.NOT_ALLOWED:
            await store.record(person_id, None, "no_access")

    async def _open(
        self, store: Store, holder: Holder, authenticator: Authenticator, attempts: Attempts, device: str | None
    ) -> LoginStarted:
        work, factor = store.work, holder.account.second_factor
        login = Login(
            id=work.new_id(),
            account_id=holder.account.id,
            person_id=holder.person.id,
            bucket=attempts.id,
            device=device,
            second_factor=factor,
            code_hash=None,
            expires_at=work.now + CODE_LIFE,
        )
        if factor is SecondFactor.SMS:
            login = self._send_code(work, holder, login)
            authenticator = texted(authenticator, work.now)
        await work.put(AUTHENTICATORS, authenticator)
        await work.put(LOGINS, login)
        return LoginStarted(login_id=login.id, second_factor=factor, expires_at=login.expires_at)

    def _send_code(self, work: Work, holder: Holder, login: Login) -> Login:
        """Send a code by SMS, bound to this login (S6)."""
        tools, person, code, id_ = self._tools, holder.person, digits(), work.new_id()
        assert person.mobile is not None, "no SMS without a number (ID-59)"
        message = SendLoginCode(
            actor=SYSTEM,
            notification_id=work.new_id(),
            login_id=login.id,
            mobile=tools.tell(tools.fields.decrypt(person.mobile, f"persons:{person.id}:mobile"), id_, "mobile"),
            code=tools.tell(code, id_, "code"),
            language=person.language,
            expires_at=login.expires_at,
        )
        work.send(message, id_=id_)
        return replace(login, code_hash=tools.codes.hash(login.id, code))

    async def complete(self, command: CompleteLogin, work: Work) -> Tokens | Refusal:
        """Judge the code, and open the session (ID-179, ID-187)."""
        store = self._tools.store(work)
        login = await work.get(LOGINS, command.login_id)
        holder = await store.holder(login.account_id if login else None)
        authenticator = await store.find(AUTHENTICATORS, login.account_id if login else None)
        attempts = await store.attempts(login.bucket if login else "")
        code = self._tools.open(command.code, work.id, "code")
        proof = self._proof(login, authenticator, code, work)
        reaches = holder is not None and holder.enters(command.organisation_id)
        refusal = decide_second_step(login, attempts, right=proof is not None, reaches=reaches, now=work.now)
        if refusal is not None:
            await self._wrong_code(store, login, attempts, refusal)
            return refusal
        assert login is not None, "refused otherwise"
        assert holder is not None, "refused otherwise"
        assert proof is not None, "refused otherwise"
        return await self._enter(store, login, holder, proof, command.organisation_id)

    def _proof(
        self, login: Login | None, authenticator: Authenticator | None, code: str, work: Work
    ) -> Authenticator | None:
        """Return the authenticator after a right code, None after a wrong one."""
        if login is None or authenticator is None:
            return None
        if login.second_factor is None:
            return authenticator
        if login.second_factor is SecondFactor.SMS:
            right = login.code_hash is not None and self._tools.codes.right(login.id, code, login.code_hash)
            return authenticator if right else None
        assert authenticator.otp_seed is not None, "an OTP device has a seed"
        seed = self._tools.fields.decrypt(authenticator.otp_seed, f"authenticators:{authenticator.id}:otp_seed")
        step = used_step(seed, code, work.now, authenticator.last_step)
        return None if step is None else replace(authenticator, last_step=step)

    async def _wrong_code(self, store: Store, login: Login | None, attempts: Attempts, refusal: Refusal) -> None:
        """Count a wrong code at the login and at the device, so that logins cannot be opened to go on guessing."""
        if login is not None and refusal.code == IdentityRefusal.WRONG_CODE:
            await store.work.put(LOGINS, tried(login))
            await store.work.put(ATTEMPTS, failed(attempts, store.work.now))
            await store.record(login.person_id, None, "wrong_code")

    async def _enter(
        self, store: Store, login: Login, holder: Holder, authenticator: Authenticator, organisation_id: UUID | None
    ) -> Tokens:
        """Open the session; the login is spent, its device known, its failures forgotten."""
        work, reach = store.work, None if holder.account.staff_roles else holder.at(organisation_id)
        session = opened(work.new_id(), holder, reach, self._tools.profile, work.now)
        await work.put(AUTHENTICATORS, with_device(authenticator, login.device))
        await work.remove(LOGINS, login.id)
        await work.remove(ATTEMPTS, login.bucket)
        await work.put(SESSIONS, session)
        await store.record(login.person_id, reach.organisation.id if reach else None, "done")
        return tokens_of(self._tools, work, session, holder)
