"""What an organisation has given to intermediaries: its own administrators see it, and nobody else."""

from datetime import timedelta

import pytest

from contracts.chain import (
    ChainStatus,
    DeleteChainAuthorization,
    ListIssuedChainAuthorizations,
    Origin,
    Relation,
    Scope,
)
from contracts.identity import OrganisationChanged, OrganisationEnded, OrganisationSuspended
from contracts.values import Level, Role
from tests.harness import NOW
from tests.service.chain.chain_world import FOREIGNER, OTHER_ORGANISATION
from tests.unit.chain.chain_builders import SERVICE, a_relation, an_admin, an_organisation

GIVER = Relation(kvk_number="90000102", name="Ander Kantoor")
RSIN = "123456782"
NOT_ALLOWED, TOO_LOW = "not_allowed", "level_too_low"

pytestmark = pytest.mark.rule("CH-86", "GW-22")


async def issued(world, actor=FOREIGNER, **more):
    return await world.query(ListIssuedChainAuthorizations(actor=actor, **more))


async def ids(world, actor=FOREIGNER):
    return [row.chain_authorization_id for row in (await issued(world, actor)).rows]


def the_giver(**changes):
    return an_organisation(id=OTHER_ORGANISATION, kvk_number="90000102", name="Ander Kantoor", **changes)


@pytest.mark.rule("CH-119")
@pytest.mark.security("S20", "S21")
async def test_the_giver_sees_what_it_gave_and_nobody_else_does(world):
    given, other = await world.active(GIVER), await world.active(a_relation())
    (row,) = (await issued(world)).rows
    assert row.chain_authorization_id == given
    assert (row.intermediary_kvk_number, row.intermediary_name) == ("68750110", "Kantoor De Boer")
    assert (row.status, row.scope, row.origin) == (
        ChainStatus.ACTIVE,
        Scope(service_uuids=(SERVICE,)),
        Origin.REQUESTED,
    )
    assert (row.period.start, row.period.end) == (NOW.date(), NOW.date().replace(year=2031))
    assert await ids(world, an_admin()) == [], "the intermediary has given nothing"
    await world.hear(OrganisationChanged(state=an_organisation(kvk_number=a_relation().kvk_number)))
    assert await ids(world, an_admin()) == [other], "who has the number of the relation has given it"


@pytest.mark.security("S21")
async def test_nothing_of_the_intermediary_itself_is_told(world):
    await world.active(GIVER)
    told = (await issued(world)).model_dump_json()
    for secret in ("R-1", "C. de Boer", "c@kantoor.example", "relatie.example", "person"):
        assert secret not in told


@pytest.mark.rule("CH-14", "SP-74")
async def test_a_giver_that_was_named_by_its_rsin_sees_it_once_the_register_has_told_that(world):
    given = await world.active(Relation(fiscal_number=RSIN, name="Ander Kantoor"))
    assert await ids(world) == []
    await world.hear(OrganisationChanged(state=the_giver(rsin=RSIN)))
    assert await ids(world) == [given]
    await world.hear(OrganisationChanged(state=the_giver(rsin="111222333")))
    assert await ids(world) == []


@pytest.mark.rule("ST-53", "ST-61", "ST-63", "ST-64", "ST-71")
async def test_what_ended_stays_visible_and_what_was_only_asked_does_not_come(world):
    running, planned, deleted = [await world.active(GIVER) for _ in range(3)]
    declined = await world.asked(GIVER)
    await world.declined(declined)
    asked = await world.asked(GIVER)
    day = NOW.date() + timedelta(days=30)
    for id_, on in ((deleted, None), (planned, day)):
        await world.command(DeleteChainAuthorization(actor=an_admin(), chain_authorization_id=id_, on=on))

    async def statuses():
        return {row.chain_authorization_id: row.status.value for row in (await issued(world)).rows}

    assert not {asked, declined} & set(await statuses())
    assert await statuses() == {running: "active", planned: "end_scheduled", deleted: "removed"}
    assert [row.ends_on for row in (await issued(world)).rows if row.chain_authorization_id == planned] == [day]
    await world.tick(NOW.replace(year=2032))
    assert await statuses() == {running: "expired", planned: "removed", deleted: "removed"}


async def test_the_list_comes_in_parts_newest_first(world):
    given = [await world.active(GIVER, at=NOW + timedelta(minutes=minute)) for minute in range(5)]
    found, cursor = [], None
    while True:
        page = await issued(world, limit=2, cursor=cursor)
        found += [row.chain_authorization_id for row in page.rows]
        assert len(page.rows) <= 2
        if (cursor := page.next) is None:
            break
    assert found == given[::-1]
    assert (await issued(world, cursor="bm9uc2Vuc2U=")).code == "unknown"


@pytest.mark.rule("CH-07", "CH-11", "CH-109", "AC-09")
async def test_administrators_of_eh3_see_it_without_access_and_others_do_not(bare):
    await bare.furnish(opened=False)
    assert (await issued(bare)).rows == ()
    for change, code in (
        ({"role": Role.USER}, NOT_ALLOWED),
        ({"level": Level.EH2_PLUS}, TOO_LOW),
        ({"person_id": an_admin().person_id}, NOT_ALLOWED),
        ({"organisation_id": an_admin().organisation_id}, NOT_ALLOWED),
    ):
        assert (await issued(bare, FOREIGNER.model_copy(update=change))).code == code, change


@pytest.mark.parametrize("event", [OrganisationSuspended, OrganisationEnded])
async def test_nobody_sees_it_for_an_organisation_that_is_suspended_or_has_ended(world, event):
    await world.active(GIVER)
    await world.hear(event(state=the_giver(active=False)))
    assert (await issued(world)).code == NOT_ALLOWED
