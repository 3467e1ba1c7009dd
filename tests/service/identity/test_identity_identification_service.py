"""Identification in person: ordered at a local partner over HTTP, reported by signed call-backs, or by hand."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from joserfc.jwk import OKPKey

from contracts.actor import ANYONE
from contracts.identity import (
    ChangeIdentificationAddress,
    ChooseIdentificationMethod,
    EndCredential,
    IdentificationMethod,
    ListIdentifications,
    RecordFailedIdentification,
)
from contracts.message import Done, Refusal
from contracts.notifications import SendActivationLetter
from contracts.values import Level, Role
from tests.harness import NOW
from tests.service.identity.journey import HANDLER, HOME, REVIEWER, an_applicant, staff_actor
from tests.service.identity.requesting import ADDRESS, Desk

OTHER = staff_actor()
APPOINTMENT = datetime(2026, 12, 8, 9, tzinfo=UTC)
"""A Tuesday."""


async def approved(journey, **more):
    """A request that two employees have approved; returns the desk and the credential."""
    desk = await Desk.open(journey, profile=journey.profile)
    received = await desk.request(**more)
    await desk.approve(received, HANDLER)
    await desk.approve(received, OTHER)
    return desk, received.credential_ids[0]


async def queue(journey, status="ordered"):
    return (await journey.service.query(ListIdentifications(actor=HANDLER, status=status))).rows


@pytest.mark.rule("ST-72", "ST-76", "ID-57", "ID-89", "ID-90", "MS-07", "ST-02", "AC-12")
async def test_an_approved_eh3_is_ordered_identified_and_then_activated(ordering, amp):
    desk, credential_id = await approved(ordering)
    (order,) = amp.orders
    assert amp.keys == [("Bearer the key", f"{credential_id}-1")]
    assert order["address"] == ADDRESS.splitlines()
    assert (order["person"]["name"], order["person"]["birthDate"]) == ("B. Bakker", "1990-05-17")
    (row,) = await queue(ordering)
    assert (row.reference, row.method) == (f"AMP-{credential_id}", "physical")

    appointed = {"event": "appointed", "appointment_at": APPOINTMENT.isoformat()}
    assert (await desk.report(credential_id, **appointed)).model_dump() == {}
    detail = await desk.detail(credential_id)
    assert (detail.identification, detail.appointment_at) == ("ordered", APPOINTMENT)
    started, seed = await ordering.start_activation(await ordering.letter_code(credential_id))
    refused = await ordering.complete_activation(started.activation_id, "berta", seed)
    assert refused.code == "identification_missing"
    identified = {"event": "identified", "surname": "BAKKER", "birth_date": "1990-05-17"}
    assert (await desk.report(credential_id, **identified)).model_dump() == {}
    assert (await desk.detail(credential_id)).required_actions == ("activation",)
    assert (await ordering.complete_activation(started.activation_id, "berta", seed)).model_dump() == {}
    assert (await desk.detail(credential_id)).status == "active"


@pytest.mark.rule("SP-128")
@pytest.mark.security("S25")
async def test_two_employees_approve_what_nobody_of_the_back_office_identifies(ordering, amp):
    desk = await Desk.open(ordering)
    received = await desk.request()
    assert (await desk.approve(received, HANDLER)).model_dump() == {}
    (credential_id,) = received.credential_ids
    assert (await desk.detail(credential_id)).status == "waiting_approval"
    assert amp.orders == []
    assert (await desk.approve(received, HANDLER)).code == "four_eyes"
    assert (await desk.application(received.application_id)).checked_by == HANDLER.person_id
    assert (await desk.approve(received, OTHER)).model_dump() == {}
    assert (await desk.detail(credential_id)).status == "waiting_activation"


@pytest.mark.rule("ID-57", "ID-56")
async def test_below_eh3_nobody_is_ordered_and_one_employee_approves(ordering, amp):
    desk = await Desk.open(ordering)
    received = await desk.request(level=Level.EH2_PLUS)
    await desk.approve(received)
    assert amp.orders == []
    assert (await desk.detail(received.credential_ids[0])).required_actions == ("activation",)


@pytest.mark.security("S34")
async def test_a_partner_that_cannot_be_reached_is_asked_again_until_it_can(ordering, amp):
    amp.answers += [503, 401, "elsewhere", "no json"]
    _, credential_id = await approved(ordering)
    assert amp.orders == []
    at = ordering.now
    for pause in (1, 5, 30, 120):
        assert amp.orders == []
        at += timedelta(minutes=pause)
        await ordering.service.tick(at)
    assert [order["id"] for order in amp.orders] == [str(credential_id)]
    assert (await queue(ordering))[0].reference
    await ordering.service.tick(at + timedelta(hours=5))
    assert len(amp.orders) == 1
    assert await ordering.service.dead_letters() == []


@pytest.mark.rule("ST-77")
async def test_an_order_that_the_partner_refuses_fails_for_the_back_office_to_see(ordering, amp):
    amp.answers += [422]
    _, credential_id = await approved(ordering)
    (row,) = await queue(ordering, "failed")
    assert (row.credential_id, row.reason) == (credential_id, "status 422")


@pytest.mark.rule("ST-77")
async def test_after_a_failure_comes_a_new_appointment_or_a_new_letter_with_a_new_order(ordering, amp):
    desk, credential_id = await approved(ordering)
    await desk.report(credential_id, event="failed", reason="not_appeared")
    assert (await queue(ordering, "failed"))[0].reason == "not_appeared"
    await desk.report(credential_id, event="appointed", appointment_at=APPOINTMENT.isoformat())
    assert (await desk.detail(credential_id)).identification == "ordered"
    await desk.report(credential_id, event="identified", surname="Bakker", birth_date="1990-05-18")
    assert (await queue(ordering, "failed"))[0].reason == "data_differ"
    assert await desk.letter(credential_id, HANDLER) == {}
    assert amp.keys[-1][1] == f"{credential_id}-2"
    assert (await desk.detail(credential_id)).identification == "ordered"


@pytest.mark.rule("ST-07", "ST-72")
async def test_the_partner_is_told_the_last_day_of_a_new_letter(ordering, amp):
    desk, credential_id = await approved(ordering)
    ordering.later(days=31)
    await ordering.service.tick(ordering.now)
    assert (await desk.detail(credential_id)).status == "activation_expired"
    assert await desk.letter(credential_id, HANDLER) == {}
    await ordering.service.settle()
    last = (await desk.detail(credential_id)).activate_by
    assert [(key, order["until"]) for (_, key), order in zip(amp.keys, amp.orders, strict=True)] == [
        (f"{credential_id}-1", (last - timedelta(days=31)).isoformat()), (f"{credential_id}-1", last.isoformat()),
    ]  # fmt: skip
    assert await ordering.service.dead_letters() == []


@pytest.mark.rule("ST-73", "ST-74", "ID-92", "TI-12", "SP-06")
async def test_an_address_changes_until_a_working_day_before_the_appointment(ordering, amp):
    desk, credential_id = await approved(ordering)
    moved = {"event": "address_changed", "address": ["Kade 2", "3511 AB Utrecht"]}
    assert (await desk.report(credential_id, **moved)).model_dump() == {}
    monday = datetime(2026, 11, 30, 8, tzinfo=UTC)
    await desk.report(credential_id, event="appointed", appointment_at=monday.isoformat())
    ordering.now = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    assert (await desk.report(credential_id, **moved)).model_dump() == {}
    ordering.now = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
    assert (await desk.report(credential_id, **moved)).code == "too_late"
    assert (await desk.report(credential_id, event="address_changed")).code == "invalid_report"
    stored = await ordering.service.database["identifications"].find_one({"_id": credential_id})
    assert "Kade" not in str(stored)
    assert await desk.letter(credential_id, HANDLER) == {}
    assert (await desk.letters())[-1].address == "Kade 2\n3511 AB Utrecht"


@pytest.mark.rule("ID-91")
async def test_an_address_is_not_changed_here(ordering):
    desk, credential_id = await approved(ordering)
    change = ChangeIdentificationAddress(actor=desk.actor, credential_id=credential_id)
    outcome = await ordering.send(change)
    assert outcome == Refusal(code="change_at_partner", details={"url": "https://www.mijnafspraak.nl"})
    assert (await ordering.send(change.model_copy(update={"actor": ANYONE}))).code == "not_allowed"
    assert (await ordering.send(change.model_copy(update={"credential_id": uuid4()}))).code == "unknown"


async def test_only_a_fresh_report_of_the_partner_on_its_order_is_believed(ordering):
    desk, credential_id = await approved(ordering)
    right = {"surname": "Bakker", "birth_date": "1990-05-17"}
    now = int(ordering.now.timestamp())
    for wrong in (
        {"key": OKPKey.generate_key("Ed25519", {"kid": "amp-1"})}, {"typ": "quotation+jwt"}, {"iat": now - 301},
        {"iat": now + 301}, {"reference": "AMP-other"}, {"sub": str(uuid4())}, {"event": "approved"}, {"jti": "x"},
    ):  # fmt: skip
        assert (await desk.report(credential_id, **right, **wrong)).code == "invalid_report", wrong
    assert (await desk.report(uuid4(), **right)).code == "invalid_report"
    assert (await desk.detail(credential_id)).identification == "ordered"


async def test_a_report_counts_once_and_late_ones_change_nothing(ordering):
    desk, credential_id = await approved(ordering)
    failed = {"event": "failed", "reason": "not_appeared", "jti": "report-0001"}
    await desk.report(credential_id, **failed)
    await desk.report(credential_id, event="appointed", appointment_at=APPOINTMENT.isoformat())
    assert (await desk.report(credential_id, **failed)).model_dump() == {}
    assert (await desk.detail(credential_id)).identification == "ordered"
    await desk.report(credential_id, surname="Bakker", birth_date="1990-05-17", jti="report-0002")
    assert (await desk.report(credential_id, event="failed")).code == "too_late"
    assert (await desk.report(credential_id, jti="report-0002")).model_dump() == {}
    assert (await desk.detail(credential_id)).identification == "done"


async def test_an_identification_after_the_thirty_days_counts_for_the_next_letter(ordering):
    desk, credential_id = await approved(ordering)
    await ordering.service.tick(NOW + timedelta(days=32))
    ordering.now = NOW + timedelta(days=32)
    identified = {"surname": "Bakker", "birth_date": "1990-05-17"}
    assert (await desk.report(credential_id, **identified)).model_dump() == {}
    assert (await desk.detail(credential_id)).required_actions == ("new_letter", "activation")


@pytest.mark.rule("ST-12")
async def test_ending_the_credential_takes_the_order_back(ordering, amp):
    desk, credential_id = await approved(ordering)
    await ordering.send(EndCredential(actor=desk.actor, credential_id=credential_id, confirmed=True))
    await ordering.service.settle()
    assert amp.cancelled == [f"AMP-{credential_id}"]
    assert (await desk.report(credential_id, surname="Bakker", birth_date="1990-05-17")).code == "too_late"


@pytest.mark.rule("ST-75", "ID-57", "CF-09", "CF-10")
async def test_at_weid_the_holder_chooses_the_app_during_activation(ordering_at_weid, amp):
    desk, credential_id = await approved(ordering_at_weid)
    started, _ = await ordering_at_weid.start_activation(await ordering_at_weid.letter_code(credential_id))
    choose = ChooseIdentificationMethod(
        actor=ANYONE, activation_id=started.activation_id, method=IdentificationMethod.APP
    )
    assert (await ordering_at_weid.send(choose)).model_dump() == {}
    await ordering_at_weid.service.settle()
    assert [order["method"] for order in amp.orders] == ["physical", "app"]
    assert (await desk.detail(credential_id)).identification_method == "app"
    other = choose.model_copy(update={"activation_id": uuid4()})
    assert (await ordering_at_weid.send(other)).code == "unknown"


@pytest.mark.rule("ID-57", "CF-09", "CF-10")
async def test_at_z_login_everybody_is_identified_at_the_address(ordering):
    _, credential_id = await approved(ordering)
    started, _ = await ordering.start_activation(await ordering.letter_code(credential_id))
    choose = ChooseIdentificationMethod(
        actor=ANYONE, activation_id=started.activation_id, method=IdentificationMethod.APP
    )
    assert (await ordering.send(choose)).code == "method_not_offered"


@pytest.mark.rule("ID-57", "ID-89", "ST-76", "ST-77")
async def test_without_a_partner_the_back_office_enters_the_results(journey):
    desk = await Desk.open(journey)
    received = await desk.approved()
    (credential_id,) = received.credential_ids
    (row,) = await queue(journey)
    assert (row.credential_id, row.reference) == (credential_id, None)
    fail = RecordFailedIdentification(actor=REVIEWER, credential_id=credential_id, reason="Niet verschenen")
    assert (await journey.send(fail.model_copy(update={"actor": desk.actor}))).code == "not_allowed"
    assert (await journey.send(fail)).model_dump() == {}
    assert (await queue(journey, "failed"))[0].reason == "Niet verschenen"
    assert (await journey.send(fail)).code == "wrong_status"
    assert (await journey.identify(credential_id, HANDLER)).code == "four_eyes"
    assert (await journey.identify(credential_id, REVIEWER)).model_dump() == {}
    assert (await desk.detail(credential_id)).identification == "done"
    assert (await journey.service.query(ListIdentifications(actor=desk.actor))).code == "not_allowed"


@pytest.mark.rule("ID-13", "ID-54", "ID-57", "ID-89", "ST-01", "ST-24", "ST-72", "ST-76", "MS-07")
@pytest.mark.security("S25", "S37")
async def test_a_first_application_orders_the_identification_of_each_person_at_the_own_address(ordering, amp):
    second = an_applicant("Peters", role=Role.USER).model_copy(update={"identification_address": ADDRESS})
    low = an_applicant("Visser", level=Level.EH2_PLUS, role=Role.USER)
    received = await ordering.submit(an_applicant(), second, low)
    await ordering.approve(received.application_id, HANDLER)
    assert [row.application_id for row in await ordering.queue()] == [received.application_id]
    await ordering.approve(received.application_id, OTHER)
    await ordering.service.settle()
    ordered = {order["person"]["name"]: order["address"] for order in amp.orders}
    assert ordered == {"A. Jansen": HOME.splitlines(), "A. Peters": ADDRESS.splitlines()}
    (row,) = await ordering.queue("approved")
    first, _, third = (view.credential_id for view in row.credentials)
    letters = {letter.credential_id: letter.address for letter in await ordering.service.sent(SendActivationLetter)}
    assert (letters[first] == HOME, letters[third] == HOME) == (True, False)
    for name in ("persons", "applications", "identifications"):
        assert "Voorbeeldstraat" not in str(await ordering.service.database[name].find().to_list())
    desk = Desk(ordering, HANDLER)
    assert await desk.report(first, event="identified", surname="Jansen", birth_date="1980-02-29") == Done()
    await ordering.activate(first, "anna")
    (active,) = [view for view in (await ordering.queue("approved"))[0].credentials if view.credential_id == first]
    assert active.status == "active"
