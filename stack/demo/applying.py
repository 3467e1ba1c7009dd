"""The first application of a company as its representative makes it: a copy for each person, the costs, the body."""

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from services.identity.register import EmbeddedRegister
from stack.demo.api import Api

COPIES, QUOTATIONS = "/v1/applicant-document-copies", "/v1/application-quotations"
YEARS = 1
_WANTED = ("level", "secondFactor")


def copy_file() -> dict[str, tuple[str, bytes, str]]:
    """Return a fictive scan of a passport, as the part of an upload."""
    scan = io.BytesIO()
    Image.new("RGB", (120, 80), "lightsteelblue").save(scan, "PNG")
    return {"file": ("paspoort.png", scan.getvalue(), "image/png")}


def document_of(number: str, file: str) -> dict[str, Any]:
    """Return what an application says of a passport whose copy was uploaded."""
    shown = [{"file": file, "sides": ["front"]}]
    return {"type": "passport", "number": number, "expiresOn": "2099-12-31", "issuingCountry": "NL", "files": shown}


def wanted(kvk_number: str, applicants: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is quoted for these persons."""
    credentials = [{name: one[name] for name in _WANTED} for one in applicants]
    return {"kvkNumber": kvk_number, "years": YEARS, "credentials": credentials}


async def representative_of(kvk_number: str) -> dict[str, Any]:
    """Return who signs for a company of the fictive register."""
    company = await EmbeddedRegister.load().company(kvk_number)
    assert company is not None, "a number of the fictive register"
    signs = company.representatives[0]
    name = {"initials": signs.initials, "infix": signs.infix, "surname": signs.surname}
    return {"name": name, "birthDate": signs.birth_date.isoformat()}


async def application_of(api: Api, kvk_number: str, applicants: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Upload a copy for each person and ask the costs; return the application."""
    people = []
    for index, applicant in enumerate(applicants):
        copy = await api.post(COPIES, files=copy_file())
        people.append({**applicant, "document": document_of(f"SPECI{kvk_number}{index}", copy["file"])})
    quoted = await api.post(QUOTATIONS, wanted(kvk_number, applicants))
    return {
        "kvkNumber": kvk_number,
        "representative": await representative_of(kvk_number),
        "applicants": people,
        "years": YEARS,
        "agreed": True,
        "quotation": quoted["token"],
    }
