"""The changes that wait, as an administrator of the organisation sees them: what is asked, and what they wait for."""

import pytest

from contracts.identity import LinkPerson, LinkTo, ListMutations
from contracts.message import Refusal
from contracts.values import Level, Role
from tests.service.identity.organisations import FIRST, actor_of, offices

BANK, THIRD = "90000102", "90004760"


async def asked(journey, actor, **more):
    return await journey.service.query(ListMutations(actor=actor, **more))


def lines(page):
    return [[line.organisation_id for line in row.lines] for row in page.rows]


async def linked(journey, actor, user, *targets):
    to = tuple(LinkTo(organisation_id=one.id, role=Role.USER) for one in targets)
    return (await journey.send(LinkPerson(actor=actor, credential_id=user.id, to=to, agreed=True))).mutation_id


@pytest.mark.rule("ID-69", "ID-111", "ID-199")
async def test_an_administrator_reads_what_a_pending_change_of_the_organisation_waits_for(journey):
    office, (here,), actor = await offices(journey)
    user = await office.user(here, level=Level.EH2_PLUS)
    id_ = (await office.upgrade(actor, user, address="Kerkstraat 1, 1234 AB Utrecht")).mutation_id
    (row,) = (await asked(journey, actor)).rows
    assert (row.mutation_id, row.kind, row.status, row.level) == (id_, "upgrade", "submitted", "EH3")
    assert (row.credential_id, row.required_actions) == (user.id, ("identification",))
    assert lines(await asked(journey, actor)) == [[here.id]]
    assert await asked(journey, actor_of(user)) == Refusal(code="not_allowed")


@pytest.mark.rule("ID-111", "SP-113")
@pytest.mark.security("S21")
async def test_an_administrator_sees_the_changes_and_lines_of_the_own_organisation_alone(journey):
    office, (here, there, third), actor = await offices(journey, BANK, THIRD)
    elsewhere = await office.organisation("90001354")
    user = await office.user(here)
    id_ = await linked(journey, actor, user, there, third)
    assert lines(await asked(journey, actor)) == lines(await asked(journey, FIRST)) == [[there.id, third.id]]
    for place, seen in ((here, [[]]), (there, [[there.id]]), (third, [[third.id]]), (elsewhere, [])):
        colleague, _ = await office.administrator(place)
        assert lines(await asked(journey, colleague)) == seen, place.name
    await office.processed(id_)
    assert (await asked(journey, actor)).rows == ()


@pytest.mark.rule("ID-111")
async def test_the_changes_of_an_organisation_are_listed_in_parts(journey):
    office, (here, there), actor = await offices(journey, BANK)
    ids = [await linked(journey, actor, await office.user(here), there) for _ in range(3)]
    first = await asked(journey, actor, limit=2)
    rest = await asked(journey, actor, limit=2, cursor=first.next)
    assert sorted(row.mutation_id for row in (*first.rows, *rest.rows)) == sorted(ids)
    assert rest.next is None
