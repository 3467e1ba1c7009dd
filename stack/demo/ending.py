"""Steps 8 and 9: the warning, the end of the term, and deletion at once."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from stack.demo import decisions, requesting
from stack.demo.people import ANNA
from stack.demo.requesting import RELATION, Journey
from stack.demo.waiting import until


async def warned_and_expired(journey: Journey) -> None:
    """Move to three months before the end, and to the end."""
    journal, desk = journey.journal, journey.desk
    journal.step("8. Time passes: the warning three months before, and the end")
    row = await journey.anna.get(f"/v1/chain-authorizations/{journey.id}")
    end = date.fromisoformat(row["period"]["end"])
    await desk.present.move_to(_noon(end - timedelta(days=85)))
    journey.anna = await desk.log_in(ANNA.user_name)
    actions = await until(lambda: _tab(journey, "actions"))
    journal.held("it is on the tab 'Acties'", [row["chainAuthorizationId"] for row in actions], [journey.id])
    if journey.message_box:
        messages = await until(lambda: _told(journey))
        journal.saw(f"message box: {messages[0]['subject']}")
    client = await decisions.log_in_client(desk)
    journal.held("still yes", await decisions.decide(client, decisions.question(journey)), (True, "chain"))
    await desk.present.move_to(_noon(end + timedelta(days=1)))
    journey.anna = await desk.log_in(ANNA.user_name)
    expired = await until(lambda: _tab(journey, "expired"))
    journal.held("the day after, it is on 'Verlopen'", [row["status"] for row in expired], ["expired"])
    client = await decisions.log_in_client(desk)
    outcome = await decisions.decide(client, decisions.question(journey))
    journal.held("and the decision is no", outcome, (False, "chain_not_active"))


async def _tab(journey: Journey, tab: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await journey.anna.get("/v1/chain-authorizations", tab=tab))["rows"]
    return found


async def _told(journey: Journey) -> list[dict[str, Any]]:
    """Return what the message box says of it; what was said of its beginning is no longer kept (SP-114)."""
    rows = (await journey.anna.get("/v1/messages"))["rows"]
    return [row for row in rows if row["about"] == journey.id]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


async def deleted(journey: Journey) -> None:
    """Obtain a new one, and delete it: once that is acknowledged, no decision says yes."""
    journal, desk = journey.journal, journey.desk
    journal.step("9. A new one is deleted at once")
    await requesting.request(journey)
    await requesting.sign(journey)
    journey.kim = await desk.log_in("kim")
    await requesting.approve(journey)
    client = await decisions.log_in_client(desk)

    async def yes() -> bool:
        return await decisions.decide(client, decisions.question(journey)) == (True, "chain")

    journal.held("the decision is yes again", await until(yes))
    before = len(await desk.arrivals.all("mails", str(requesting.CONTACT["email"])))
    await journey.anna.delete(f"/v1/chain-authorizations/{journey.id}")
    permitted, reason = await decisions.decide(client, decisions.question(journey))
    journal.held(f"acknowledged, and no decision says yes ({reason})", permitted, wanted=False)
    after = len(await desk.arrivals.all("mails", str(requesting.CONTACT["email"])))
    journal.held(f"the relation {RELATION} is not told", after, before)
