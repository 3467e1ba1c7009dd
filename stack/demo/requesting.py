"""Steps 1 to 5 and 7: log in, request, sign, approve, be told and charged, export; and the request of five hundred."""

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from profiles.model import load_profile
from stack.demo.api import Api
from stack.demo.journal import Journal
from stack.demo.login import Desk
from stack.demo.people import ANNA, BRAM, CARLA, CUSTOMERS, DIRK, INTERMEDIARY, OFFER_CENTS
from stack.demo.waiting import until

RELATION = "00000109"
WORKBOOK = Path(__file__).resolve().parents[2] / "tests" / "files" / "relations-500.xlsx"
CONTACT = {
    "name": {"initials": "R.", "infix": "de", "surname": "Relatie"},
    "email": "contact@relation.example",
    "phone": "+31201234567",
}
SENDER = {"name": "Anna Aalbers", "email": ANNA.email, "phone": "+31101234567"}


@dataclass
class Journey:
    """What the steps hand on."""

    desk: Desk
    journal: Journal
    anna: Api
    kim: Api
    organisation: str
    persons: dict[str, str]
    services: list[dict[str, Any]] = field(default_factory=list)
    id: str = ""
    """The chain authorization."""

    mails_before: int = 0
    """The number of the relation's last mail before it was asked."""

    @property
    def message_box(self) -> bool:
        """Whether the supplier has a message box (CF-27)."""
        return load_profile(self.desk.stack.profile).message_box.enabled


async def start(desk: Desk, journal: Journal) -> Journey:
    """Log in with password and TOTP, and a second administrator with SMS."""
    journal.step("1. Administrators log in")
    await desk.present.pass_seconds(60)
    anna = await desk.log_in(ANNA.user_name)
    profile = await anna.get("/v1/sessions/current")
    journal.held("Anna is in with password and the code of her device", profile["userName"], ANNA.user_name)
    bram = await desk.log_in(BRAM.user_name, BRAM.mobile)
    seen = await bram.get("/v1/sessions/current")
    journal.held("Bram, of another organisation, is in with password and an SMS", seen["userName"], BRAM.user_name)
    for name, api in (("Anna", anna), ("Bram", bram)):
        access = (await api.get("/v1/chain-access"))["status"]
        journal.held(f"the organisation of {name} has the chain functionality", access, "open")
    rows = (await anna.get("/v1/credentials", limit=100))["rows"]
    persons = {row["email"]: row["personId"] for row in rows}
    kim = await desk.log_in("kim")
    organisation = profile["organisations"][0]["organisationId"]
    return Journey(desk, journal, anna, kim, organisation, persons)


async def request(journey: Journey) -> None:
    """Look the relation up, choose services, see the costs, ask."""
    journal, anna = journey.journal, journey.anna
    journal.step("2. Anna requests a chain authorization")
    company = await anna.get(f"/v1/companies/{RELATION}")
    journal.held(f"the register knows {company['name']}, leading zeros kept", company["kvkNumber"], RELATION)
    journey.services = (await anna.get("/v1/services", text="belasting", chainOnly="true"))["rows"][:2]
    journal.saw("services: " + ", ".join(service["name"]["nl"] for service in journey.services))
    everything = (await anna.get("/v1/services", limit=100))["rows"]
    journal.held("the catalogue has at least 60 services", len(everything) >= 60)  # noqa: PLR2004
    quotation = await quote(journey, 1)
    wanted = OFFER_CENTS if journey.message_box else 1995
    journal.held(f"the costs are EUR {wanted / 100:.2f} a year", quotation["total"], wanted)
    seen = await journey.desk.arrivals.all("mails", str(CONTACT["email"]))
    journey.mails_before = seen[-1]["number"] if seen else 0
    asked = await anna.post("/v1/chain-authorizations", body(journey, quotation["token"]))
    journey.id = asked["chainAuthorizationId"]
    row = await anna.get(f"/v1/chain-authorizations/{journey.id}")
    journal.held("its status is 'Aanvraag verstuurd'", row["status"], "sent")


async def quote(journey: Journey, quantity: int) -> Any:
    """Ask what it costs."""
    return await journey.anna.post("/v1/quotations", {"item": "chain_authorization", "quantity": quantity})


def body(journey: Journey, token: str, relation: str = RELATION, reference: str = "dossier 109") -> dict[str, Any]:
    """Return the body of a request for one relation."""
    return {
        "relation": {"kvkNumber": relation},
        "contact": CONTACT,
        "reference": reference,
        "terms": terms(journey, token),
    }


def terms(journey: Journey, token: str) -> dict[str, Any]:
    """Return what is asked: two services, for Carla, for five years, in English."""
    return {
        "scope": {"serviceUuids": [service["serviceUuid"] for service in journey.services]},
        "personIds": [journey.persons[CARLA.email]],
        "years": 5,
        "sender": SENDER,
        "language": "en",
        "quotation": token,
    }


async def sign(journey: Journey) -> None:
    """Let the relation answer without an account."""
    journal, desk = journey.journal, journey.desk
    journal.step("3. The relation's contact answers the invitation, without an account")
    mail = await desk.arrivals.newest("mails", str(CONTACT["email"]), journey.mails_before)
    journal.saw(f"mail: {mail['subject']}")
    journal.held("the mail is in the language chosen", mail["language"], "en")
    token = link_token(mail["text"])
    path = f"/v1/invitations/{token}"
    await until(lambda: _ready(desk.api, path))
    agreement: bytes = await desk.api.get(f"{path}/agreement")
    journal.held("the agreement is a PDF", agreement[:5], b"%PDF-")
    files = {"file": ("signed.pdf", agreement, "application/pdf")}
    await desk.api.post(f"{path}/agreement", files=files)
    row = await journey.anna.get(f"/v1/chain-authorizations/{journey.id}")
    journal.held("the upload makes it 'Aanvraag ontvangen'", row["status"], "received")


