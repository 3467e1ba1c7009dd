"""Loads the catalogue and the demo's customers, by the calls that the people concerned would make."""

import asyncio
import base64
import io
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joserfc.jwk import OKPKey
from pypdf import PdfReader

from profiles.model import load_profile
from stack.demo.api import Api, RefusedError
from stack.demo.applying import application_of
from stack.demo.login import Desk
from stack.demo.people import CUSTOMERS, OFFER_CENTS, PASSWORD, PEOPLE, STAFF, Memory, Person
from stack.demo.waiting import until

if TYPE_CHECKING:
    from stack.system import Stack

CATALOGUE = Path(__file__).resolve().parents[1] / "data" / "catalogue.xml"
TAX_AUTHORITY = "00000099000000101000"


async def load(stack: "Stack") -> None:
    """Load the demo data into an empty system."""
    memory = Memory.of(stack.data)
    if "loaded" in memory.done:
        return
    if "begun" in memory.done:
        raise SystemExit(f"The demo data were loaded halfway when it stopped. Empty {stack.data} and start again.")
    memory.keep("begun")
    async with Api(stack.gateway_url) as api:
        desk = Desk(stack, api, memory)
        await _staff(desk)
        kim, lars = await asyncio.gather(desk.log_in("kim"), desk.log_in("lars"))
        customers = [_customer(desk, kim, lars, kvk_number, people) for kvk_number, people in CUSTOMERS.items()]
        await asyncio.gather(_catalogue(kim), _machine_client(desk, kim), *customers)
        memory.keep("loaded")


async def _staff(desk: Desk) -> None:
    """Make the first accounts of the back office, on the command line."""
    missing = [user for user in STAFF if user not in desk.memory.passwords]
    await asyncio.gather(*(_employee(desk, user) for user in missing))


async def _employee(desk: Desk, user: str) -> None:
    printed = await desk.stack.command(
        "identity", "add-staff", "--user-name", user, "--email", f"{user}@supplier.example", "--roles", STAFF[user]
    )
    desk.memory.passwords[user] = _printed(printed, "password")
    desk.memory.otp_uris[user] = _printed(printed, "otp")
    desk.memory.keep()


def _printed(text: str, name: str) -> str:
    found = re.search(rf"^{name}[^:]*:\s*(\S.*)$", text, re.IGNORECASE | re.MULTILINE)
    if found is None:
        raise ValueError(f"no {name} in: {text}")
    return found[1].strip()


async def _catalogue(staff: Api) -> None:
    files = {"file": ("catalogue.xml", CATALOGUE.read_bytes(), "application/xml")}
    await staff.post("/v1/service-catalogues", files=files)


async def _customer(desk: Desk, handler: Api, reviewer: Api, kvk_number: str, people: tuple[Person, ...]) -> None:
    """Bring an organisation in: application, identification, approval, activation of each person."""
    body = await application_of(desk.api, kvk_number, [person.applicant() for person in people])
    application = await desk.api.post("/v1/applications", body)
    found = await _waiting(handler, application["applicationId"])
    for credential in found["credentials"]:
        if credential["level"] in {"EH3", "EH4"}:
            await handler.post(f"/v1/credentials/{credential['credentialId']}/identifications")
    await reviewer.post(f"/v1/applications/{application['applicationId']}/approvals")
    await asyncio.gather(*(_activate(desk, person) for person in people))
    await _chain_access(desk, handler, people[0], kvk_number)


async def _waiting(staff: Api, application: str) -> dict[str, Any]:
    rows = (await staff.get("/v1/applications", limit=100))["rows"]
    found: dict[str, Any] = next(row for row in rows if row["applicationId"] == application)
    return found


