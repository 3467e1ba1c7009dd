"""What a lower level, another type or a further link of a credential does to grants and decisions."""

import pytest

from contracts.authorizations import AuthorizationWithdrawn, ListLosses
from contracts.identity import (
    CredentialConverted,
    CredentialDowngraded,
    CredentialLinked,
    CredentialType,
    CredentialUpgraded,
    EndingScheduled,
    OrganisationRegistered,
)
from contracts.message import Refusal
from contracts.values import Level
from tests.harness import NOW
from tests.service.authorizations.world import (
    UWV_OIN,
    a_credential_state,
    a_grant_command,
    a_listed_service,
    a_question,
    a_tax_service,
    an_organisation_state,
    hear_of_the_office,
    import_catalogue,
)
from tests.unit.authorizations.builders import PERSON, an_actor, an_id

ELSEWHERE = an_id("elsewhere")
ELSEWHERE_KVK = "87654328"


@pytest.fixture
async def views(service):
    await import_catalogue(service)
    await hear_of_the_office(service)
    tax = await a_tax_service(service)
    other = await a_listed_service(service, **{"view.provider_oin": UWV_OIN, "view.level": "EH3"})
    low = await a_listed_service(service, **{"view.level": "EH2+"})
    return tax, other, low


async def reasons(service, *views, **more):
    return [(await service.query(a_question(view, **more))).reason for view in views]


async def granted(service, *views):
    for view in views:
        assert (await service.command(a_grant_command(view))).grant_ids


@pytest.mark.rule("SP-35", "ID-139", "ID-145", "AU-16", "ST-41")
async def test_a_conversion_ends_what_is_not_of_the_belastingdienst(service, views):
    tax, other, _ = views
    await granted(service, tax, other)
    await service.hear(CredentialConverted(state=a_credential_state(type=CredentialType.BELASTINGDIENST)))
    assert await reasons(service, tax) == ["direct"]
    (withdrawn,) = await service.sent(AuthorizationWithdrawn)
    assert str(withdrawn.state.service_uuid) == str(other["service_uuid"])
    refused = await service.command(a_grant_command(other))
    assert refused.code == "belastingdienst_only"
    await service.hear(CredentialConverted(state=a_credential_state()))
    assert await reasons(service, other) == ["authorization_ended"]
    await granted(service, other)
    assert await reasons(service, tax, other) == ["direct", "direct"]
    assert await service.dead_letters() == []


@pytest.mark.rule("SP-12", "SP-35")
async def test_what_would_be_lost_is_told_beforehand_to_administrators(service, views):
    tax, other, low = views
    await granted(service, tax, other, low)
    boss = an_actor()

    async def lost(actor=boss, **change):
        found = await service.query(ListLosses(**{"actor": actor, "person_id": PERSON, **change}))
        return found if isinstance(found, Refusal) else {view.service_uuid for view in found.services}

    assert await lost() == set()
    assert await lost(level=Level.EH2_PLUS) == {tax["service_uuid"], other["service_uuid"]}
    assert await lost(to_type=CredentialType.BELASTINGDIENST) == {other["service_uuid"], low["service_uuid"]}
    stranger = an_actor(organisation_id=ELSEWHERE)
    user = an_actor(person_id=PERSON)
    assert await lost(stranger) == await lost(user) == Refusal(code="not_allowed")
    assert await lost(person_id=an_id("nobody"), level=Level.EH2_PLUS) == Refusal(code="unknown")
    elsewhere = a_credential_state(id=an_id("linked"), person_id=an_id("foreign"), organisation_id=ELSEWHERE)
    await service.hear(CredentialLinked(state=elsewhere))
    assert await lost(person_id=an_id("foreign"), level=Level.EH2_PLUS) == Refusal(code="unknown")


@pytest.mark.rule("SP-12", "ID-36", "ST-41")
async def test_a_downgrade_ends_what_needs_a_higher_level_and_an_upgrade_brings_nothing_back(service, views):
    tax, _, low = views
    await granted(service, tax, low)
    await service.hear(CredentialDowngraded(state=a_credential_state(level=Level.EH2_PLUS)))
    assert await reasons(service, tax, low) == ["level_too_low", "direct"]
    assert len(await service.sent(AuthorizationWithdrawn)) == 1
    await service.hear(CredentialUpgraded(state=a_credential_state()))
    assert await reasons(service, tax, low) == ["authorization_ended", "direct"]


@pytest.mark.rule("ID-113", "ID-26", "ID-37")
async def test_a_person_acts_for_a_further_organisation_once_linked_and_authorised_there(service, views):
    tax, _, _ = views
    await granted(service, tax)
    organisation = an_organisation_state(id=ELSEWHERE, kvk_number=ELSEWHERE_KVK)
    boss = a_credential_state(id=an_id("boss there"), person_id=an_actor().person_id, organisation_id=ELSEWHERE,
                              role="administrator")  # fmt: skip
    await service.hear(OrganisationRegistered(state=organisation), CredentialLinked(state=boss))
    assert await reasons(service, tax, kvk_number=ELSEWHERE_KVK) == ["no_credential"]
    linked = a_credential_state(id=an_id("linked"), organisation_id=ELSEWHERE)
    await service.hear(CredentialLinked(state=linked))
    assert await reasons(service, tax, kvk_number=ELSEWHERE_KVK) == ["no_authorization"]
    there = a_grant_command(tax, actor=an_actor(organisation_id=ELSEWHERE))
    assert (await service.command(there)).grant_ids
    assert await reasons(service, tax, kvk_number=ELSEWHERE_KVK) == ["direct"]


@pytest.mark.rule("ID-155")
async def test_a_credential_that_ends_later_still_gives_access(service, views):
    tax, _, _ = views
    await granted(service, tax)
    await service.hear(EndingScheduled(state=a_credential_state(status="ending_scheduled", ends_on=NOW.date())))
    assert await reasons(service, tax) == ["direct"]
    assert a_question(tax).person_id == PERSON
