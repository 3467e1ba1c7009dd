"""What is entered in forms about a person, by who asks and by both employees (ID-165, ST-84, S25)."""

from datetime import timedelta

import pytest

from contracts.values import Level, Role, local_date
from tests.service.identity.desk import LOW, NEW_MOBILE, SMS, asks, at_the_desk, changes, number_of, to_handle
from tests.service.identity.journey import HANDLER, REVIEWER
from tests.service.identity.offices import AWAITS_SECOND, CARRIED_OUT, code, submit


@pytest.mark.rule("ID-165", "ST-84", "SP-128")
@pytest.mark.security("S25")
async def test_who_leaves_the_number_out_begins_anew_and_nothing_of_the_form_is_lost(we_id):
    office, organisation, actor, _ = await at_the_desk(we_id, **SMS)
    user = await office.user(organisation, **SMS)
    form = await asks(we_id, actor, "other_changes", change="Rol en nummer")
    administrator = {"role": Role.ADMINISTRATOR}
    assert await changes(we_id, form, user, HANDLER, mobile=NEW_MOBILE, **administrator) == AWAITS_SECOND
    assert await changes(we_id, form, user, REVIEWER, **administrator) == AWAITS_SECOND
    assert ((await office.now(user)).role, await to_handle(we_id)) == (Role.USER, {form})
    assert await changes(we_id, form, user, HANDLER, mobile=NEW_MOBILE, **administrator) == AWAITS_SECOND
    assert await changes(we_id, form, user, REVIEWER, mobile=NEW_MOBILE, **administrator) == CARRIED_OUT
    assert ((await office.now(user)).role, await number_of(office, user)) == (Role.ADMINISTRATOR, NEW_MOBILE)


@pytest.mark.rule("SP-12", "SP-25", "ID-20", "ID-165")
async def test_nobody_whose_level_will_be_too_low_becomes_administrator(journey):
    office, organisation, actor, _ = await at_the_desk(journey)
    user = await office.user(organisation, **LOW)
    await office.change(user, next_level=Level.EH2, level_until=local_date(journey.now) + timedelta(days=30))
    form = await asks(journey, actor, "other_changes", change="Wordt beheerder")
    assert code(await changes(journey, form, user, role=Role.ADMINISTRATOR)) == "role_not_possible"
    assert ((await office.now(user)).role, await to_handle(journey)) == (Role.USER, {form})


@pytest.mark.rule("ID-166", "ID-162", "ST-84")
async def test_a_day_in_a_form_is_a_day_and_nothing_more(journey):
    _, _, actor, _ = await at_the_desk(journey)
    for given in (
        "2026-12-31T00:00:00",
        "2026-12-31 00:00",
        "2026-12-31T00:00:00Z",
        "20261231",
        "2026-W53-4",
        "31-12-2026",
    ):
        outcome = await submit(journey, actor, "end_credential", person="A. Jansen", end_date=given)
        assert (outcome.code, outcome.details) == ("invalid_form", {"field": "end_date"}), given
