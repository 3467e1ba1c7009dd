"""Work for the system while it is disturbed: one chain authorization per relation, each with a contact of its own."""

from stack.demo import requesting
from stack.demo.login import Desk


async def ask(journey: requesting.Journey, number: int) -> str:
    """Request a chain authorization of one relation; return the relation."""
    relation = f"{200 + number:08d}"
    quotation = await requesting.quote(journey, 1)
    body = requesting.body(journey, quotation["token"], relation, reference=f"asked {number}")
    body["contact"] = {**requesting.CONTACT, "email": contact(number)}
    await journey.anna.post("/v1/chain-authorizations", body)
    return relation


def contact(number: int) -> str:
    """Return the address of the contact that was asked with a number."""
    return f"contact-{number}@relation.example"


async def pending(journey: requesting.Journey) -> list[str]:
    """Return the relations of the requests that wait for an answer, with repeats if there are any."""
    rows = await journey.anna.get("/v1/chain-authorizations", tab="pending", limit=100)
    return sorted(row["relation"]["kvkNumber"] for row in rows["rows"])


async def invitations(desk: Desk, count: int) -> list[set[str]]:
    """Return for each number the different mails that its contact got."""
    mails = [await desk.arrivals.all("mails", contact(number)) for number in range(count)]
    return [{mail["message_id"] for mail in each} for each in mails]
