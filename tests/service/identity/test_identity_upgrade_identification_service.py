"""An upgrade that asks for an identification: ordered at the partner, reported by it, taken back (SP-15, ST-72)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from contracts.identity import (
    ChooseUpgradeIdentificationMethod,
    CredentialStatus,
    EndCredential,
    GetOwnMutation,
    IdentificationMethod,
    ListIdentifications,
    RecordFailedIdentification,
    RecordHolderIdentification,
    RefuseMutation,
    SecondFactor,
)
from contracts.message import Done
from contracts.values import Level
from tests.service.identity.journey import HANDLER, MOBILE
from tests.service.identity.organisations import FIRST, Office, actor_of
from tests.service.identity.requesting import Desk

ADDRESS = "Kade 1\n2511 AA Den Haag"
IDENTIFIED = {"event": "identified", "surname": "Jansen", "birth_date": "1980-02-29"}


class Upgrading:
    """An administrator who has asked for an upgrade of a user to EH3."""

    def __init__(self, journey):
        self.journey = journey
        self.office = Office(journey)
        self.desk = Desk(journey, HANDLER)

    @classmethod
    async def asked(cls, journey, **more):
        self = cls(journey)
        here = await self.office.organisation()
        self.actor, _ = await self.office.administrator(here)
        given = {"level": Level.EH2_PLUS, "mobile": MOBILE, **more}
        self.user = await self.office.user(here, **given)
        await self.ask()
        return self

    async def ask(self, **more):
        self.id = (await self.office.upgrade(self.actor, self.user, address=ADDRESS, **more)).mutation_id
        await self.journey.service.settle()

    async def actions(self):
        (row,) = await self.office.queue()
        return row.required_actions

    async def level(self):
        return (await self.office.now(self.user)).level

    async def queue(self, status="ordered"):
        query = ListIdentifications(actor=HANDLER, status=status)
        return [(row.identification_id, row.credential_id) for row in (await self.journey.service.query(query)).rows]

    async def refuse(self):
        outcome = await self.journey.send(RefuseMutation(actor=FIRST, mutation_id=self.id, reason="onvolledig"))
        await self.journey.service.settle()
        return outcome

    async def choose(self, actor=None, method=IdentificationMethod.APP, id_=None):
        command = ChooseUpgradeIdentificationMethod(
            actor=actor or actor_of(self.user), mutation_id=id_ or self.id, method=method
        )
        outcome = await self.journey.send(command)
        await self.journey.service.settle()
        return outcome

    async def method(self):
        (row,) = (await self.journey.service.query(GetOwnMutation(actor=actor_of(self.user)))).rows
        return row.identification_method

    async def end(self):
        await self.journey.send(EndCredential(actor=self.actor, credential_id=self.user.id, confirmed=True))
        await self.journey.service.settle()


@pytest.mark.rule("SP-15", "ST-15", "ST-18", "ST-72", "ST-76", "ID-90", "ID-128", "MS-07")
@pytest.mark.security("S25", "S37")
async def test_an_upgrade_orders_the_identification_and_holds_when_the_partner_has_done_it(ordering, amp):
    upgrade = await Upgrading.asked(ordering)
    (order,) = amp.orders
    assert amp.keys == [("Bearer the key", f"{upgrade.id}-1")]
    person, until = order["person"], ordering.now.date() + timedelta(days=30)
    assert (person["name"], person["birthDate"], person["phone"]) == ("A. Jansen", "1980-02-29", MOBILE)
    assert (order["address"], order["until"]) == (ADDRESS.splitlines(), until.isoformat())
    assert order["organisation"].startswith("Bedrijf")
    assert await upgrade.queue() == [(upgrade.id, upgrade.user.id)]
    stored = await ordering.service.database["identifications"].find_one({"_id": upgrade.id})
    assert "Kade" not in str(stored)
    assert (await upgrade.office.processed(upgrade.id)).code == "action_required"

    assert await upgrade.desk.report(upgrade.id, **IDENTIFIED) == Done()
    assert (await upgrade.actions(), await upgrade.level()) == ((), "EH2+")
    assert (await upgrade.office.processed(upgrade.id)).status == "processed"  # by two employees
    after = await upgrade.office.now(upgrade.user)
    assert (after.level, after.identified_at, after.identified_by) == ("EH3", ordering.now, None)
    assert (await upgrade.queue("done"), amp.cancelled) == ([(upgrade.id, upgrade.user.id)], [])


@pytest.mark.rule("ST-75", "SP-15", "ID-57", "CF-09", "CF-10")
async def test_at_weid_the_holder_chooses_the_app_for_an_upgrade_and_back(ordering_at_weid, amp):
    upgrade = await Upgrading.asked(ordering_at_weid)
    assert await upgrade.method() == "physical"
    assert await upgrade.choose() == Done()
    assert [(order["id"], order["method"]) for order in amp.orders] == [
        (str(upgrade.id), "physical"), (str(upgrade.id), "app"),
    ]  # fmt: skip
    assert await upgrade.method() == "app"
    assert await upgrade.choose(method=IdentificationMethod.PHYSICAL) == Done()
    assert await upgrade.choose() == Done()
    assert await upgrade.desk.report(upgrade.id, **IDENTIFIED) == Done()
    assert (await upgrade.choose(method=IdentificationMethod.PHYSICAL)).code == "wrong_status"
    assert (await upgrade.office.processed(upgrade.id)).status == "processed"
    assert (await upgrade.choose()).code == "wrong_status"


@pytest.mark.rule("ST-75", "ST-77")
@pytest.mark.security("S21", "S22")
async def test_nobody_but_the_holder_chooses_and_not_after_a_failure(ordering_at_weid, amp):
    upgrade = await Upgrading.asked(ordering_at_weid)
    for actor in (upgrade.actor, HANDLER):
        assert (await upgrade.choose(actor)).code == "unknown"
    assert (await upgrade.choose(id_=uuid4())).code == "unknown"
    await upgrade.desk.report(upgrade.id, event="failed", reason="not_appeared")
    assert (await upgrade.choose()).code == "wrong_status"
    assert ([order["method"] for order in amp.orders], await upgrade.method()) == (["physical"], "physical")


@pytest.mark.rule("ST-75", "ID-57", "CF-09")
async def test_at_z_login_there_is_one_way_for_an_upgrade_too(ordering, amp):
    upgrade = await Upgrading.asked(ordering)
    assert (await upgrade.choose()).code == "method_not_offered"
    assert ([order["method"] for order in amp.orders], await upgrade.method()) == (["physical"], "physical")


@pytest.mark.rule("ST-77", "SP-15", "ID-92")
async def test_a_failure_keeps_the_old_level_until_a_new_appointment_leads_further(ordering):
    upgrade = await Upgrading.asked(ordering)
    await upgrade.desk.report(upgrade.id, event="failed", reason="not_appeared")
    assert await upgrade.queue("failed") == [(upgrade.id, upgrade.user.id)]
    await upgrade.desk.report(upgrade.id, **{**IDENTIFIED, "birth_date": "1980-02-28"})
    assert (await upgrade.actions(), await upgrade.queue("failed")) == (
        ("identification",), [(upgrade.id, upgrade.user.id)],
    )  # fmt: skip
    moment = (ordering.now + timedelta(days=7)).isoformat()
    assert await upgrade.desk.report(upgrade.id, event="appointed", appointment_at=moment) == Done()
    assert await upgrade.queue() == [(upgrade.id, upgrade.user.id)]
    assert await upgrade.desk.report(upgrade.id, **IDENTIFIED) == Done()
    assert (await upgrade.office.processed(upgrade.id)).status == "processed"


@pytest.mark.rule("ST-19", "SP-16", "SP-17")
@pytest.mark.parametrize("way", ["refuse", "end"])
async def test_a_refused_upgrade_and_an_ended_credential_take_the_order_back(ordering, amp, way):
    upgrade = await Upgrading.asked(ordering)
    await getattr(upgrade, way)()
    assert amp.cancelled == [f"AMP-{upgrade.id}"]
    assert (await upgrade.desk.report(upgrade.id, **IDENTIFIED)).code == "too_late"
    after = await upgrade.office.now(upgrade.user)
    assert (after.level, after.identified_at) == ("EH2+", None)
    assert await upgrade.queue("cancelled") == [(upgrade.id, upgrade.user.id)]
    if way == "refuse":
        first = upgrade.id
        await upgrade.ask()
        assert [order["id"] for order in amp.orders] == [str(first), str(upgrade.id)]
        assert await upgrade.desk.report(upgrade.id, **IDENTIFIED) == Done()
        assert await upgrade.actions() == ()


@pytest.mark.rule("ST-76", "SP-15")
async def test_a_report_on_an_upgrade_counts_once_and_late_ones_change_nothing(ordering, amp):
    upgrade = await Upgrading.asked(ordering)
    assert await upgrade.desk.report(upgrade.id, **IDENTIFIED, jti="report-0001") == Done()
    identified_at = (await upgrade.office.mutation(upgrade.id)).identified_at
    ordering.later(minutes=1)
    assert await upgrade.desk.report(upgrade.id, **IDENTIFIED, jti="report-0001") == Done()
    assert (await upgrade.desk.report(upgrade.id, event="failed")).code == "too_late"
    assert (await upgrade.desk.report(uuid4(), **IDENTIFIED)).code == "invalid_report"
    assert (await upgrade.office.mutation(upgrade.id)).identified_at == identified_at
    assert (await upgrade.office.processed(upgrade.id)).status == "processed"
    assert (await upgrade.desk.report(upgrade.id, event="failed")).code == "too_late"
    assert (await upgrade.office.now(upgrade.user)).identified_at == identified_at
    assert amp.cancelled == []


@pytest.mark.security("S34")
async def test_an_upgrade_does_not_wait_for_a_partner_that_cannot_be_reached(ordering, amp):
    amp.answers += [503]
    upgrade = await Upgrading.asked(ordering)
    assert (amp.orders, await upgrade.actions()) == ([], ("identification",))
    await ordering.service.tick(ordering.now + timedelta(minutes=1))
    assert [order["id"] for order in amp.orders] == [str(upgrade.id)]


@pytest.mark.rule("ID-57", "ID-89")
async def test_an_upgrade_below_eh3_or_of_who_was_identified_orders_nothing(ordering, amp):
    upgrade = Upgrading(ordering)
    here = await upgrade.office.organisation()
    actor, _ = await upgrade.office.administrator(here, level=Level.EH4)
    known = await upgrade.office.user(here, level=Level.EH3, identified_at=ordering.now)
    assert hasattr(await upgrade.office.upgrade(actor, known, level=Level.EH4), "mutation_id")
    await ordering.service.settle()
    assert (amp.orders, await upgrade.queue()) == ([], [])


@pytest.mark.rule("ID-128", "ID-131")
async def test_what_the_upgrade_brings_stands_in_the_order_and_holds_afterwards(ordering, amp):
    upgrade = Upgrading(ordering)
    here = await upgrade.office.organisation()
    upgrade.actor, _ = await upgrade.office.administrator(here)
    upgrade.user = await upgrade.office.user(here, level=Level.EH2, factor=None)
    await ordering.service.database["persons"].update_one(
        {"_id": upgrade.user.person_id}, {"$set": {"birth_date": None}}
    )
    document = {"type": "passport", "expires_on": ordering.now.date() + timedelta(days=400), "issuing_country": "NL"}
    born = date(1985, 3, 1)
    await upgrade.ask(second_factor=SecondFactor.SMS, mobile=MOBILE, document=document, birth_date=born)
    (order,) = amp.orders
    assert (order["person"]["phone"], order["person"]["birthDate"]) == (MOBILE, "1985-03-01")
    assert await upgrade.desk.report(upgrade.id, **{**IDENTIFIED, "birth_date": "1985-03-01"}) == Done()
    assert (await upgrade.office.processed(upgrade.id)).status == "processed"
    holder = await upgrade.office.holder(upgrade.user)
    assert (holder.birth_date, holder.mobile is not None) == (born, True)


@pytest.mark.rule("SP-15", "ST-76", "ST-77")
async def test_without_a_partner_the_back_office_sees_the_identification_and_enters_its_result(journey):
    upgrade = await Upgrading.asked(journey)
    assert await upgrade.queue() == [(upgrade.id, upgrade.user.id)]
    failure = RecordFailedIdentification(actor=FIRST, credential_id=upgrade.user.id, reason="Niet verschenen")
    assert await journey.send(failure) == Done()
    assert await upgrade.queue("failed") == [(upgrade.id, upgrade.user.id)]
    assert (await journey.send(failure)).code == "wrong_status"
    assert await upgrade.actions() == ("identification",)
    assert await journey.send(RecordHolderIdentification(actor=FIRST, mutation_id=upgrade.id)) == Done()
    assert (await upgrade.queue("failed"), await upgrade.queue("done")) == ([], [(upgrade.id, upgrade.user.id)])
    assert (await upgrade.office.processed(upgrade.id)).code == "four_eyes"
    assert (await upgrade.office.now(upgrade.user)).status is CredentialStatus.ACTIVE
