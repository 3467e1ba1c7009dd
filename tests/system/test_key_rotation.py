"""The key that signs access tokens is changed while people work: nobody is refused for it (S17)."""

import asyncio
import json
import sys
from base64 import urlsafe_b64decode
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import cycle

import httpx
import pytest
from joserfc.jwk import OKPKey

from stack.demo.api import Api, RefusedError
from stack.demo.people import ANNA, CARLA, STAFF, Memory
from stack.settings import PROCESSES
from stack.system import Stack
from tests.probes import until

USERS = (CARLA.user_name, *STAFF)
STEP_S = 30
REQUESTS = 30
"""So many are made with a process that was started again, at least."""

UNHEARD = (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""What a proxy sees of a process that stops, before anything of an answer: nobody listens, or the connection is closed
or reset while the question is on its way."""

LIFE_S = 300


class Balancer(httpx.AsyncBaseTransport):
    """Goes to the gateways in turn, as the proxy in front of them does: to the other one where one does not listen.

    A connection that is kept open, or was not yet accepted, may be closed in the moment in which it is used: a proxy
    asks the other one then too, and the key of a change makes that harmless.

    Counts what the client sees of them in each phase: the status, or the fault.
    """

    def __init__(self, ports):
        self._way = httpx.AsyncHTTPTransport()
        self._ports = ports
        self._turn = cycle(range(len(ports)))
        self.phase = "before"
        self.seen = Counter()

    async def handle_async_request(self, request):
        if request.url.port not in self._ports:
            return await self._way.handle_async_request(request)
        first = next(self._turn)
        for port in self._ports[first:] + self._ports[:first]:
            request.url = request.url.copy_with(port=port)
            try:
                answer = await self._way.handle_async_request(request)
            except UNHEARD:
                continue
            except httpx.TransportError as fault:
                self.seen[self.phase, type(fault).__name__] += 1
                raise
            self.seen[self.phase, answer.status_code] += 1
            return answer
        self.seen[self.phase, "nobody answers"] += 1
        raise httpx.ConnectError("nobody answers", request=request)

    async def aclose(self):
        await self._way.aclose()

    def requests(self):
        return sum(number for (_, what), number in self.seen.items() if what in {200, 201})


class Session:
    """Somebody who is logged in and goes on: asks, and has the tokens renewed. Raises what is refused."""

    def __init__(self, api, tokens):
        self._api = api
        self.tokens = tokens

    @classmethod
    async def open(cls, api, memory, user):
        """Log in with a code that the device of the user has not shown before."""
        used = step()

        async def fresh():
            return step() > used

        await until(fresh, within_s=2 * STEP_S)
        login = await api.post("/v1/logins", {"userName": user, "password": memory.passwords[user]})
        code = memory.code(user, datetime.now(UTC))
        return cls(api, await api.post(f"/v1/logins/{login['loginId']}/sessions", {"code": code}))

    @property
    def claims(self):
        """Header and claims of the access token."""
        return tuple(json.loads(urlsafe_b64decode(f"{part}===")) for part in self.tokens["accessToken"].split(".")[:2])

    async def ask(self):
        await self._api.acting(self.tokens["accessToken"]).get("/v1/sessions/current")

    async def renew(self):
        path = f"/v1/sessions/{self.tokens['sessionId']}/tokens"
        self.tokens = await self._api.post(path, {"refreshToken": self.tokens["refreshToken"]})

    async def go_on(self):
        while True:
            for _ in range(5):
                await self.ask()
            await self.renew()


def step():
    return int(datetime.now(UTC).timestamp()) // STEP_S


async def log_in_again_and_again(api, memory, user):
    while True:
        await (await Session.open(api, memory, user)).ask()


def people(session, api, memory):
    return session.go_on(), *(log_in_again_and_again(api, memory, user) for user in USERS)


@asynccontextmanager
async def working(*work):
    """Let people work in the meantime; the first refusal of one of them ends the test."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
        yield
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


def keys(*private):
    return json.dumps({"keys": [key.as_dict(private=False) for key in private]})


def instances(name, twice):
    return (name, f"{name}-1") if name in twice else (name,)


async def change(stack, balancer, phase, names, **settings):
    """Start instances again with other settings, one after the other, and let people work on with each for a while."""
    balancer.phase = phase
    for name in names:
        stack.change(name, **settings)
        await stack.restart(name)
        done = balancer.requests()

        async def worked_on(done=done):
            return balancer.requests() >= done + REQUESTS

        await until(worked_on, within_s=60)


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.security("S17")
@pytest.mark.parametrize(("twice", "waiting"), [(("gateway",), set()), ((), {"nobody answers"})])
async def test_the_signing_key_changes_under_load_and_no_request_is_refused(tmp_path, capsys, twice, waiting):
    gateways = instances("gateway", twice)
    async with Stack(data=tmp_path, demo=True, processes=(*PROCESSES, *twice)) as stack:
        balancer = Balancer([httpx.URL(stack.health_url(name)).port for name in gateways])
        async with Api(stack.gateway_url, client=httpx.AsyncClient(transport=balancer, timeout=30)) as api:
            memory = Memory.of(tmp_path)
            old = OKPKey.import_key(json.loads(stack.environment("identity")["TOKEN_SIGNING_KEY"]))
            new = OKPKey.generate_key("Ed25519", {"kid": "token-2", "use": "sig"})
            session = await Session.open(api, memory, ANNA.user_name)
            signed_before = Session(api, session.tokens)
            async with working(*people(session, api, memory)):
                await change(stack, balancer, "both keys", gateways, TOKEN_PUBLIC_KEYS=keys(old, new))
                signing = json.dumps(new.as_dict(private=True))
                await change(stack, balancer, "new key", ["identity"], TOKEN_SIGNING_KEY=signing)
                await signed_before.ask()
            await session.renew()
            (header, claims), (newer, _) = signed_before.claims, session.claims
            assert (header["kid"], newer["kid"]) == ("token-1", "token-2")
            assert claims["exp"] - claims["iat"] <= LIFE_S  # so long, and no longer, is it of use to anybody
            async with working(*people(session, api, memory)):
                await change(stack, balancer, "old key gone", gateways, TOKEN_PUBLIC_KEYS=keys(new))
            balancer.phase = "after"
            with pytest.raises(RefusedError) as refused:
                await signed_before.ask()
    with capsys.disabled():
        sys.stdout.write(f"\nkey rotation, {len(gateways)} gateways: {dict(balancer.seen)}\n")
    assert refused.value.status == 401
    # While identity starts again, whom nobody answers is told to ask again; that, and nothing else.
    allowed = {"both keys": waiting, "new key": waiting | {202, 503}, "old key gone": waiting}
    for phase, more in allowed.items():
        assert {what for (found, what) in balancer.seen if found == phase} <= {200, 201} | more
        assert min(balancer.seen[phase, status] for status in (200, 201)) > 0
