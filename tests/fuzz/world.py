"""What the fuzzed interface stands on: the demo's customers, and work of every kind that lies open for somebody."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from stack.demo import requesting
from stack.demo.api import Api
from stack.demo.applying import application_of, wanted
from stack.demo.journal import Journal
from stack.demo.login import Desk
from stack.demo.people import CARLA, DIRK, Memory
from stack.demo.requesting import CONTACT, Journey
from stack.demo.waiting import until
from stack.system import Stack

_RELATIONS = count(110)
CHAIN = {"item": "chain_authorization", "quantity": 1}


@dataclass
class World:
    """The running system, and what lies in it: ids and tokens, each kind under the name of its dictionary."""

    desk: Desk
    known: dict[str, list[str]] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    """By operation: a body that is accepted as things stand."""

    async def session(self, user: str) -> dict[str, str]:
        """Open a session with a code that no login has used; return the headers that speak for it."""
        await self.desk.present.pass_seconds(60)
        return {"Authorization": f"Bearer {(await self.desk.log_in(user)).token}"}

    def visitor(self) -> dict[str, str]:
        """Return the headers of the visitor who has left the work: with the proofs of its uploads."""
        return {"Cookie": self.desk.api.client.headers["Cookie"]}


async def prepare(stack: Stack, api: Api) -> World:
    """Let people leave their work, and note what it is called."""
    desk = Desk(stack, api, Memory.of(Path(stack.data)))
    journey = await requesting.start(desk, Journal(stack.profile))
    await requesting.request(journey)
    await requesting.sign(journey)
    await requesting.approve(journey)
    world = World(desk)
    asked = [await _asked(journey) for _ in range(4)]
    world.known["invitations"] = [token for _, token in asked]
    file = {"file": ("signed.pdf", await api.get(f"/v1/invitations/{asked[0][1]}/agreement"), "application/pdf")}
    for _, token in asked[:2]:
        await api.post(f"/v1/invitations/{token}/agreement", files=file)
    await _left_to_do(journey)
    await _note(world, journey)
    return world


async def _asked(journey: Journey) -> tuple[str, str]:
    """Ask a relation; return the chain authorization and the token of the personal link."""
    number = f"{next(_RELATIONS):08d}"
    seen = await journey.desk.arrivals.all("mails", str(CONTACT["email"]))
    token = (await journey.anna.post("/v1/quotations", CHAIN))["token"]
    made = await journey.anna.post(
        "/v1/chain-authorizations", requesting.body(journey, token, number, f"fuzz {number}")
    )
    mail = await journey.desk.arrivals.newest("mails", str(CONTACT["email"]), seen[-1]["number"])
    link = requesting.link_token(mail["text"])
    await until(lambda: _ready(journey, link))
    return made["chainAuthorizationId"], link


async def _ready(journey: Journey, link: str) -> bool:
    return bool((await journey.desk.api.get(f"/v1/invitations/{link}"))["agreementReady"])


async def _left_to_do(journey: Journey) -> None:
    """Leave applications, forms, a grant and a change in treatment."""
    anna, carla = journey.anna, journey.persons[CARLA.email]
    for number in ("00000705", "00000706", "00000707"):
        await journey.desk.api.post("/v1/applications", await _application(journey.desk.api, number))
    for text in ("New name", "New address", "New telephone number"):
        await anna.post("/v1/forms", _form(text))
    await anna.post("/v1/authorizations", _grant(journey, 0))
    rows = (await anna.get("/v1/credentials", limit=100))["rows"]
    of_carla = next(row["credentialId"] for row in rows if row["personId"] == carla)
    await anna.post(f"/v1/credentials/{of_carla}/downgrades", {"level": "EH2+", "agreed": True})


async def _application(api: Api, number: str) -> dict[str, Any]:
    return await application_of(api, number, [_applicant(number)])


def _applicant(number: str) -> dict[str, Any]:
    return {**DIRK.applicant(), "email": f"{number}@demo.example", "role": "administrator"}


def _form(text: str) -> dict[str, Any]:
    return {"code": "company_data", "values": [{"name": "change", "value": text}]}


def _grant(journey: Journey, service: int) -> dict[str, Any]:
    uuid = journey.services[service]["serviceUuid"]
    return {"personIds": [journey.persons[CARLA.email]], "serviceUuids": [uuid]}


_LISTS = {
    "credentials": ("anna", "/v1/credentials", "credentialId"),
    "persons": ("anna", "/v1/credentials", "personId"),
    "services": ("anna", "/v1/services", "serviceUuid"),
    "chain-authorizations": ("anna", "/v1/chain-authorizations", "chainAuthorizationId"),
    "messages": ("anna", "/v1/messages", "messageId"),
    "sessions": ("anna", "/v1/sessions", "sessionId"),
    "applications": ("kim", "/v1/applications", "applicationId"),
    "forms": ("kim", "/v1/forms", "formId"),
    "mutations": ("kim", "/v1/mutations", "mutationId"),
    "received-agreements": ("kim", "/v1/received-agreements", "chainAuthorizationId"),
}


async def _note(world: World, journey: Journey) -> None:
    """Read the ids that lists show."""
    readers = {"anna": journey.anna, "kim": journey.kim}
    for name, (reader, path, key) in _LISTS.items():
        rows = (await readers[reader].get(path))["rows"]
        world.known[name] = sorted({row[key] for row in rows})[:10]
        assert world.known[name], f"nothing lies in {path}"
    world.known["organisations"] = world.known["chain-access-requests"] = [journey.organisation]
    world.known["companies"] = ["00000109", "00000702"]
    quoted = [(await journey.anna.post("/v1/quotations", CHAIN))["token"] for _ in range(3)]
    world.known["quotations"] = quoted[1:]
    world.bodies = {
        "submitApplication": await _application(journey.desk.api, "00000708"),
        "quoteApplication": wanted("00000709", [_applicant("00000709")]),
        "submitForm": _form("New house style"),
        "grantAuthorizations": _grant(journey, 1),
        "quote": CHAIN,
        "requestChainAuthorization": requesting.body(journey, quoted[0], f"{next(_RELATIONS):08d}", "fuzz"),
    }
