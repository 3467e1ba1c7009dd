"""Logins and refreshes of the identity service beside the bare comparison of a password (issue 4: 0.8 of it)."""

import asyncio
import json
import os
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyotp
from argon2 import PasswordHasher

from bench.people import Stored, insert, secrets, user_of, with_account
from bench.place import Running, running
from bench.usage import cpu_s
from chassis.asking import Asker
from chassis.bus import Producer
from chassis.mongo import close, connect, database
from chassis.sealed import FieldCipher, Sealer
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.actor import ANYONE
from contracts.identity import CompleteLogin, RefreshSession, StartLogin
from services.identity.crypto.passwords import LANES, MEMORY_KIB, PASSES, Passwords
from services.identity.crypto.totp import new_seed
from services.identity.domain.applications import Organisation
from services.identity.store import ORGANISATIONS
from stack.testing import Infrastructure

_PEOPLE = 600
_PASSWORD = "vier olifanten op een fiets"  # noqa: S105 (of the measurement)
_IN_FLIGHT = 16
_LIMIT_S = 60.0
_THREADS = 4


class Visitors:
    """People who log in, each with a device of their own, and refresh their session."""

    def __init__(self, settings: ChassisSettings, asker: Asker) -> None:
        self._sealer = Sealer(settings.sealing_keys, "gateway")
        self._asker = asker
        self._seeds = {f"bench-{number}": new_seed() for number in range(_PEOPLE)}
        self._waiting = list(self._seeds)
        self._sessions: list[tuple[UUID, str]] = []

    async def seed(self, settings: ChassisSettings) -> None:
        """Put the people into the service's database, as activation leaves them."""
        client = connect(settings, "bench")
        home = database(client, settings, "identity")
        passwords = Passwords(os.environ["PASSWORD_PEPPER"], 1)
        try:
            hashed = await passwords.hash(_PASSWORD)
            fields = FieldCipher(settings.field_keys)
            organisation = Organisation(uuid4(), "90000102", None, "Bench BV", active=True)
            documents: list[Stored] = [(ORGANISATIONS, organisation)]
            for name, seed in self._seeds.items():
                documents += with_account(name, user_of(organisation, "Bench", name))
                documents.append(secrets(name, hashed, fields, seed))
            await insert(home, documents)
        finally:
            passwords.close()
            await close(client)

    async def log_in(self) -> None:
        """Log the next person in: password, then the code of the device."""
        name = self._waiting.pop()
        id_ = uuid4()
        password = self._sealer.seal(_PASSWORD, to="identity", message_id=id_, field="password")
        started = await self._ask(StartLogin(actor=ANYONE, user_name=name, password=password, device=name), id_)
        id_ = uuid4()
        text = pyotp.TOTP(self._seeds[name]).at(real_now())
        code = self._sealer.seal(text, to="identity", message_id=id_, field="code")
        tokens = await self._ask(CompleteLogin(actor=ANYONE, login_id=started.login_id, code=code), id_)
        self._keep(tokens, id_)

    async def refresh(self) -> None:
        """Exchange the refresh token of a session that nobody else refreshes at this moment."""
        session, token = self._sessions.pop(0)
        id_ = uuid4()
        sealed = self._sealer.seal(token, to="identity", message_id=id_, field="refresh_token")
        tokens = await self._ask(RefreshSession(actor=ANYONE, session_id=session, refresh_token=sealed), id_)
        self._keep(tokens, id_)

    def _keep(self, tokens: Any, id_: UUID) -> None:
        access = self._sealer.open(tokens.access_token, message_id=id_, field="access_token")
        token = self._sealer.open(tokens.refresh_token, message_id=id_, field="refresh_token")
        self._sessions.append((UUID(_claims(access)["sid"]), token))

    async def _ask(self, command: Any, id_: UUID) -> Any:
        answer: Any = await self._asker.ask(command, id_=id_, time=real_now(), limit_s=_LIMIT_S)
        if answer.refusal is not None:
            raise SystemExit(f"refused: {answer.refusal.code}")
        return answer.result


def _claims(token: str) -> Any:
    part = token.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def bare(seconds: float) -> tuple[float, float]:
    """Compare passwords and nothing else, in as many threads as the service; return the rates a second and a core."""
    hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
    stored = hasher.hash(_PASSWORD)
    end, before, begin = time.monotonic() + seconds, time.process_time(), time.monotonic()

    def compare(_: int) -> int:
        done = 0
        while time.monotonic() < end:
            hasher.verify(stored, _PASSWORD)
            done += 1
        return done

    with ThreadPoolExecutor(_THREADS) as pool:
        done = sum(pool.map(compare, range(_THREADS)))
    return done / (time.monotonic() - begin), done / (time.process_time() - before)


async def _measure(
    place: Running, act: Callable[[], Awaitable[None]], seconds: float, most: int
) -> tuple[float, float]:
    """Return how often it was done a second, and a second of the service's processor time."""
    pid = place.supervisor.pid("identity")
    assert pid is not None, "it runs"
    begin, before, done = time.monotonic(), cpu_s(pid), 0

    async def one() -> None:
        nonlocal done
        while time.monotonic() - begin < seconds and done < most - _IN_FLIGHT:
            await act()
            done += 1

    await asyncio.gather(*(one() for _ in range(_IN_FLIGHT)))
    return done / (time.monotonic() - begin), done / (cpu_s(pid) - before)


async def table(infra: Infrastructure, data: Path, seconds: float) -> None:
    """Print logins and refreshes, beside the bare comparison of the same cores in the same run."""
    print(f"\nidentity, {_IN_FLIGHT} in flight; a core: a second of the service's processor time")
    async with running(infra, data, "identity") as place:
        os.environ |= place.environment
        settings = ChassisSettings()
        producer = Producer(settings)
        asker = Asker(settings, "gateway", producer)
        await producer.start()
        await asker.start()
        try:
            await _print(place, Visitors(settings, asker), settings, seconds)
        finally:
            await asker.stop()
            await producer.stop()


async def _print(place: Running, visitors: Visitors, settings: ChassisSettings, seconds: float) -> None:
    await visitors.seed(settings)
    for _ in range(_IN_FLIGHT):
        await visitors.log_in()
    before = await asyncio.to_thread(bare, seconds)
    logins = await _measure(place, visitors.log_in, seconds, _PEOPLE - _IN_FLIGHT)
    after = await asyncio.to_thread(bare, seconds)
    refreshes = await _measure(place, visitors.refresh, seconds, 1_000_000)
    a_second, a_core = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    print(f"  bare argon2id     {a_second:>7.1f}/s {a_core:>7.1f} a core")
    print(f"  logins with TOTP  {logins[0]:>7.1f}/s {logins[1]:>7.1f} a core  {logins[1] / a_core:>5.2f} of bare")
    print(f"  token refreshes   {refreshes[0]:>7.1f}/s {refreshes[1]:>7.1f} a core", flush=True)
