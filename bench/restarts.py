"""How soon each process of the whole system answers again after a SIGKILL, while nobody else asks anything."""

import asyncio
import json
import signal
from pathlib import Path
from time import monotonic

from bench.http import Connection, administrator_token
from chassis.mongo import close, connect, database
from chassis.settings import ChassisSettings
from contracts.values import Role
from services.identity.store import CREDENTIALS
from stack.system import Stack

_ASKED = {
    "identity": "/v1/credentials",
    "authorizations": "/v1/services",
    "chain": "/v1/chain-access",
    "notifications": "/v1/messages",
    "billing": "/v1/charges",
    "gateway": "/v1/organisation",
}
_SETTLE_S = 3.0
_EVERY_S = 0.1
_WITHIN_S = 60.0


async def _token(stack: Stack) -> str:
    """Return the token of an administrator of the demo data."""
    settings = ChassisSettings(deployment=stack.deployment, mongo_uri=stack.mongo_uri)
    client = connect(settings, "bench")
    held = await database(client, settings, "identity")[CREDENTIALS.name].find_one({"role": Role.ADMINISTRATOR})
    await close(client)
    assert held is not None, "the demo data have one"
    kept = json.loads((stack.data / "secrets.json").read_text())
    environment = {"TOKEN_SIGNING_KEY": json.dumps(kept["TOKEN_SIGNING_KEY"]), "DEPLOYMENT": stack.deployment}
    return administrator_token(environment, held["person_id"], held["organisation_id"])


async def _answered(stack: Stack, token: str, path: str) -> float | None:
    """Ask, each time on a connection of its own; return when a good answer came, None when none did."""
    try:
        async with asyncio.timeout(_WITHIN_S):
            await Connection(stack.gateway_url, token).get(path)
    except OSError:
        return None
    return monotonic()


async def _again(stack: Stack, token: str, name: str) -> float:
    """Return the seconds from the kill to the first good answer; a new question goes out ten times a second."""
    await asyncio.sleep(_SETTLE_S)
    await stack.supervisor.kill(name, signal.SIGKILL)
    begin, asking = monotonic(), set()
    while monotonic() - begin < _WITHIN_S:
        asking.add(asyncio.create_task(_answered(stack, token, _ASKED[name])))
        done, asking = await asyncio.wait(asking, timeout=_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
        if good := [at for task in done if (at := task.result()) is not None]:
            await asyncio.gather(*asking)
            return min(good) - begin
    raise SystemExit(f"{name} did not answer within a minute")


async def table(data: Path) -> None:
    """Print how soon each answers again."""
    async with Stack(data=data, demo=True) as stack:
        token = await _token(stack)
        for name in _ASKED:
            print(f"  {name} killed at rest: first answer after {await _again(stack, token, name):.1f} s", flush=True)
