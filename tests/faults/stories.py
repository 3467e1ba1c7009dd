"""What virtual users do: short stories of commands, chosen and filled by a seed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from contracts.values import local_date
from services.identity.register import EmbeddedRegister
from stack.demo import applying
from stack.demo.requesting import CONTACT, SENDER, link_token
from tests.faults.callers import Person, Visitor
from tests.faults.client import Client, Outcome, Way

CHAIN = "/v1/chain-authorizations"
REQUEST = Way("request", "chain", "POST", CHAIN)
DELETE = Way("delete", "chain", "DELETE", f"{CHAIN}/{{id}}")
SCHEDULE = Way("schedule", "chain", "DELETE", f"{CHAIN}/{{id}}")
LINK = Way("link", "chain", "POST", f"{CHAIN}/{{id}}/users")
UNLINK = Way("unlink", "chain", "DELETE", f"{CHAIN}/{{id}}/users")
DECLINE = Way("decline", "chain", "POST", "/v1/invitations/{token}/rejections")
RETURN = Way("return", "chain", "POST", "/v1/invitations/{token}/agreement")
APPROVE = Way("approve", "chain", "POST", "/v1/received-agreements/{id}/approvals")
GRANT = Way("grant", "authorizations", "POST", "/v1/authorizations")
READ = Way("read", "notifications", "POST", "/v1/messages/{id}/reads")
APPLY = Way("apply", "identity", "POST", "/v1/applications")
REJECT = Way("reject", "identity", "POST", "/v1/applications/{id}/rejections")
_FIRST, _LAST = 110, 690
_YEARS = 5


@dataclass
class Intermediary:
    """An organisation that asks relations: its administrator, and a user who can be linked."""

    administrator: Person
    user: str


@dataclass
class World:
    """What the stories stand on."""

    client: Client
    intermediaries: list[Intermediary]
    staff: list[Person]
    services: list[str]
    agreement: bytes
    mail: Callable[[str], Awaitable[str | None]]
    """Waits for the first mail at an address and returns its text; None when none comes for long."""

    numbers: Any = field(default_factory=count)
    read: set[str] = field(default_factory=set)
    """Messages of the box that somebody marks as read."""


@dataclass
class Request:
    """A chain authorization in a story."""

    by: Intermediary
    id: str
    email: str

    @property
    def facts(self) -> dict[str, Any]:
        """What the history tells of a command about it."""
        return {"subject": self.id, "person": self.by.user}


async def ask(world: World, rng: Random) -> tuple[Request | None, dict[str, Any]]:
    """Request a chain authorization of a relation with a contact of its own; also return the body that asked."""
    number, by = next(world.numbers), rng.choice(world.intermediaries)
    reference = f"faults {number}"
    email = f"faults-{number}@relation.example"
    outcome, body = await _asked(world, by, number, reference, email)
    if not outcome.done:
        return None, body
    return Request(by, outcome.body["chainAuthorizationId"], email), body


async def _asked(
    world: World, by: Intermediary, number: int, reference: str, email: str
) -> tuple[Outcome, dict[str, Any]]:
    quotation = {"item": "chain_authorization", "quantity": 1}
    quoted = await world.client.read("billing", "POST", "/v1/quotations", by.administrator, json=quotation)
    if quoted is None:
        return Outcome("unknown"), {}
    companies = _LAST - _FIRST
    service = world.services[number // companies % len(world.services)]
    body = {
        "relation": {"kvkNumber": f"{_FIRST + number % companies:08d}"},
        "contact": {**CONTACT, "email": email},
        "reference": reference,
        "terms": {
            "scope": {"serviceUuids": [service]},
            "personIds": [by.user],
            "years": _YEARS,
            "sender": SENDER,
            "language": "nl",
            "quotation": quoted["token"],
        },
    }
    facts = {"reference": reference, "email": email}
    return await world.client.command(REQUEST, by.administrator, facts, json=body), body


async def declined(world: World, rng: Random) -> None:
    """A relation says no."""
    request, _body = await ask(world, rng)
    if request is not None and (token := await _token(world, request)):
        await world.client.command(DECLINE, Visitor.fresh(rng), request.facts, {"token": token})


async def withdrawn(world: World, rng: Random) -> None:
    """A request without its user, then no more request at all."""
    request, _body = await ask(world, rng)
    if request is None:
        return
    users, who = {"personIds": request.by.user}, request.by.administrator
    if (await world.client.command(UNLINK, who, request.facts, {"id": request.id}, params=users)).done:
        await world.client.command(DELETE, who, request.facts, {"id": request.id})


async def signed(world: World, rng: Random) -> None:
    """A relation signs, the back office approves, users come and go, and some of it ends."""
    request, _body = await ask(world, rng)
    if request is None or not (token := await _token(world, request)):
        return
    client, place, who, facts = world.client, {"id": request.id}, request.by.administrator, request.facts
    files = {"file": ("signed.pdf", world.agreement, "application/pdf")}
    if not (await client.command(RETURN, Visitor.fresh(rng), facts, {"token": token}, files=files)).done:
        return
    if not (await client.command(APPROVE, rng.choice(world.staff), facts, place)).done:
        return
    if not (await client.command(UNLINK, who, facts, place, params={"personIds": request.by.user})).done:
        return
    if not (await client.command(LINK, who, facts, place, json={"personIds": [request.by.user]})).done:
        return
    match rng.randrange(3):
        case 0:
            await client.command(DELETE, who, facts, place)
        case 1:
            on = {"on": (local_date(datetime.now(UTC)) + timedelta(days=rng.randint(40, 400))).isoformat()}
            await client.command(SCHEDULE, who, facts, place, params=on)


async def granted(world: World, rng: Random) -> None:
    """A user is authorised for a service, until some day."""
    by = rng.choice(world.intermediaries)
    for _ in range(rng.randint(1, 3)):
        end = local_date(datetime.now(UTC)) + timedelta(days=rng.randint(30, 1500))
        body = {"personIds": [by.user], "serviceUuids": [rng.choice(world.services)], "end": end.isoformat()}
        await world.client.command(GRANT, by.administrator, {"person": by.user}, json=body)


async def refused(world: World, rng: Random) -> None:
    """The same relation is asked twice, and what does not exist is deleted."""
    request, body = await ask(world, rng)
    if request is None:
        return
    quotation = {"item": "chain_authorization", "quantity": 1}
    who = request.by.administrator
    quoted = await world.client.read("billing", "POST", "/v1/quotations", who, json=quotation)
    if quoted is not None:
        reference = f"{body['reference']} again"
        again = {**body, "terms": {**body["terms"], "quotation": quoted["token"]}, "reference": reference}
        facts = {"reference": reference, "email": request.email}
        await world.client.command(REQUEST, who, facts, json=again)
    await world.client.command(LINK, who, request.facts, {"id": request.id}, json={"personIds": [request.by.user]})


async def read(world: World, rng: Random) -> None:
    """Somebody marks a message of the box as read."""
    by = rng.choice(world.intermediaries)
    found = await world.client.read("notifications", "GET", "/v1/messages", by.administrator, params={"limit": 100})
    rows = [row["messageId"] for row in (found or {}).get("rows", ()) if row["messageId"] not in world.read]
    if rows:
        message = rng.choice(rows)
        world.read.add(message)
        facts = {"message": message, "person": by.administrator.claims["sub"]}
        await world.client.command(READ, by.administrator, facts, {"id": message})


async def applied(world: World, rng: Random) -> None:
    """An organisation applies, and the back office turns it down."""
    number = 700 + 2 * (next(world.numbers) % 195) + 5
    kvk_number, who = f"{number:08d}", Visitor.fresh(rng)
    company = await EmbeddedRegister.load().company(kvk_number)
    if company is None or not company.active:
        return
    email = f"applicant-{next(world.numbers)}@demo.example"
    applicant = {
        "name": {"initials": "X.", "infix": None, "surname": "Xander"}, "birthDate": "1985-05-17", "email": email,
        "mobile": "", "level": "EH3", "role": "administrator", "secondFactor": "otp", "language": "nl",
        "identificationAddress": ["Voorbeeldstraat 1", "1234 AB Utrecht"],
    }  # fmt: skip
    copy = await world.client.read("gateway", "POST", applying.COPIES, who, files=applying.copy_file())
    wanted = applying.wanted(kvk_number, [applicant])
    quoted = await world.client.read("billing", "POST", applying.QUOTATIONS, who, json=wanted)
    if copy is None or quoted is None:
        return
    body = {
        "kvkNumber": kvk_number,
        "representative": await applying.representative_of(kvk_number),
        "applicants": [{**applicant, "document": applying.document_of(f"SPECI{kvk_number}", copy["file"])}],
        "years": applying.YEARS,
        "agreed": True,
        "quotation": quoted["token"],
    }
    received = await world.client.command(APPLY, who, {}, json=body)
    if received.done:
        place, why = {"id": received.body["applicationId"]}, {"reason": "not complete"}
        await world.client.command(REJECT, rng.choice(world.staff), {}, place, json=why)


async def _token(world: World, request: Request) -> str | None:
    """Read the personal link in the invitation."""
    text = await world.mail(request.email)
    return link_token(text) if text is not None else None


Story = Callable[[World, Random], Awaitable[None]]
STORIES: dict[Story, int] = {declined: 3, withdrawn: 3, signed: 5, granted: 4, refused: 2, read: 4, applied: 3}


def choose(rng: Random) -> Story:
    """Return the next story."""
    return rng.choices(list(STORIES), weights=list(STORIES.values()))[0]
