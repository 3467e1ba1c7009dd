"""New activation letters: form and link, the fee, the old code void, the new term."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.actor import StaffRole
from contracts.identity import ActivationLetterReissued
from contracts.values import Level
from tests.service.identity.journey import HANDLER, staff_actor
from tests.service.identity.offices import CARRIED_OUT, SINGLE, forms, handle, logged_in_at, submit
from tests.service.identity.requesting import Desk


async def expired(journey):
    """A credential whose thirty days are over, with the code of its letter."""
    desk = await Desk.open(journey, profile=getattr(journey, "profile", "zlogin"))
    received = await desk.approved(level=Level.EH2_PLUS)
    (credential_id,) = received.credential_ids
    code = await journey.letter_code(credential_id)
    journey.later(days=31)
    await journey.service.tick(journey.now)
    return desk, credential_id, code


@pytest.mark.rule("ID-84", "ID-85", "ID-86", "ID-87", "ST-07", "SP-08", "SP-09", "MS-03", "NO-10", "CF-12", "PR-09")
async def test_a_new_letter_voids_the_old_one_and_begins_a_new_term(each_supplier):
    journey = each_supplier
    desk, credential_id, old = await expired(journey)
    by_link = await desk.letter(credential_id, quotation=desk.letter_quotation())
    if journey.profile == "zlogin":
        assert by_link.code == "form_only"
        assert await desk.letter(credential_id, HANDLER) == {}
    else:
        assert by_link == {}
    detail = await desk.detail(credential_id)
    assert (detail.status, detail.activate_by) == ("waiting_activation", journey.now.date() + timedelta(days=30))
    (event,) = await journey.service.sent(ActivationLetterReissued)
    assert event.fee == (750 if journey.profile == "weid" else None)
    assert (await journey.start_activation(old))[0].code == "letter_replaced"
    assert await journey.letter_code(credential_id) != old
    await journey.activate(credential_id, "berta")
    assert (await journey.start_activation(old))[0].code == "wrong_status"
    assert (await desk.detail(credential_id)).status == "active"
    assert getattr(await desk.letter(credential_id, HANDLER), "code", None) == "wrong_status"


@pytest.mark.rule("ID-86", "CF-12", "SP-111")
async def test_the_fee_is_agreed_to_before_the_letter_is_sent(each_supplier):
    desk, credential_id, _ = await expired(each_supplier)
    number = len(await desk.letters())
    by_form = await desk.letter(credential_id, HANDLER, agreed=False)
    if each_supplier.profile == "zlogin":
        assert by_form == {}
        return
    assert by_form.code == "agreement_missing"
    assert (await desk.letter(credential_id)).code == "quotation_invalid"
    foreign = desk.letter_quotation(organisation_id=uuid4())
    assert (await desk.letter(credential_id, quotation=foreign)).code == "quotation_invalid"
    over = desk.letter_quotation(expires_at=each_supplier.now)
    assert (await desk.letter(credential_id, quotation=over)).code == "quotation_expired"
    assert len(await desk.letters()) == number


@pytest.mark.rule("SP-08")
async def test_a_lost_letter_is_replaced_by_form_while_the_term_still_runs(each_supplier):
    desk = await Desk.open(each_supplier, profile=each_supplier.profile)
    (credential_id,) = (await desk.approved(level=Level.EH2_PLUS)).credential_ids
    lost = await each_supplier.letter_code(credential_id)
    started, seed = await each_supplier.start_activation(lost)
    each_supplier.later(days=20)
    by_link = await desk.letter(credential_id, quotation=desk.letter_quotation())
    assert by_link.code == ("form_only" if each_supplier.profile == "zlogin" else "wrong_status")
    assert await desk.letter(credential_id, HANDLER) == {}
    assert (await each_supplier.complete_activation(started.activation_id, "berta", seed)).code == "unknown"
    assert (await each_supplier.start_activation(lost))[0].code == "letter_replaced"
    await each_supplier.service.tick(each_supplier.now + timedelta(days=29))
    assert (await desk.detail(credential_id)).status == "waiting_activation"
    await each_supplier.service.tick(each_supplier.now + timedelta(days=31))
    assert (await desk.detail(credential_id)).status == "activation_expired"


@pytest.mark.rule("SP-09")
async def test_an_expired_activation_stays_visible_without_limit(journey):
    desk, credential_id, _ = await expired(journey)
    await journey.service.tick(journey.now + timedelta(days=800))
    assert [row.status for row in await desk.users() if row.credential_id == credential_id] == ["activation_expired"]


async def test_others_order_no_letter(journey):
    desk, credential_id, _ = await expired(journey)
    assert (await desk.letter(credential_id, staff_actor(StaffRole.AUDITOR))).code == "not_allowed"
    assert (await desk.letter(uuid4(), HANDLER)).code == "unknown"
    assert (await desk.letter(uuid4())).code == "unknown"


@pytest.mark.rule("ID-85", "ID-86", "ID-163", "ST-07", "ST-84", "SP-08")
async def test_handling_the_form_sends_the_letter_with_the_fee_that_it_agrees_to(each_supplier):
    journey = each_supplier
    desk, credential_id, old = await expired(journey)
    form = (await submit(journey, desk.actor, "activation_letter", person="B. Bakker")).form_id
    without = await handle(journey, form)
    assert (without.code, without.details) == ("invalid_form", {"field": "credential_id"})
    assert (await handle(journey, form, credential_id=uuid4())).code == "unknown"
    if journey.profile == "weid":
        assert (await handle(journey, form, credential_id=credential_id)).code == "agreement_missing"
    before = len(await desk.letters())
    assert await handle(journey, form, credential_id=credential_id, agreed=True) == CARRIED_OUT
    await journey.service.settle()
    assert len(await desk.letters()) == before + 1
    (event,) = await journey.service.sent(ActivationLetterReissued)
    assert (event.state.id, event.fee) == (credential_id, 750 if journey.profile == "weid" else None)
    assert (await journey.start_activation(old))[0].code == "letter_replaced"
    await journey.activate(credential_id, "berta")
    (row,) = await forms(journey, desk.actor, "handled")
    assert row.form_id == form


@pytest.mark.security("S20", "S21")
async def test_a_form_sends_no_letter_of_another_organisation_and_stays_open(journey):
    _, credential_id, _ = await expired(journey)
    _, (other, _) = await logged_in_at(journey, SINGLE)
    form = (await submit(journey, other, "activation_letter", person="B. Bakker")).form_id
    assert (await handle(journey, form, credential_id=credential_id)).code == "unknown"
    assert [row.form_id for row in await forms(journey)] == [form]
    assert await journey.service.sent(ActivationLetterReissued) == []
    data = (await submit(journey, other, "company_data", change="x")).form_id
    refused = await handle(journey, data, company={"name": "Y"}, credential_id=credential_id)
    assert (refused.code, refused.details) == ("invalid_form", {"field": "credential_id"})