def link_token(text: str) -> str:
    """Return the token of the personal link in a mail."""
    found = re.search(r"/invitations/([A-Za-z0-9_-]+)", text)
    assert found is not None, "the mail holds a personal link"
    return found[1]


async def _ready(api: Api, path: str) -> bool:
    return bool((await api.get(path))["agreementReady"])


async def approve(journey: Journey) -> None:
    """Let the back office accept the agreement."""
    journal = journey.journal
    journal.step("4. The back office approves")
    rows = (await journey.kim.get("/v1/received-agreements"))["rows"]
    journal.held("the agreement is in the queue", journey.id in {row["chainAuthorizationId"] for row in rows})
    await journey.kim.post(f"/v1/received-agreements/{journey.id}/approvals")


async def told_and_charged(journey: Journey) -> None:
    """See it active, the administrators told, the first year charged."""
    journal, anna, desk = journey.journal, journey.anna, journey.desk
    journal.step("5. It is active; the administrators are told, the first year is charged")
    active = (await anna.get("/v1/chain-authorizations", tab="active"))["rows"]
    journal.held("it is in the overview", [row["status"] for row in active], ["active"])
    charges = await until(lambda: _charges(anna, "chain_authorization"))
    wanted = OFFER_CENTS if journey.message_box else 1995
    journal.held("one charge", [row["amount"] for row in charges], [wanted])
    first = await until(lambda: _charges(anna, "credential"))
    journal.held("the first application was charged, person by person", len(first), len(CUSTOMERS[INTERMEDIARY]))
    if journey.message_box:
        messages = await until(lambda: _about(anna, journey.id))
        journal.saw(f"message box: {messages[0]['subject']}")
        mail = await until(lambda: _mail(desk, "berichtenbox"))
        journal.held("the mail only says so", company_name(active[0]) in mail["text"], wanted=False)
    else:
        mail = await until(lambda: _mail(desk, company_name(active[0])))
        journal.held("the full e-mail names the relation", company_name(active[0]) in mail["text"])


def company_name(row: dict[str, Any]) -> str:
    """Return the relation's name of a row of the overview."""
    return str(row["relation"]["name"])


async def _charges(api: Api, item: str) -> list[dict[str, Any]]:
    return [row for row in await _rows(api, "/v1/charges") if row["item"] == item]


async def _rows(api: Api, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get(path))["rows"]
    return found


async def _about(api: Api, id_: str) -> list[dict[str, Any]]:
    return [row for row in await _rows(api, "/v1/messages") if row["about"] == id_]


async def _mail(desk: Desk, text: str) -> dict[str, Any] | None:
    mails = await desk.arrivals.all("mails", ANNA.email)
    return next(
        (mail for mail in reversed(mails) if text.casefold() in (mail["subject"] + mail["text"]).casefold()), None
    )


async def export(journey: Journey) -> None:
    """Download the overview in both formats."""
    journal, anna = journey.journal, journey.anna
    journal.step("7. The overview as .xlsx and .csv")
    text: bytes = await anna.get("/v1/chain-authorizations/exports", tab="active", format="csv")
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    workbook: bytes = await anna.get("/v1/chain-authorizations/exports", tab="active", format="xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    journal.saw(" | ".join(lines[1]))
    journal.held("the KvK number keeps its zeros", RELATION in lines[1])
    journal.held("both hold the same", [[str(cell) for cell in row] for row in sheet], lines)


async def bulk(journey: Journey) -> None:
    """Request from five hundred relations by a workbook."""
    journal, desk = journey.journal, journey.desk
    journal.step("10. Five hundred relations by a workbook")
    await desk.present.pass_seconds(60)
    journey.anna = await desk.log_in(ANNA.user_name)
    quotation = await quote(journey, 500)
    files = {"file": ("relations.xlsx", WORKBOOK.read_bytes(), "application/octet-stream")}
    preview = await journey.anna.post("/v1/chain-authorization-imports/previews", files=files)
    journal.held("the preview shows 500 rows and no fault", (len(preview["rows"]), preview["faults"]), (500, []))
    asked = await import_workbook(journey, files, quotation["token"])
    journal.held("500 requests", asked["requests"], 500)
    addresses = {row["contact"]["email"] for row in preview["rows"]}
    mails = await until(lambda: _all_invited(desk, addresses), within_s=90)
    journal.held("500 e-mails, one to each", mails, 500)


async def import_workbook(journey: Journey, files: dict[str, Any], token: str) -> Any:
    """Take a workbook over."""
    import json  # noqa: PLC0415

    return await journey.anna.post(
        "/v1/chain-authorization-imports", files=files, data={"terms": json.dumps(terms(journey, token))}
    )


async def _all_invited(desk: Desk, addresses: set[str]) -> int | None:
    counts = [len(await desk.arrivals.all("mails", address)) for address in addresses]
    return sum(counts) if min(counts) >= 1 else None


NOT_LINKED = DIRK
