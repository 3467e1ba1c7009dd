"""The active regular authorizations of a person, as the detail of a user lists them (ID-200)."""

from datetime import date, timedelta

import pytest

from contracts.authorizations import ListHolderGrants
from contracts.identity import CredentialEnded, CredentialStatus
from contracts.values import Level, Role
from tests.harness import NOW
from tests.service.authorizations.world import (
    CREDENTIAL,
    a_credential_state,
    a_grant_command,
    a_tax_service,
    hear_of_all,
    hear_of_the_office,
    import_catalogue,
)
from tests.unit.authorizations.builders import BOSS, PERSON, an_actor, an_id


async def active(service, **changes):
    given = {"actor": an_actor(), "person_id": PERSON}
    return await service.query(ListHolderGrants(**{**given, **changes}))


@pytest.mark.rule("ID-200")
async def test_the_detail_lists_active_regular_authorizations_and_no_chain_ones(service):
    await hear_of_all(service)
    assert (await active(service)).rows == ()
    view = await a_tax_service(service)
    await service.command(a_grant_command(view, end=date(2027, 1, 1)))
    (row,) = (await active(service)).rows
    assert (row.service_uuid, row.name.nl, row.provider_name.nl) == (
        view["service_uuid"], view["name"]["nl"], view["provider_name"]["nl"],
    )  # fmt: skip
    assert (row.start, row.end) == (NOW.date(), date(2027, 1, 1))
    service.process.clock.hear(NOW + timedelta(days=41))
    assert (await active(service)).rows == ()


@pytest.mark.rule("ID-200", "GW-07")
async def test_only_an_administrator_asks_and_only_for_a_person_of_the_organisation(service):
    await import_catalogue(service)
    await hear_of_the_office(service)
    user = an_actor(person_id=PERSON, role=Role.USER, level=Level.EH3)
    assert (await active(service, actor=user, person_id=BOSS)).code == "not_allowed"
    pretender = an_actor(person_id=PERSON, role=Role.ADMINISTRATOR)
    assert (await active(service, actor=pretender, person_id=BOSS)).code == "not_allowed"
    assert (await active(service, person_id=an_id("a stranger"))).code == "unknown"
    assert (await active(service, person_id=BOSS)).rows == ()
    assert (await active(service, cursor="garbage")).code == "unknown"


@pytest.mark.rule("ID-27")
@pytest.mark.security("S21")
async def test_a_regular_user_reads_the_own_authorizations_and_nobody_elses(service):
    await import_catalogue(service)
    await hear_of_the_office(service)
    view = await a_tax_service(service)
    await service.command(a_grant_command(view))
    user = an_actor(person_id=PERSON, role=Role.USER, level=Level.EH3)
    assert [row.service_uuid for row in (await active(service, actor=user)).rows] == [view["service_uuid"]]
    elsewhere = user.model_copy(update={"organisation_id": an_id("another organisation")})
    for stranger, of in ((user, BOSS), (user, an_id("a stranger")), (elsewhere, PERSON)):
        assert (await active(service, actor=stranger, person_id=of)).code == "not_allowed"
    await service.hear(CredentialEnded(state=a_credential_state(id=CREDENTIAL, status=CredentialStatus.ENDED)))
    assert (await active(service, actor=user)).code == "not_allowed"


@pytest.mark.rule("ID-200")
async def test_what_ended_with_the_credential_is_no_longer_listed(service):
    await import_catalogue(service)
    await hear_of_the_office(service)
    view = await a_tax_service(service)
    await service.command(a_grant_command(view))
    assert len((await active(service)).rows) == 1
    await service.hear(CredentialEnded(state=a_credential_state(id=CREDENTIAL, status=CredentialStatus.ENDED)))
    assert (await active(service)).rows == ()