async def _activate(desk: Desk, person: Person) -> None:
    """Activate as the letter says: its code, the code of the mail, a password, the first code of the second factor."""
    code = await _letter_code(desk, person)
    mails = await desk.arrivals.all("mails", person.email)
    texts = await desk.arrivals.all("messages", person.mobile) if person.mobile else []
    started = await desk.api.post("/v1/activations", {"letterCode": code})
    mail = await desk.arrivals.newest("mails", person.email, mails[-1]["number"] if mails else 0)
    completion = {
        "validationCode": _spelled(mail["text"]),
        "userName": person.user_name,
        "password": PASSWORD,
    }
    if started["otpUri"]:
        desk.memory.otp_uris[person.user_name] = started["otpUri"]
        completion["secondFactorCode"] = await desk.code(person.user_name)
    elif started["secondFactor"] == "sms":
        text = await desk.arrivals.newest("messages", person.mobile, texts[-1]["number"] if texts else 0)
        completion["secondFactorCode"] = _spelled(text["text"])
    await desk.api.post(f"/v1/activations/{started['activationId']}/completions", completion)
    desk.memory.passwords[person.user_name] = PASSWORD
    desk.memory.keep()


async def _letter_code(desk: Desk, person: Person) -> str:
    """Read the code from the activation letter, or from the mail where the supplier sends one.

    Of both the mail is waited for too: what comes after it is the mail of the activation.
    """
    channels = load_profile(desk.stack.profile).activation_letter.channels
    mail = await desk.arrivals.newest("mails", person.email) if "email" in channels else None
    if "post" in channels:
        full = " ".join(part for part in (person.initials, person.infix, person.surname) if part)
        letter = await desk.arrivals.newest("letters", full)
        pages = PdfReader(io.BytesIO(base64.b64decode(letter["pdf"]))).pages
        return _spelled("\n".join(page.extract_text() for page in pages))
    assert mail is not None, "a letter comes by post or by e-mail"
    return _spelled(mail["text"])


def _spelled(text: str) -> str:
    """Return the code that stands in a letter or mail: groups of letters and digits, or six to ten digits."""
    found = re.search(r"\b([A-Z0-9]{4}(?:-[A-Z0-9]{4}){2,})\b", text) or re.search(
        r"(?<![\d-])(\d{6,10})(?![\d-])", text
    )
    if found is None:
        raise ValueError(f"no code in: {text}")
    return found[1]


async def _chain_access(desk: Desk, staff: Api, person: Person, kvk_number: str) -> None:
    """Open the chain functionality: asked for, offered, accepted."""
    administrator = await desk.log_in(person.user_name, person.mobile)
    await until(lambda: _heard_of(administrator))
    await administrator.post("/v1/chain-access")
    rows = (await staff.get("/v1/chain-access-requests", limit=100))["rows"]
    organisation = next(row["organisationId"] for row in rows if row["kvkNumber"] == kvk_number)
    offered = load_profile(desk.stack.profile).prices.by_offer
    price = {"pricePerYear": OFFER_CENTS} if len(offered) > 1 else {}
    await staff.post(f"/v1/chain-access-requests/{organisation}/offers", price)
    await staff.post(f"/v1/chain-access-requests/{organisation}/answers", {"accepted": True})


async def _heard_of(administrator: Api) -> bool:
    """Say whether chain has heard of the new credential: a moment after identity, which no person notices."""
    try:
        return bool(await administrator.get("/v1/chain-access"))
    except RefusedError as refused:
        if refused.status != HTTPStatus.FORBIDDEN:
            raise
        return False


async def _machine_client(desk: Desk, staff: Api) -> None:
    """Register the system of a service provider, which asks for decisions."""
    key = OKPKey.generate_key("Ed25519", {"kid": "demo-1"})
    body = {"oin": TAX_AUTHORITY, "name": "Demo", "publicKey": key.as_dict(private=False)}
    client = await staff.post("/v1/machine-clients", body)
    desk.memory.clients[TAX_AUTHORITY] = {"id": client["clientId"], "key": key.as_dict(private=True)}
    desk.memory.keep()


def logins(profile: str) -> list[tuple[str, str]]:
    """Return who can log in, for the table of make up."""
    del profile
    rows = [
        (person.user_name, f"{person.role}, {person.level}, password {PASSWORD}, {person.factor}")
        for person in PEOPLE.values()
    ]
    return [*rows, *((user, "back office; password in demo.json beside the data, otp") for user in STAFF)]
