"""Grants are stored, told, overwritten, and end with the credential."""

from datetime import date, timedelta

import pytest

from contracts.actor import ActorKind
from contracts.authorizations import AuthorizationGranted, AuthorizationSnapshot, AuthorizationWithdrawn
from contracts.identity import CredentialActivated, CredentialEnded, CredentialStatus
from contracts.values import Level, Role
from tests.harness import NOW
from tests.service.authorizations.world import (
    a_credential_state,
    a_grant_command,
    a_question,
    a_tax_service,
    hear_of_the_office,
    import_catalogue,
)
from tests.unit.authorizations.builders import BOSS, ORGANISATION, PERSON, an_actor, an_id


@pytest.fixture
async def view(service):
    await import_catalogue(service)
    await hear_of_the_office(service)
    return await a_tax_service(service)


@pytest.mark.rule("AU-08", "AU-18", "ST-31", "AU-13")
async def test_a_grant_is_stored_told_audited_and_gives_access(service, view):
    granted = await service.command(a_grant_command(view, person_ids=(PERSON, BOSS)))

    told = await service.sent(AuthorizationGranted)
    assert [event.state.id for event in told] == list(granted.grant_ids)
    assert [event.state.person_id for event in told] == [PERSON, BOSS]
    assert (told[0].state.start, told[0].state.end) == (date(2026, 11, 22), date(2031, 11, 22))
    assert await service.database["grants"].count_documents({"organisation_id": ORGANISATION}) == 2
    assert await service.database["audit"].count_documents({"scope": str(ORGANISATION), "collection": "grants"}) == 2
    assert (await service.query(a_question(view))).permitted


@pytest.mark.rule("AU-32", "SP-47", "ST-34")
async def test_a_second_grant_overwrites_the_end_and_makes_no_second_one(service, view):
    first = await service.command(a_grant_command(view))
    second = await service.command(a_grant_command(view, end=date(2027, 1, 1)), at=NOW + timedelta(days=1))

    (document,) = await service.database["grants"].find().to_list()
    assert first.grant_ids == second.grant_ids == (document["_id"],)
    assert (document["start"], document["end"]) == ("2026-11-22", "2027-01-01")
    assert [event.state.end for event in await service.sent(AuthorizationGranted)] == [
        date(2031, 11, 22),
        date(2027, 1, 1),
    ]


@pytest.mark.rule("SP-49", "AU-10", "AU-09")
async def test_one_person_who_does_not_qualify_refuses_the_whole(service, view):
    low, third = an_id("low"), an_id("third")
    await service.hear(
        CredentialActivated(state=a_credential_state(id=low, person_id=low, level=Level.EH2_PLUS)),
        CredentialActivated(
            state=a_credential_state(id=third, person_id=third, status=CredentialStatus.WAITING_ACTIVATION)
        ),
    )

    too_low = await service.command(a_grant_command(view, person_ids=(PERSON, low)))
    inactive = await service.command(a_grant_command(view, person_ids=(PERSON, third)))

    assert (too_low.code, too_low.details["person_id"]) == ("level_too_low", str(low))
    assert (inactive.code, inactive.details["person_id"]) == ("credential_not_active", str(third))
    assert await service.database["grants"].count_documents({}) == 0
    assert await service.sent(AuthorizationGranted) == []


@pytest.mark.rule("AU-15")
async def test_a_regular_user_a_stranger_and_the_back_office_may_not_grant(service, view):
    elsewhere = an_actor(organisation_id=an_id("elsewhere"))
    actors = [an_actor(person_id=PERSON, role=Role.USER), elsewhere, an_actor(kind=ActorKind.STAFF)]

    codes = [(await service.command(a_grant_command(view, actor=actor))).code for actor in actors]

    assert codes == ["not_allowed"] * 3


async def test_a_person_of_another_organisation_is_answered_as_an_unknown_one(service, view):
    stranger = an_id("stranger")
    elsewhere = a_credential_state(id=stranger, person_id=stranger, organisation_id=an_id("elsewhere"))
    await service.hear(CredentialActivated(state=elsewhere))

    foreign = await service.command(a_grant_command(view, person_ids=(stranger,)))
    unknown = await service.command(a_grant_command(view, person_ids=(an_id("nobody"),)))

    assert (foreign.code, unknown.code) == ("unknown", "unknown")


@pytest.mark.rule("SP-58", "ST-41")
async def test_grants_end_with_the_credential_and_do_not_come_back_with_a_new_one(service, view):
    await service.command(a_grant_command(view))
    ended = a_credential_state(status=CredentialStatus.ENDED)

    await service.hear(CredentialEnded(state=ended))
    await service.hear(CredentialActivated(state=a_credential_state(id=an_id("new credential"))))

    (withdrawn,) = await service.sent(AuthorizationWithdrawn)
    assert (withdrawn.state.person_id, withdrawn.state.withdrawn) == (PERSON, True)
    assert (await service.query(a_question(view))).reason == "authorization_ended"
    assert await service.dead_letters() == []


@pytest.mark.rule("AU-42", "ST-40")
async def test_after_that_the_same_authorization_can_be_given_anew(service, view):
    (first,) = (await service.command(a_grant_command(view))).grant_ids
    await service.hear(CredentialEnded(state=a_credential_state(status=CredentialStatus.ENDED)))
    await service.hear(CredentialActivated(state=a_credential_state(id=an_id("new credential"))))

    (second,) = (await service.command(a_grant_command(view), at=NOW + timedelta(days=1))).grant_ids

    assert first != second
    service.process.clock.hear(NOW + timedelta(days=1))
    assert (await service.query(a_question(view))).permitted


async def test_the_present_grants_can_be_published_again(service, view):
    (id_,) = (await service.command(a_grant_command(view))).grant_ids

    await service.process.republisher.snapshot(id_)

    (again,) = await service.sent(AuthorizationSnapshot)
    (told,) = await service.sent(AuthorizationGranted)
    assert again.state == told.state
